-- grain: one row per statistic of one season: the sum over plate appearances beside the sum over Lahman's batting lines
-- Plate appearances are counted without catcher's interference, which Lahman does not know.
with plate_appearances as (
    select * from core.plate_appearances
    where season = $season
),

batting as (
    select * from raw.lahman_batting
    where yearid = $season
),

told as (
    select
        count(*) - sum(ci) as pa,
        sum(ab) as ab,
        sum(h) as h,
        sum(double) as double,
        sum(triple) as triple,
        sum(hr) as hr,
        sum(bb) as bb,
        sum(ibb) as ibb,
        sum(so) as so,
        sum(hbp) as hbp,
        sum(sf) as sf,
        sum(sh) as sh
    from plate_appearances
),

official as (
    select
        sum(ab + bb + hbp + sf + sh) as pa,
        sum(ab) as ab,
        sum(h) as h,
        sum("2B") as double,
        sum("3B") as triple,
        sum(hr) as hr,
        sum(bb) as bb,
        sum(ibb) as ibb,
        sum(so) as so,
        sum(hbp) as hbp,
        sum(sf) as sf,
        sum(sh) as sh
    from batting
),

told_long as (
    unpivot told on columns(*) into name statistic value told
),

official_long as (
    unpivot official on columns(*) into name statistic value official
),

final as (
    select
        coalesce(told_long.statistic, official_long.statistic) as statistic,
        cast(told_long.told as bigint) as told,
        cast(official_long.official as bigint) as official
    from told_long
    full outer join official_long on told_long.statistic = official_long.statistic
)

select * from final
