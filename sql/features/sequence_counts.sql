-- grain: one row per player of $player_type with a plate appearance or a pitch in $season
-- Counts of one season only, so a projection may read them once the season is over. A pitch is one that was thrown to
-- be hit or missed: automatic and intentional balls, automatic strikes, pitchouts and unknown results are none, and
-- intentional walks are no plate appearances here but a column. Whiffs are swinging strikes and foul tips; attempts to
-- bunt are no swings. Hands, sides and opponents are told from $player_type's view.
with pitches as (
    select
        game_id,
        plate_appearance,
        game_date,
        result,
        balls,
        strikes,
        if($player_type = 'batter', batter_id, pitcher_id) as mlbam_id,
        result in ('swinging_strike', 'foul_tip') as is_whiff,
        result in ('swinging_strike', 'foul_tip', 'foul', 'in_play') as is_swing
    from core.pitches
    where
        season = $season
        and result not in (
            'pitchout', 'intentional_ball', 'automatic_ball', 'automatic_strike', 'strike_unknown', 'unknown'
        )
),

plate_appearances as (
    select
        *,
        if($player_type = 'batter', batter_id, pitcher_id) as mlbam_id,
        if($player_type = 'batter', pitcher_id, batter_id) as opponent_id,
        if($player_type = 'batter', throws, stand) as opposite_hand
    from core.plate_appearances
    where season = $season and outcome != 'intentional_walk'
),

intentional_walks as (
    select
        if($player_type = 'batter', batter_id, pitcher_id) as mlbam_id,
        count(*) as ibb
    from core.plate_appearances
    where season = $season and outcome = 'intentional_walk'
    group by all
),

batted_balls as (
    select
        *,
        if($player_type = 'batter', batter_id, pitcher_id) as mlbam_id,
        outcome in ('single', 'double', 'triple', 'home_run') as is_hit,
        hit_type in ('line_drive', 'fly_ball') as is_air,
        case
            when direction = 'middle' then 'middle'
            when (direction = 'left' and stand = 'R') or (direction = 'right' and stand = 'L') then 'pull'
            when (direction = 'left' and stand = 'L') or (direction = 'right' and stand = 'R') then 'opposite'
        end as side
    from core.batted_balls
    where season = $season
),

-- The season's last two months: 60 days up to its last regular-season game.
endings as (
    select max(game_date) - 60 as late_from from plate_appearances
),

dated_pitches as (
    select
        pitches.*,
        pitches.balls = 0 and pitches.strikes = 0 as is_first,
        pitches.game_date > endings.late_from as is_late
    from pitches
    cross join endings
),

dated_turns as (
    select
        plate_appearances.*,
        plate_appearances.game_date > endings.late_from as is_late
    from plate_appearances
    cross join endings
),

pitch_counts as (
    select
        mlbam_id,
        count(*) as pitches,
        count_if(is_swing) as swings,
        count_if(is_whiff) as whiffs,
        count_if(result = 'foul') as fouls,
        count_if(result = 'called_strike') as called_strikes,
        count_if(result = 'ball') as balls,
        count_if(result in ('foul_bunt', 'missed_bunt', 'bunt_foul_tip')) as bunt_attempts,
        count_if(is_first) as first_pitches,
        count_if(is_first and result not in ('ball', 'hit_by_pitch')) as first_pitch_strikes,
        count_if(is_first and is_swing) as first_pitch_swings,
        count_if(strikes = 2) as two_strike_pitches,
        count_if(strikes = 2 and is_swing) as two_strike_swings,
        count_if(strikes = 2 and is_whiff) as two_strike_whiffs,
        count_if(strikes = 2 and result = 'foul') as two_strike_fouls,
        count_if(strikes = 2 and result = 'called_strike') as two_strike_called_strikes,
        count_if(balls = 3) as three_ball_pitches,
        count_if(balls = 3 and result = 'ball') as three_ball_balls,
        count_if(balls > strikes) as ahead_pitches,
        count_if(balls > strikes and is_swing) as ahead_swings,
        count_if(balls > strikes and result not in ('ball', 'hit_by_pitch')) as ahead_strikes,
        count_if(is_late) as late_pitches,
        count_if(is_late and is_swing) as late_swings,
        count_if(is_late and is_whiff) as late_whiffs,
        count_if(is_late and result = 'ball') as late_balls
    from dated_pitches
    group by mlbam_id
),

