-- grain: one row per finished plate appearance of Statcast's regular season, told by its last pitch
with pitches as (
    select * from staging.statcast_pitches
),

hit_types as (
    select * from vocabulary.hit_types
    where source = 'statcast'
),

thrown as (
    select
        game_id,
        at_bat_number,
        count(*) filter (where is_thrown) as pitches
    from pitches
    group by all
),

final as (
    select
        pitches.game_id,
        pitches.game_date,
        'statcast' as source,
        pitches.at_bat_number as plate_appearance,
        pitches.inning,
        pitches.inning_topbot = 'Top' as is_top,
        pitches.outs_when_up as outs,
        cast(pitches.batter as varchar) as batter_code,
        cast(pitches.pitcher as varchar) as pitcher_code,
        pitches.batter as batter_id,
        pitches.pitcher as pitcher_id,
        pitches.stand,
        pitches.p_throws as throws,
        if(pitches.inning_topbot = 'Top', pitches.away_team, pitches.home_team) as batting_team,
        if(pitches.inning_topbot = 'Top', pitches.home_team, pitches.away_team) as fielding_team,
        games.park_id,
        pitches.post_bat_score - pitches.bat_score as runs,
        pitches.outs_made,
        pitches.in_play_speed as launch_speed,
        pitches.in_play_angle as launch_angle,
        pitches.spray_deg,
        pitches.outcome,
        if(pitches.bb_type is null, null, coalesce(hit_types.hit_type, '?' || pitches.bb_type)) as hit_type,
        coalesce(hit_types.is_bunt, false) or starts_with(pitches.outcome, 'sac_bunt') as is_bunt,
        thrown.pitches
    from pitches
    inner join thrown on pitches.game_id = thrown.game_id and pitches.at_bat_number = thrown.at_bat_number
    inner join core.games as games on pitches.game_id = games.game_id
    left join hit_types on pitches.bb_type = hit_types.code
    where pitches.is_last and pitches.outcome is not null
)

select * from final
