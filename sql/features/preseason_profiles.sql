-- grain: one row per player and season of $player_type's preseason profiles, between two seasons
with

stat_profiles as (
    select * from features.stat_profiles
    where
        player_type = $player_type
        and season between $first_season and $last_season
        and as_of = make_date(season, 3, 1)
),

final as (
    select * from stat_profiles
    order by season, mlbam_id
)

select * from final -- noqa: AM04
