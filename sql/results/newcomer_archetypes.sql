-- grain: one row per archetype of batters, group of players and whether they are its power bats, seasons together
-- Power bats are the tenth of a season's group with the highest home-run rates before the season. Newcomers have lines
-- in the minors only; the established had $established opportunities in the majors in three seasons.
with profiles as (
    select
        season,
        mlbam_id,
        three_year_hr_rate,
        case
            when identity_source = 'mle' then 'newcomers'
            when three_year_opportunities >= $established then 'established'
        end as player_group
    from features.stat_profiles
    where
        player_type = 'batter'
        and list_contains($seasons, season)
        and as_of = make_date(season, 3, 1)
),

archetypes as (
    select
        season,
        mlbam_id,
        archetype
    from features.archetypes
    where
        player_type = 'batter'
        and list_contains($seasons, season)
        and as_of = make_date(season, 3, 1)
),

ranked as (
    select
        profiles.player_group,
        archetypes.archetype,
        percent_rank() over (
            partition by profiles.season, profiles.player_group order by profiles.three_year_hr_rate
        ) >= 0.9 as is_power_bat
    from profiles
    inner join archetypes
        on
            profiles.season = archetypes.season
            and profiles.mlbam_id = archetypes.mlbam_id
    where profiles.player_group is not null
),

final as (
    select
        player_group,
        archetype,
        is_power_bat,
        count(*) as players
    from ranked
    group by player_group, archetype, is_power_bat
    order by player_group, archetype, is_power_bat
)

select * from final
