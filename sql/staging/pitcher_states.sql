-- grain: one row per plate appearance of a season's months: what its pitcher had done before it
-- Rest looks back over the whole season, pitches over the game; both are known when the plate appearance begins.
with plate_appearances as (
    select
        game_id,
        plate_appearance,
        pitcher_id,
        game_date,
        month
    from core.plate_appearances
    where season = $season
),

thrown as (
    select
        game_id,
        plate_appearance,
        pitcher_id,
        count(*) as pitches
    from core.pitches
    where
        season = $season
        and list_contains($months, month)
        and result not in ('automatic_ball', 'automatic_strike')
    group by all
),

outings as (
    select
        game_id,
        pitcher_id,
        any_value(game_date) as game_date
    from plate_appearances
    group by all
),

rested as (
    select
        game_id,
        pitcher_id,
        game_date - lag(game_date) over (partition by pitcher_id order by game_date, game_id) as rest_days
    from outings
),

-- Pitches of turns that were never finished count too: they have no row among the plate appearances.
turns as (
    select
        game_id,
        plate_appearance,
        pitcher_id,
        0 as pitches,
        true as is_plate_appearance
    from plate_appearances
    where list_contains($months, month)
    union all
    select
        game_id,
        plate_appearance,
        pitcher_id,
        pitches,
        false as is_plate_appearance
    from thrown
),

-- One row a turn, and a frame of rows: DuckDB's range frames over ties lost a row now and then.
whole_turns as (
    select
        game_id,
        plate_appearance,
        pitcher_id,
        sum(pitches) as pitches,
        bool_or(is_plate_appearance) as is_plate_appearance
    from turns
    group by all
),

counted as (
    select
        game_id,
        plate_appearance,
        pitcher_id,
        is_plate_appearance,
        coalesce(
            sum(pitches) over (
                partition by game_id, pitcher_id
                order by plate_appearance
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as pitches_before
    from whole_turns
),

final as (
    select
        counted.game_id,
        counted.plate_appearance,
        counted.pitches_before,
        rested.rest_days
    from counted
    inner join rested on counted.game_id = rested.game_id and counted.pitcher_id = rested.pitcher_id
    where counted.is_plate_appearance
)

select * from final
