-- grain: one row per plate appearance of a season that the encoder with this cutoff embedded, as they were played
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
        plate_appearances.game_id,
        plate_appearances.plate_appearance,
        plate_appearances.stand,
        plate_appearances.throws,
        plate_appearances.outcome,
        plate_appearances.hit_type,
        plate_appearances.pitches,
        pa_embeddings.embedding
    from plate_appearances
    inner join pa_embeddings
        on
            plate_appearances.game_id = pa_embeddings.game_id
            and plate_appearances.plate_appearance = pa_embeddings.plate_appearance
    order by plate_appearances.game_date, plate_appearances.game_id, plate_appearances.plate_appearance
)

select * from final
