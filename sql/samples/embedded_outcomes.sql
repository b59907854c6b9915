-- grain: one row per plate appearance of a season with an embedding of the encoder with this cutoff
with plate_appearances as (
    select * from core.plate_appearances
    where season = $season
),

pa_embeddings as (
    select * from models.pa_embeddings
    where season = $season and cutoff = $cutoff
),

final as (
    select
        plate_appearances.batter_id,
        plate_appearances.pitcher_id,
        plate_appearances.outcome,
        coalesce(plate_appearances.hit_type, 'none') as hit_type,
        pa_embeddings.embedding
    from plate_appearances
    inner join pa_embeddings
        on
            plate_appearances.game_id = pa_embeddings.game_id
            and plate_appearances.plate_appearance = pa_embeddings.plate_appearance
    order by plate_appearances.game_id, plate_appearances.plate_appearance
)

select * from final
