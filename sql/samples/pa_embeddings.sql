-- grain: one row per plate appearance of the season that the encoder of a cutoff has embedded
with
pa_embeddings as (
    select * from models.pa_embeddings
    where cutoff = $cutoff and season = $season
),

final as (
    select
        game_id,
        plate_appearance,
        encoder,
        embedding
    from pa_embeddings
)

select * from final
