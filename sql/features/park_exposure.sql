-- grain: one row per season, player of $player_type and park he played in, from $first_season to $last_season
with

player_games as (
    select * from core.player_games
    where
        player_type = $player_type
        and season between $first_season and $last_season
        and park_id is not null
),

final as (
    select
        season,
        mlbam_id,
        park_id,
        sum(opportunities) as opportunities
    from player_games
    group by season, mlbam_id, park_id
    order by season, mlbam_id, park_id
)

select * from final
