-- grain: one row per pitch of Statcast's regular season
with pitches as (
    select * from staging.statcast_pitches
),

final as (
    select
        season,
        month(game_date) as month,
        game_id,
        game_date,
        'statcast' as source,
        at_bat_number as plate_appearance,
        pitch_number,
        batter as batter_id,
        pitcher as pitcher_id,
        inning,
        inning_topbot = 'Top' as is_top,
        stand,
        p_throws as throws,
        outs_when_up as outs,
        least(balls, 3) as balls,
        least(strikes, 2) as strikes,
        result,
        pitch_type,
        release_speed,
        release_spin_rate,
        release_extension,
        release_pos_x,
        release_pos_z,
        spin_axis,
        pfx_x,
        pfx_z,
        plate_x,
        plate_z,
        sz_top,
        sz_bot,
        bat_speed,
        swing_length,
        in_play_speed as launch_speed,
        in_play_angle as launch_angle,
        spray_deg
    from pitches
)

select * from final
