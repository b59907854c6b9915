-- grain: one row per plate appearance of the relation `chosen`, with the results of its pitches in order
with chosen_appearances as (
    select * from chosen
),

pitches as (
    select * from core.pitches
    where season = $season
),

final as (
    select
        chosen_appearances.game_id,
        chosen_appearances.plate_appearance,
        list(pitches.result order by pitches.pitch_number) as results
    from chosen_appearances
    inner join pitches
        on
            chosen_appearances.game_id = pitches.game_id
            and chosen_appearances.plate_appearance = pitches.plate_appearance
    group by chosen_appearances.game_id, chosen_appearances.plate_appearance
    order by chosen_appearances.game_id, chosen_appearances.plate_appearance
)

select * from final
