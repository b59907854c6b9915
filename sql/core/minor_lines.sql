-- grain: one row per side of the ball, level and minor-league player of one season
-- Several publishers may tell the same season. Strikeouts, walks and home runs come from the line with most plate
-- appearances, hits from the one with most that counts them: Savant covers a part of AAA in 2021 and 2022. Of equally
-- many, counts go before rates, then the publisher's name decides: the same files make the same table.
with players as (
    select * from staging.minor_players
),

-- Savant's search mixes AAA with the Florida State League, whose players are young. Whoever has a AAA line from a
-- publisher that tells the level, or is $savant_age or older, is taken to have been in AAA; the others are left out.
known_levels as (
    select distinct
        player_type,
        mlbam_id
    from players
    where
        level = 'AAA'
        and mlbam_id is not null
),

placed as (
    select
        players.* exclude (level),
        case
            when players.level is not null then players.level
            when known_levels.mlbam_id is not null or players.age_found >= $savant_age then 'AAA'
        end as level,
        if(
            players.mlbam_id is null, players.source || ':' || coalesce(players.player_id, players.name),
            players.mlbam_id::varchar
        ) as line_id
    from players
    left join known_levels
        on
            players.player_type = known_levels.player_type
            and players.mlbam_id = known_levels.mlbam_id
),

-- A player traded within a level has one line per club from some publishers.
lines as (
    select
        player_type,
        level,
        line_id,
        source,
        is_of_rates,
        any_value(mlbam_id) as mlbam_id,
        min(matched_by) as matched_by,
        max(age_found) as age,
        arg_max(team, (pa, team)) as club,
        arg_max(league, (pa, league)) as league,
        sum(pa) as pa,
        sum(so) as so,
        sum(bb) as bb,
        if(count(hr) = count(*), sum(hr), null) as hr,
        if(count(h) = count(*), sum(h), null) as h,
        if(count(h) = count(*), sum(double), null) as double,
        if(count(h) = count(*), sum(triple), null) as triple,
        sum(g) as games,
        sum(gs) as starts
    from placed
    where level in ('AAA', 'AA', 'A+', 'A')
    group by player_type, level, line_id, source, is_of_rates
),

final as (
    select
        player_type,
        level,
        line_id,
        $season::smallint as season,
        any_value(mlbam_id) as mlbam_id,
        min(matched_by) as matched_by,
        string_agg(distinct source, '+' order by source) as sources,
        max(age) as age,
        arg_max(club, (pa, not is_of_rates, source)) filter (where club is not null) as club,
        arg_max(league, (pa, not is_of_rates, source)) filter (where league is not null) as league,
        max(pa) as pa,
        arg_max(so, (pa, not is_of_rates, source)) as so,
        arg_max(bb, (pa, not is_of_rates, source)) as bb,
        arg_max(hr, (pa, not is_of_rates, source)) filter (where hr is not null) as hr,
        arg_max(pa, (pa, not is_of_rates, source)) filter (where hr is not null) as hr_pa,
        arg_max(is_of_rates, (pa, not is_of_rates, source)) filter (where hr is not null) as hr_estimated,
        arg_max(pa, (pa, not is_of_rates, source)) filter (where h is not null) as h_pa,
        arg_max(h, (pa, not is_of_rates, source)) filter (where h is not null) as h,
        arg_max(double, (pa, not is_of_rates, source)) filter (where h is not null) as double,
        arg_max(triple, (pa, not is_of_rates, source)) filter (where h is not null) as triple,
        arg_max(games, (pa, not is_of_rates, source)) filter (where games is not null) as games,
        arg_max(starts, (pa, not is_of_rates, source)) filter (where starts is not null) as starts
    from lines
    group by player_type, level, line_id
)

select * from final
