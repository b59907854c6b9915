-- grain: one row per player with the first season of any major-league line, on either side of the ball
with

season_lines as (
    select * from core.season_lines
),

final as (
    select
        mlbam_id,
        min(season) as first_season
    from season_lines
    where opportunities > 0
    group by mlbam_id
)

select * from final
