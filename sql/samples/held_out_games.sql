-- grain: one row per game of a season from the first of August on
with games as (
    select * from core.games
    where season = $season
),

final as (
    select game_id
    from games
    where game_date >= make_date($season, 8, 1)
    order by game_id
)

select * from final
