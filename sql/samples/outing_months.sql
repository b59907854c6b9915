-- grain: one row per plate appearance of a season, in the order of outing_plate_appearances
with plate_appearances as (
    select * from core.plate_appearances
    where season = $season
),

final as (
    select month
    from plate_appearances
    order by game_id, plate_appearance
)

select * from final
