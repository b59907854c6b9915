-- grain: one row per plate appearance of a season, in the order of the embedding table
-- `game` numbers the games in that order. `told` and `fielded` say whether the tables beside it hold the row.
with plate_appearances as (
    select * from core.plate_appearances
    where season = $season
),

details as (
    select * from core.plate_appearance_details
    where season = $season
),

batted_balls as (
    select * from core.batted_balls
    where season = $season
),

games as (
    select
        game_id,
        row_number() over (order by game_id) - 1 as game
    from plate_appearances
    group by game_id
),

final as (
    select
        games.game::integer as game,
        plate_appearances.game_id,
        plate_appearances.plate_appearance,
        plate_appearances.pitcher_id,
        plate_appearances.batter_id,
        plate_appearances.inning,
        plate_appearances.is_top,
        plate_appearances.outs,
        plate_appearances.outs_made,
        plate_appearances.stand,
        plate_appearances.throws,
        plate_appearances.outcome,
        plate_appearances.hit_type,
        plate_appearances.park_id,
        plate_appearances.times_faced,
        plate_appearances.launch_speed,
        plate_appearances.launch_angle,
        plate_appearances.spray_deg,
        details.bases,
        details.score_difference,
        details.pitches_before,
        details.rest_days,
        details.hit_distance,
        batted_balls.fielder,
        details.game_id is not null as told,
        batted_balls.game_id is not null as fielded
    from plate_appearances
    inner join games on plate_appearances.game_id = games.game_id
    left join details
        on
            plate_appearances.game_id = details.game_id
            and plate_appearances.plate_appearance = details.plate_appearance
    left join batted_balls
        on
            plate_appearances.game_id = batted_balls.game_id
            and plate_appearances.plate_appearance = batted_balls.plate_appearance
    order by games.game, plate_appearances.plate_appearance
)

select * from final
