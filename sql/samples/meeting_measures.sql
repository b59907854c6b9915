-- grain: one row per batter, pitcher, hands, strikes, type, speed and place of measured pitches between two dates
with pitches as (
    select *
    from core.pitches
    where season = $season and game_date >= $since and game_date < $until
),

final as (
    -- Speeds in steps of 3 mph; places are thirds of the plate from the batter's side and of his zone, and outside it.
    select
        batter_id,
        pitcher_id,
        stand,
        throws,
        strikes,
        pitch_type,
        least(greatest(floor((release_speed - 77) / 3), 0), 7)::tinyint as speed,
        case
            when plate_x is null or plate_z is null then null
            when abs(plate_x) <= 0.83 then 1
            when (plate_x < 0) = (stand = 'R') then 0
            else 2
        end::tinyint as across,
        case
            when plate_z < 1.6 then 0
            when plate_z < 2.5 then 1
            when plate_z < 3.4 then 2
            when plate_z >= 3.4 then 3
        end::tinyint as height,
        count(*)::integer as n
    from pitches
    where
        pitch_type is not null
        and stand in ('L', 'R') and throws in ('L', 'R') and strikes between 0 and 2
    group by all
    order by all
)

select * from final
