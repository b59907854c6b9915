-- grain: one row per player and side of the ball who played in a season without a line before it, minors included
-- Pitchers who bat are left out, as everywhere.
with season_lines as (
    select * from core.season_lines
    where season = $season and opportunities > 0
),

known as (
    select distinct
        player_type,
        mlbam_id
    from features.mle_rates
    where season = $season and as_of = $as_of
),

players as (
    select * from core.players
),

sides as (
    select
        mlbam_id,
        coalesce(max(opportunities) filter (where player_type = 'batter'), 0) as plate_appearances,
        coalesce(max(opportunities) filter (where player_type = 'pitcher'), 0) as batters_faced
    from season_lines
    group by mlbam_id
),

batting_pitchers as (
    select mlbam_id
    from sides
    where
        batters_faced > plate_appearances
        and plate_appearances < $two_way
),

final as (
    select
        season_lines.player_type,
        season_lines.mlbam_id,
        players.birth_date
    from season_lines
    inner join players on season_lines.mlbam_id = players.mlbam_id
    anti join known
        on
            season_lines.player_type = known.player_type
            and season_lines.mlbam_id = known.mlbam_id
    where
        season_lines.player_type = 'pitcher'
        or season_lines.mlbam_id not in (select batting_pitchers.mlbam_id from batting_pitchers)
    order by season_lines.player_type, season_lines.mlbam_id
)

select * from final
