-- grain: one row per side of the ball and player with a measured batted ball in $season
-- Every batted ball counts twice: for the batter and for the pitcher. Bunts are left out. A barrel is Statcast's: at
-- least 98 mph, and a launch angle in a window that is 26 to 30 degrees at 98 mph and widens with every mph, up to 8 to
-- 50 degrees at 116 (in the form of baseballr's `code_barrel`). Spray 0 is the batter's pull-side line.
with

-- Decimals: sums of them do not depend on the order of the rows.
batted_balls as (
    select
        batter_id,
        pitcher_id,
        spray_deg,
        cast(launch_speed as decimal(9, 3)) as speed,
        cast(launch_angle as decimal(9, 3)) as angle
    from core.plate_appearances
    where season = $season and hit_type is not null and not is_bunt
),

sides as (
    select
        'batter' as player_type,
        batter_id as mlbam_id,
        *
    from batted_balls
    union all
    select
        'pitcher' as player_type,
        pitcher_id as mlbam_id,
        *
    from batted_balls
),

in_play as (
    select
        player_type,
        mlbam_id,
        count(*) as balls_in_play
    from sides
    group by player_type, mlbam_id
),

sums as (
    select
        player_type,
        mlbam_id,
        count(*) as measured,
        sum(speed) as speed,
        sum(angle) as angle,
        count(*) filter (where speed >= 80) as at_least_80,
        count(*) filter (where speed >= 85) as at_least_85,
        count(*) filter (where speed >= 90) as at_least_90,
        count(*) filter (where speed >= 95) as hard_hit,
        count(*) filter (where speed >= 100) as at_least_100,
        count(*) filter (where speed >= 105) as at_least_105,
        count(*) filter (where speed >= 110) as at_least_110,
        count(*) filter (where angle between 8 and 32) as sweet_spot,
        count(*) filter (
            where speed >= 98 and angle <= 50 and speed * 1.5 - angle >= 117 and speed + angle >= 124
        ) as barrels,
        count(*) filter (where angle >= 10) as air,
        sum(speed) filter (where angle >= 10) as air_speed,
        count(spray_deg) as sprayed,
        count(*) filter (where spray_deg < 30) as pulled,
        count(*) filter (where spray_deg > 60) as opposite,
        count(*) filter (where spray_deg < 30 and angle >= 10) as pulled_air
    from sides
    where speed is not null and angle is not null
    group by player_type, mlbam_id
),

final as (
    select
        in_play.balls_in_play,
        sums.*
    from sums
    inner join in_play
        on sums.player_type = in_play.player_type and sums.mlbam_id = in_play.mlbam_id
    order by sums.player_type, sums.mlbam_id
)

select * from final
