-- grain: one row per season, player of $player_type, park and stand, from $first_season to $last_season
-- `stand` is the side that the batter stood on, the player himself or whom he faced; `all` where it is not known.
with

plate_appearances as (
    select * from core.plate_appearances
    where season between $first_season and $last_season and park_id is not null
),

final as (
    select
        season,
        if($player_type = 'batter', batter_id, pitcher_id) as mlbam_id,
        park_id,
        coalesce(stand, 'all') as stand,
        count(*) as opportunities
    from plate_appearances
    group by all
    order by all
)

select * from final
