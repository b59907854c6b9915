-- grain: one row per source that tells plate appearances of a season
with plate_appearances as (
    select * from core.plate_appearances
    where season = $season
),

final as (
    select distinct source
    from plate_appearances
    order by source
)

select * from final
