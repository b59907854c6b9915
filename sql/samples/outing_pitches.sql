-- grain: one row per pitch of a season, or one without a result for a plate appearance that has none, by outing
with plate_appearances as (
    select *
    from core.plate_appearances
    where season = $season
),

pitches as (
    select *
    from core.pitches
    where season = $season
),

numbered as (
    select
        *,
        row_number() over (order by game_id, plate_appearance) - 1 as pa_row
    from plate_appearances
),

outings as (
    select
        *,
        min(pa_row) over (partition by game_id, pitcher_id) as outing
    from numbered
),

final as (
    -- Batted-ball physics belongs to the last pitch; the plate appearance knows it where its pitches do not.
    select
        outings.pa_row::integer as pa_row,
        pitches.result,
        pitches.pitch_type,
        pitches.balls,
        pitches.strikes,
        pitches.release_speed,
        pitches.release_spin_rate,
        pitches.release_extension,
        pitches.pfx_x,
        pitches.pfx_z,
        pitches.plate_x,
        pitches.plate_z,
        outings.launch_speed,
        outings.launch_angle,
        outings.spray_deg
    from outings
    left join pitches
        on
            outings.game_id = pitches.game_id
            and outings.plate_appearance = pitches.plate_appearance
    order by outings.outing, outings.pa_row, pitches.pitch_number
)

select * from final
