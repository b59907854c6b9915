-- grain: one row per side of the ball, player and token of a season, with how often it came
-- Plain counts and nothing else: what a pitch came to at its count, two results in a row within a plate appearance,
-- outcomes against the same and the other hand, kinds of batted balls by side of the field. The token
-- `plate_appearance` is what the others are divided by.
with pitches as (
    select
        batter_id,
        pitcher_id,
        result,
        balls,
        strikes,
        lead(result) over (partition by game_id, plate_appearance order by pitch_number) as next_result
    from core.pitches
    where season = $season
),

plate_appearances as (
    select * from core.plate_appearances
    where season = $season
),

batted_balls as (
    select
        *,
        case
            when direction is null or stand is null then 'untold'
            when direction = 'middle' then 'middle'
            when (direction = 'left') = (stand = 'R') then 'pulled'
            else 'opposite'
        end as side
    from core.batted_balls
    where season = $season
),

-- Words are joined when they have been counted: a season has seven hundred thousand pitches and a few hundred tokens.
pitch_times as (
    select
        batter_id,
        pitcher_id,
        result,
        balls,
        strikes,
        count(*) as times
    from pitches
    group by all
),

pair_times as (
    select
        batter_id,
        pitcher_id,
        result,
        next_result,
        count(*) as times
    from pitches
    where next_result is not null
    group by all
),

at_counts as (
    select
        batter_id,
        pitcher_id,
        concat_ws(' ', 'pitch', result, least(balls, 3), least(strikes, 2)) as token,
        sum(times) as times
    from pitch_times
    group by all
),

in_a_row as (
    select
        batter_id,
        pitcher_id,
        concat_ws(' ', 'then', result, next_result) as token,
        times
    from pair_times
),

outcomes as (
    select
        batter_id,
        pitcher_id,
        concat_ws(
            ' ', 'outcome', outcome, case when stand = throws then 'same' when stand != throws then 'other' else '' end
        ) as token,
        count(*) as times
    from plate_appearances
    group by all
),

hit_types as (
    select
        batter_id,
        pitcher_id,
        concat_ws(' ', 'hit', coalesce(hit_type, 'untold'), side) as token,
        count(*) as times
    from batted_balls
    group by all
),

turns as (
    select
        batter_id,
        pitcher_id,
        'plate_appearance' as token,
        count(*) as times
    from plate_appearances
    group by all
),

counted as (
    select * from at_counts
    union all
    select * from in_a_row
    union all
    select * from outcomes
    union all
    select * from hit_types
    union all
    select * from turns
),

sides as (
    select
        'batter' as player_type,
        batter_id as mlbam_id,
        token,
        sum(times)::integer as times
    from counted
    group by all
    union all
    select
        'pitcher' as player_type,
        pitcher_id as mlbam_id,
        token,
        sum(times)::integer as times
    from counted
    group by all
),

final as (
    select * from sides
    order by player_type, mlbam_id, token
)

select * from final
