-- grain: one row per batter, pitcher, hands, count and result of a season's pitches between two dates
with pitches as (
    select *
    from core.pitches
    where season = $season and game_date >= $since and game_date < $until
),

final as (
    select
        batter_id,
        pitcher_id,
        stand,
        throws,
        balls,
        strikes,
        result,
        count(*)::integer as n
    from pitches
    where stand in ('L', 'R') and throws in ('L', 'R') and balls between 0 and 3 and strikes between 0 and 2
    group by all
    order by all
)

select * from final
