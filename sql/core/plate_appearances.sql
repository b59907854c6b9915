-- grain: one row per finished plate appearance of a regular-season game
with endings as (
    select * from staging.plate_appearances
),

counts as (
    select * from vocabulary.outcomes
),

-- Apart from the wide rows: a window carries whatever its rows hold.
places as (
    select
        game_id,
        plate_appearance,
        row_number() over outing - 1 as outing_index,
        row_number() over meeting - 1 as times_faced
    from endings
    window
        outing as (partition by game_id, pitcher_id order by plate_appearance),
        meeting as (partition by game_id, pitcher_id, batter_id order by plate_appearance)
),

final as (
    select
        cast($season as smallint) as season,
        month(endings.game_date) as month,
        endings.game_id,
        endings.game_date,
        endings.source,
        endings.plate_appearance,
        endings.inning,
        endings.is_top,
        endings.outs,
        endings.batter_code,
        endings.pitcher_code,
        endings.batter_id,
        endings.pitcher_id,
        endings.stand,
        endings.throws,
        endings.batting_team,
        endings.fielding_team,
        endings.park_id,
        endings.outcome,
        endings.hit_type,
        endings.is_bunt,
        endings.runs,
        endings.outs_made,
        endings.pitches,
        endings.launch_speed,
        endings.launch_angle,
        endings.spray_deg,
        counts.ab,
        counts.h,
        counts.single,
        counts.double,
        counts.triple,
        counts.hr,
        counts.bb,
        counts.ibb,
        counts.so,
        counts.hbp,
        counts.sf,
        counts.sh,
        counts.ci,
        places.outing_index,
        places.times_faced
    from endings
    inner join places
        on endings.game_id = places.game_id and endings.plate_appearance = places.plate_appearance
    left join counts on endings.outcome = counts.outcome
)

select * from final