reached as (
    select
        game_id,
        plate_appearance,
        max(strikes) = 2 as is_two_strikes,
        max(balls) = 3 as is_three_balls,
        count(*) as pitches,
        count_if(result = 'ball') as balls
    from pitches
    group by game_id, plate_appearance
),

-- A few plate appearances have no pitch by pitch account: `counted` are those that have one.
turn_counts as (
    select
        turns.mlbam_id,
        count(*) as pa,
        sum(turns.so) as so,
        sum(turns.bb) as bb,
        sum(turns.hbp) as hbp,
        sum(turns.hr) as hr,
        sum(turns.h) as h,
        count(reached.pitches) as counted_pa,
        coalesce(sum(reached.pitches), 0) as counted_pitches,
        coalesce(sum(reached.balls), 0) as counted_balls,
        count_if(reached.is_two_strikes) as two_strike_pa,
        count_if(reached.is_two_strikes and turns.so = 1) as two_strike_so,
        count_if(reached.is_three_balls) as three_ball_pa,
        count_if(reached.is_three_balls and turns.bb = 1) as three_ball_bb,
        count_if(turns.opposite_hand = 'L') as left_pa,
        count_if(turns.opposite_hand = 'L' and turns.so = 1) as left_so,
        count_if(turns.opposite_hand = 'L' and turns.bb = 1) as left_bb,
        count_if(turns.opposite_hand = 'L' and turns.hr = 1) as left_hr,
        count_if(turns.opposite_hand = 'L' and turns.h = 1) as left_h,
        count_if(turns.opposite_hand = 'R') as right_pa,
        count_if(turns.opposite_hand = 'R' and turns.so = 1) as right_so,
        count_if(turns.opposite_hand = 'R' and turns.bb = 1) as right_bb,
        count_if(turns.opposite_hand = 'R' and turns.hr = 1) as right_hr,
        count_if(turns.opposite_hand = 'R' and turns.h = 1) as right_h,
        count(turns.stand) as known_stand_pa,
        count_if(turns.stand = 'L') as left_stand_pa,
        count(turns.throws) as known_throws_pa,
        count_if(turns.throws = 'L') as left_throws_pa,
        count_if(turns.is_late) as late_pa,
        count_if(turns.is_late and turns.so = 1) as late_so,
        count_if(turns.is_late and turns.bb = 1) as late_bb,
        count_if(turns.is_late and turns.hr = 1) as late_hr,
        count_if(turns.is_late and turns.h = 1) as late_h,
        count_if(turns.outing_index < 3) as index_0_pa,
        count_if(turns.outing_index between 3 and 5) as index_3_pa,
        count_if(turns.outing_index between 6 and 8) as index_6_pa,
        count_if(turns.outing_index between 9 and 11) as index_9_pa,
        count_if(turns.outing_index between 12 and 14) as index_12_pa,
        count_if(turns.outing_index between 15 and 17) as index_15_pa,
        count_if(turns.outing_index between 18 and 23) as index_18_pa,
        count_if(turns.outing_index >= 24) as index_24_pa
    from dated_turns as turns
    left join reached
        on turns.game_id = reached.game_id and turns.plate_appearance = reached.plate_appearance
    group by turns.mlbam_id
),

batted_counts as (
    select
        mlbam_id,
        count_if(outcome != 'home_run') as balls_in_play,
        count_if(outcome != 'home_run' and is_hit) as hits_in_play,
        count(hit_type) as typed_balls,
        count_if(hit_type = 'ground_ball') as ground_balls,
        count_if(hit_type = 'line_drive') as line_drives,
        count_if(hit_type = 'fly_ball') as fly_balls,
        count_if(hit_type = 'popup') as popups,
        count_if(hit_type = 'ground_ball' and is_hit) as ground_hits,
        count_if(hit_type = 'ground_ball' and is_hit and fielder <= 6) as infield_hits,
        count_if(hit_type = 'ground_ball' and fielder is not null) as fielded_ground_balls,
        count_if(hit_type = 'ground_ball' and outcome = 'field_error') as ground_errors,
        count_if(hit_type = 'ground_ball' and outcome = 'grounded_into_double_play') as ground_double_plays,
        count_if(hit_type = 'line_drive' and is_hit and outcome != 'home_run') as line_hits,
        count_if(hit_type = 'fly_ball' and is_hit and outcome != 'home_run') as fly_hits,
        count_if(hit_type = 'fly_ball' and outcome = 'home_run') as fly_hr,
        count_if(is_air and outcome = 'home_run') as air_hr,
        count_if(is_air and outcome in ('double', 'triple')) as air_extra_bases,
        count_if(outcome = 'triple') as triples,
        count(side) as sided_balls,
        count_if(side = 'pull') as pulled,
        count_if(side = 'opposite') as opposite,
        count(side) filter (where hit_type = 'ground_ball') as sided_ground_balls,
        count_if(side = 'pull' and hit_type = 'ground_ball') as ground_pulled,
        count_if(side = 'opposite' and hit_type = 'ground_ball') as ground_opposite,
        count(side) filter (where is_air) as sided_air_balls,
        count_if(side = 'pull' and is_air) as air_pulled,
        count_if(side = 'opposite' and is_air) as air_opposite,
        count_if(side = 'pull' and is_air and outcome = 'home_run') as air_pulled_hr
    from batted_balls
    where not is_bunt
    group by mlbam_id
),

