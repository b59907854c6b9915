-- grain: one row per plate appearance of Retrosheet's regular season: the state it began in
with plate_appearances as (
    select * from core.plate_appearances
    where season = $season and list_contains($months, month)
),

states as (
    select * from staging.game_states
),

pitchers as (
    select * from staging.pitcher_states
),

final as (
    select
        plate_appearances.season,
        plate_appearances.month,
        plate_appearances.game_id,
        plate_appearances.game_date,
        plate_appearances.source,
        plate_appearances.plate_appearance,
        states.bases,
        states.score_difference,
        pitchers.pitches_before,
        pitchers.rest_days,
        cast(null as float) as hit_distance
    from plate_appearances
    inner join pitchers
        on
            plate_appearances.game_id = pitchers.game_id
            and plate_appearances.plate_appearance = pitchers.plate_appearance
    left join states
        on plate_appearances.game_id = states.gid and plate_appearances.plate_appearance = states.pn
)

select * from final
