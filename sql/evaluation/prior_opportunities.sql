-- grain: one row per side of the ball and player with a line in the three seasons before $season
with

season_lines as (
    select * from core.season_lines
    where season between $season - 3 and $season - 1
),

final as (
    select
        player_type,
        mlbam_id,
        sum(opportunities)::integer as prior_opportunities
    from season_lines
    group by player_type, mlbam_id
)

select * from final
