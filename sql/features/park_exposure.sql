-- grain: one row per season, player of $player_type and park, from $first_season to $last_season
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
        count(*) as opportunities
    from plate_appearances
    group by all
    order by all
)

select * from final
