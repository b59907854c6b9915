-- grain: one row per side of the ball, public system and player, from the latest snapshot taken before the season
-- a snapshot is named by its date; anything after March of a normal season knows games that were played
-- Newcomers have no MLBAM id in these files: who then played is found by a name that is his alone on both sides.
with

projections as (
    select *
    from raw.public_projections
    where
        season = $season
        and list_contains($systems, system)
),

preseason as (
    select *
    from projections
    where
        left(snapshot, 4) = $season::varchar
        and (snapshot like '%pre-season%' or try_cast(substr(snapshot, 6, 2) as integer) <= 3)
),

newest as (
    select *
    from preseason
    qualify snapshot = max(snapshot) over (partition by system, player_type)
),

named as (
    select
        *,
        lower(strip_accents(name)) as plain_name
    from newest
),

season_lines as (
    select
        player_type,
        mlbam_id
    from core.season_lines
    where season = $season
),

by_name as (
    select
        season_lines.player_type,
        lower(strip_accents(players.name)) as plain_name,
        any_value(players.mlbam_id) as mlbam_id
    from season_lines
    inner join core.players as players on season_lines.mlbam_id = players.mlbam_id
    group by season_lines.player_type, lower(strip_accents(players.name))
    having count(*) = 1
),

single_names as (
    select
        system,
        player_type,
        plain_name
    from named
    group by system, player_type, plain_name
    having count(*) = 1
),

latest as (
    select
        named.* exclude (mlbam_id),
        coalesce(named.mlbam_id, by_name.mlbam_id) as mlbam_id
    from named
    left join single_names
        on
            named.system = single_names.system
            and named.player_type = single_names.player_type
            and named.plain_name = single_names.plain_name
    left join by_name
        on
            single_names.player_type = by_name.player_type
            and single_names.plain_name = by_name.plain_name
),

batters as (
    select
        system,
        player_type,
        mlbam_id,
        pa::double as opportunities,
        null::double as outs,
        so / pa as so_rate,
        bb / pa as bb_rate,
        hr / pa as hr_rate,
        h / pa as h_rate,
        (h - "2B" - "3B" - hr) / pa as single_rate,
        "2B" / pa as double_rate,
        "3B" / pa as triple_rate,
        coalesce(obp, (h + bb + hbp) / nullif(ab + bb + hbp + coalesce(sf, 0), 0)) as obp,
        coalesce(avg, h / nullif(ab, 0)) as avg,
        coalesce(slg, (h + "2B" + 2 * "3B" + 3 * hr) / nullif(ab, 0)) as slg,
        null::double as era,
        null::double as whip
    from latest
    where
        player_type = 'batter'
        and pa >= 100
),

faced as (
    select
        *,
        coalesce(nullif(tbf, 0), 2.87 * ip + h + bb + coalesce(hbp, 0))::double as batters_faced
    from latest
    where
        player_type = 'pitcher'
        and ip >= 20
),

pitchers as (
    select
        system,
        player_type,
        mlbam_id,
        batters_faced as opportunities,
        3 * ip::double as outs,
        so / batters_faced as so_rate,
        bb / batters_faced as bb_rate,
        hr / batters_faced as hr_rate,
        h / batters_faced as h_rate,
        null::double as single_rate,
        null::double as double_rate,
        null::double as triple_rate,
        null::double as obp,
        null::double as avg,
        null::double as slg,
        coalesce(era, 9 * er / nullif(ip, 0)) as era,
        coalesce(whip, (bb + h) / nullif(ip, 0)) as whip
    from faced
),

final as (
    select
        *,
        slg - avg as iso
    from batters
    union all
    select
        *,
        null::double as iso
    from pitchers
)

select * from final
