-- grain: one row per pitch of Statcast's regular season, with its result, its plate appearance's end and the outs made
-- Outs made on a pitch are told by the next pitch of the half inning, since one event may hide a runner's out. The last
-- pitch of a half makes the third out; the last pitch of a game makes those that its event makes by rule.
with pitches as (
    select *
    from raw.statcast_pitches
    where season = $season and game_type = 'R' and list_contains($months, month(game_date))
),

results as (
    select * from vocabulary.pitch_results
    where source = 'statcast'
),

endings as (
    select * from vocabulary.statcast_events
),

ordered as (
    select
        *,
        lead(outs_when_up) over half as next_outs,
        lead(at_bat_number) over game as next_at_bat
    from pitches
    window
        half as (partition by game_pk, inning, inning_topbot order by at_bat_number, pitch_number),
        game as (partition by game_pk order by at_bat_number, pitch_number)
),

final as (
    select
        pitches.season,
        pitches.game_date,
        pitches.at_bat_number,
        pitches.pitch_number,
        pitches.inning,
        pitches.inning_topbot,
        pitches.outs_when_up,
        pitches.balls,
        pitches.strikes,
        pitches.batter,
        pitches.pitcher,
        pitches.stand,
        pitches.p_throws,
        pitches.home_team,
        pitches.away_team,
        pitches.pitch_type,
        pitches.release_speed,
        pitches.release_spin_rate,
        pitches.release_extension,
        pitches.release_pos_x,
        pitches.release_pos_z,
        pitches.spin_axis,
        pitches.pfx_x,
        pitches.pfx_z,
        pitches.plate_x,
        pitches.plate_z,
        pitches.sz_top,
        pitches.sz_bot,
        pitches.bb_type,
        pitches.bat_speed,
        pitches.swing_length,
        pitches.bat_score,
        pitches.post_bat_score,
        cast(pitches.game_pk as varchar) as game_id,
        coalesce(pitches.next_at_bat != pitches.at_bat_number, true) as is_last,
        coalesce(results.result, '?' || coalesce(pitches.description, 'null')) as result,
        coalesce(results.is_thrown, true) as is_thrown,
        case
            when endings.is_plate_appearance then endings.outcome
            when endings.event is null then '?' || pitches.events
        end as outcome,
        case
            when pitches.next_outs is not null then greatest(pitches.next_outs - pitches.outs_when_up, 0)
            when pitches.next_at_bat is null then least(coalesce(endings.outs, 0), 3 - pitches.outs_when_up)
            else 3 - pitches.outs_when_up
        end as outs_made,
        if(results.result = 'in_play', pitches.launch_speed, null) as in_play_speed,
        if(results.result = 'in_play', pitches.launch_angle, null) as in_play_angle,
        -- Home plate is at (125.42, 198.27) of the hit coordinates. 0 is the pull side's foul line, 90 the other one.
        if(
            results.result = 'in_play',
            45 + if(pitches.stand = 'L', -1, 1) * degrees(atan2(pitches.hc_x - 125.42, 198.27 - pitches.hc_y)),
            null
        ) as spray_deg
    from ordered as pitches
    left join results on pitches.description = results.code
    left join endings on pitches.events = endings.event
)

select * from final
