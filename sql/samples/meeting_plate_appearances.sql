-- grain: one row per batter, pitcher, hands, park, turn and ending of plate appearances between two dates
with plate_appearances as (
    select *
    from core.plate_appearances
    where season = $season and game_date >= $since and game_date < $until
),

batted_balls as (
    select *
    from core.batted_balls
    where season = $season
),

final as (
    -- The side of the field is turned into the batter's own: what a right-handed batter hits to left is pulled.
    select
        plate_appearances.batter_id,
        plate_appearances.pitcher_id,
        plate_appearances.stand,
        plate_appearances.throws,
        plate_appearances.park_id,
        plate_appearances.outcome,
        batted_balls.hit_type,
        least(plate_appearances.times_faced, 3)::tinyint as times_faced,
        plate_appearances.is_bunt or plate_appearances.outcome like 'sac_bunt%' as is_bunt,
        case
            when batted_balls.direction = 'middle' then 'middle'
            when (batted_balls.direction = 'left') = (plate_appearances.stand = 'R') then 'pulled'
            when batted_balls.direction is not null then 'opposite'
        end as direction,
        count(*)::integer as n
    from plate_appearances
    left join batted_balls
        on
            plate_appearances.game_id = batted_balls.game_id
            and plate_appearances.plate_appearance = batted_balls.plate_appearance
    where plate_appearances.stand in ('L', 'R') and plate_appearances.throws in ('L', 'R')
    group by all
    order by all
)

select * from final
