-- grain: one row per season that Lahman has batting and pitching lines of
with batting as (
    select distinct yearid as season from raw.lahman_batting
),

pitching as (
    select distinct yearid as season from raw.lahman_pitching
),

final as (
    select batting.season
    from batting
    inner join pitching on batting.season = pitching.season
)

select * from final
