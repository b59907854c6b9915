-- grain: one row per plate appearance of Statcast's regular season that ended with a ball in play or over the fence
-- Who fielded it is not in the file. The direction is the third of the field between the foul lines that the spray
-- angle lies in: 0 is the batter's pull side, which is left for a right-handed one.
with endings as (
    select * from core.plate_appearances
    where
        season = $season
        and list_contains($months, month)
        and outcome not in (
            'strikeout',
            'strikeout_double_play',
            'walk',
            'intentional_walk',
            'hit_by_pitch',
            'catcher_interference'
        )
),

angled as (
    select
        *,
        if(stand = 'R', spray_deg, 90 - spray_deg) as from_left
    from endings
),

final as (
    select
        season,
        month,
        game_id,
        game_date,
        source,
        plate_appearance,
        batter_id,
        pitcher_id,
        stand,
        hit_type,
        is_bunt,
        outcome,
        cast(null as tinyint) as fielder,
        case
            when stand is null or from_left is null then null
            when from_left < 30 then 'left'
            when from_left <= 60 then 'middle'
            else 'right'
        end as direction
    from angled
)

select * from final