bunt_counts as (
    select
        mlbam_id,
        count(*) as bunts,
        count_if(is_hit) as bunt_hits
    from batted_balls
    where is_bunt
    group by mlbam_id
),

-- How good the opponents were in the same season: each one's rates without his meetings with this player, drawn
-- towards the season's mean by 100 plate appearances. Decimals, because sums of floats depend on their order.
league as (
    select
        avg(so) as so,
        avg(bb) as bb,
        avg(hr) as hr,
        avg(h) as h
    from plate_appearances
),

opponents as (
    select
        opponent_id,
        count(*) as pa,
        sum(so) as so,
        sum(bb) as bb,
        sum(hr) as hr,
        sum(h) as h
    from plate_appearances
    group by opponent_id
),

meetings as (
    select
        mlbam_id,
        opponent_id,
        count(*) as pa,
        sum(so) as so,
        sum(bb) as bb,
        sum(hr) as hr,
        sum(h) as h
    from plate_appearances
    group by mlbam_id, opponent_id
),

met as (
    select
        meetings.mlbam_id,
        meetings.pa,
        opponents.pa - meetings.pa + 100 as weight,
        opponents.so - meetings.so + 100 * league.so as so,
        opponents.bb - meetings.bb + 100 * league.bb as bb,
        opponents.hr - meetings.hr + 100 * league.hr as hr,
        opponents.h - meetings.h + 100 * league.h as h
    from meetings
    inner join opponents on meetings.opponent_id = opponents.opponent_id
    cross join league
),

opposition as (
    select
        mlbam_id,
        cast(sum(cast(pa * so / weight as decimal(18, 8))) as double) as opponents_so,
        cast(sum(cast(pa * bb / weight as decimal(18, 8))) as double) as opponents_bb,
        cast(sum(cast(pa * hr / weight as decimal(18, 8))) as double) as opponents_hr,
        cast(sum(cast(pa * h / weight as decimal(18, 8))) as double) as opponents_h
    from met
    group by mlbam_id
),

players as (
    select mlbam_id from pitch_counts
    union
    select mlbam_id from turn_counts
    union
    select mlbam_id from intentional_walks
),

counts as (
    select
        players.mlbam_id,
        pitch_counts.* exclude (mlbam_id), -- noqa: RF02
        turn_counts.* exclude (mlbam_id), -- noqa: RF02
        intentional_walks.ibb,
        batted_counts.* exclude (mlbam_id), -- noqa: RF02
        bunt_counts.* exclude (mlbam_id), -- noqa: RF02
        opposition.* exclude (mlbam_id) -- noqa: RF02
    from players
    left join pitch_counts on players.mlbam_id = pitch_counts.mlbam_id
    left join turn_counts on players.mlbam_id = turn_counts.mlbam_id
    left join intentional_walks on players.mlbam_id = intentional_walks.mlbam_id
    left join batted_counts on players.mlbam_id = batted_counts.mlbam_id
    left join bunt_counts on players.mlbam_id = bunt_counts.mlbam_id
    left join opposition on players.mlbam_id = opposition.mlbam_id
),

-- Who has no row of a kind has none of what it counts.
final as (
    select
        cast($season as smallint) as season,
        cast($player_type as varchar) as player_type,
        mlbam_id,
        coalesce(columns(* exclude (mlbam_id)), 0)
    from counts
)

select * from final
