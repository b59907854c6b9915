-- grain: one row per plate appearance of a season, in the order of the embedding table
with plate_appearances as (
    select *
    from core.plate_appearances
    where season = $season
),

numbered as (
    select
        *,
        row_number() over (order by game_id, plate_appearance) - 1 as pa_row
    from plate_appearances
),

final as (
    select
        pa_row::integer as pa_row,
        game_id,
        plate_appearance,
        stand,
        throws,
        outcome,
        hit_type,
        min(pa_row) over (partition by game_id, pitcher_id)::integer as outing
    from numbered
    order by pa_row
)

select * from final
