-- grain: one row per as-of date and player with a game or line of $player_type in the three seasons before or, up to
-- as_of, in $season
-- inputs: `as_of_dates` (as_of) is registered by the caller. Opportunities on both sides of the ball tell a pitcher
-- who bats: of complete seasons they are the official lines', of the current one those of its games before as_of.
with

player_games as (
    select
        mlbam_id,
        player_type,
        game_date,
        case when season = $season then opportunities else 0 end as opportunities
    from core.player_games
    where
        season between $season - $seasons_back and $season
        and game_date < $until
),

season_lines as (
    select * from core.season_lines
    where season between $season - $seasons_back and $season - 1
),

players as (select * from core.players),

past as (
    select
        as_of_dates.as_of,
        season_lines.mlbam_id,
        season_lines.player_type,
        season_lines.opportunities,
        season_lines.opportunities > 0 as is_present
    from season_lines
    cross join as_of_dates
),

played as (
    select
        as_of_dates.as_of,
        player_games.mlbam_id,
        player_games.player_type,
        player_games.opportunities,
        true as is_present
    from player_games
    inner join as_of_dates on player_games.game_date < as_of_dates.as_of
),

appearances as (
    select * from past
    union all
    select * from played
),

opportunities as (
    select
        as_of,
        mlbam_id,
        coalesce(sum(opportunities) filter (where player_type = $player_type), 0)::integer as opportunities,
        coalesce(sum(opportunities) filter (where player_type <> $player_type), 0)::integer as other_opportunities
    from appearances
    group by as_of, mlbam_id
    having bool_or(is_present and player_type = $player_type)
),

final as (
    select
        opportunities.*,
        players.birth_date,
        players.bats,
        players.throws,
        players.mlbam_id is not null as is_known
    from opportunities
    left join players on opportunities.mlbam_id = players.mlbam_id
    order by opportunities.as_of, opportunities.mlbam_id
)

select * from final
