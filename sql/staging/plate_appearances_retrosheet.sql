-- grain: one row per finished plate appearance of Retrosheet's regular season
with plays as (
    select * from staging.retrosheet_plays
    where is_finished
),

outcomes as (
    select * from vocabulary.retrosheet_kinds
),

hit_types as (
    select * from vocabulary.hit_types
    where source = 'retrosheet'
),

physics as (
    select * from raw.batted_ball_physics
    where season = $season
),

final as (
    select
        plays.game_id,
        plays.game_date,
        'retrosheet' as source,
        plays.plate_appearance,
        plays.inning,
        plays.is_top,
        plays.outs,
        plays.batter_code,
        plays.pitcher_code,
        plays.batter_id,
        plays.pitcher_id,
        plays.stand,
        plays.throws,
        plays.batting_team,
        plays.fielding_team,
        plays.park_id,
        plays.runs,
        plays.outs_made,
        physics.launch_speed,
        physics.launch_angle,
        physics.spray_deg,
        coalesce(outcomes.outcome, '?' || plays.kind || ' with outs ' || plays.outs_made) as outcome,
        if(plays.hit_type_code is null, null, coalesce(hit_types.hit_type, '?' || plays.hit_type_code)) as hit_type,
        coalesce(hit_types.is_bunt, false) as is_bunt,
        length(translate(plays.sequence, 'AV', '')) as pitches
    from plays
    left join outcomes on plays.kind = outcomes.kind and plays.outs_made = outcomes.outs
    left join hit_types on plays.hit_type_code = hit_types.code
    left join physics on plays.game_id = physics.gid and plays.plate_appearance = physics.pn
)

select * from final
