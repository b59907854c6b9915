-- grain: one row per player and as-of date of $player_type's profiles of one season
with

stat_profiles as (
    select * from features.stat_profiles
    where
        player_type = $player_type
        and season = $season
),

final as (
    select * from stat_profiles
    order by as_of, mlbam_id
)

select * from final -- noqa: AM04
