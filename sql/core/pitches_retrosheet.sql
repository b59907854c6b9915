-- grain: one row per pitch of Retrosheet's regular season, automatic balls and strikes included
-- A season has some thirty thousand different strings for 190,000 plate appearances: each string is taken apart once,
-- and the plate appearances join its pitches.
with identified as (
    -- Whoever has no id is counted, and too many refused, where the plate appearances are made.
    select * from staging.retrosheet_plays
    where batter_id is not null and pitcher_id is not null
),

results as (
    select * from vocabulary.pitch_results
    where source = 'retrosheet'
),

physics as (
    select * from raw.batted_ball_physics
    where season = $season
),

plays as (
    select
        identified.*,
        physics.launch_speed,
        physics.launch_angle,
        physics.spray_deg
    from identified
    left join physics on identified.game_id = physics.gid and identified.plate_appearance = physics.pn
),

strings as (
    select distinct sequence from plays
    where sequence != ''
),

letters as (
    select
        sequence,
        unnest(range(1, length(sequence) + 1)) as pitch_number,
        unnest(string_split(sequence, '')) as letter
    from strings
),

prefixes as (
    select
        *,
        sequence[1:pitch_number - 1] as earlier
    from letters
),

-- The count before a pitch. Fouls stop at two strikes, and so does the sum. A fourth ball before the last pitch is the
-- scorer's slip (14 strings in 24 seasons) and counts as the third.
pitches as (
    select
        prefixes.sequence,
        prefixes.pitch_number,
        prefixes.pitch_number = length(prefixes.sequence) and results.result = 'in_play' as is_ball_in_play,
        coalesce(results.result, '?' || prefixes.letter) as result,
        least(length(prefixes.earlier) - length(translate(prefixes.earlier, $ball_letters, '')), 3) as balls,
        least(length(prefixes.earlier) - length(translate(prefixes.earlier, $strike_letters, '')), 2) as strikes
    from prefixes
    left join results on prefixes.letter = results.code
),

final as (
    select
        cast($season as smallint) as season,
        cast(month(plays.game_date) as tinyint) as month,
        plays.game_id,
        plays.game_date,
        'retrosheet' as source,
        plays.plate_appearance,
        cast(pitches.pitch_number as tinyint) as pitch_number,
        plays.batter_id,
        plays.pitcher_id,
        plays.inning,
        plays.is_top,
        plays.stand,
        plays.throws,
        plays.outs,
        cast(pitches.balls as tinyint) as balls,
        cast(pitches.strikes as tinyint) as strikes,
        pitches.result,
        cast(null as varchar) as pitch_type,
        cast(null as float) as release_speed,
        cast(null as float) as release_spin_rate,
        cast(null as float) as release_extension,
        cast(null as float) as release_pos_x,
        cast(null as float) as release_pos_z,
        cast(null as float) as spin_axis,
        cast(null as float) as pfx_x,
        cast(null as float) as pfx_z,
        cast(null as float) as plate_x,
        cast(null as float) as plate_z,
        cast(null as float) as sz_top,
        cast(null as float) as sz_bot,
        cast(null as float) as bat_speed,
        cast(null as float) as swing_length,
        if(pitches.is_ball_in_play, plays.launch_speed, null) as launch_speed,
        if(pitches.is_ball_in_play, plays.launch_angle, null) as launch_angle,
        if(pitches.is_ball_in_play, plays.spray_deg, null) as spray_deg
    from plays
    inner join pitches on plays.sequence = pitches.sequence
)

select * from final
