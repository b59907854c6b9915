-- grain: one row per side of the ball and player with a Marcel rate before the season, or one from the minors, as known
-- on $as_of
-- team: of his latest season line before the season; on this side of the ball first; a newcomer's parent club, also of
-- one who was in the majors years ago
with

marcel_rates as (
    select * from features.marcel_rates
    where
        season = $season
        and as_of = $as_of
        and system = 'marcel'
),

players as (
    select * from core.players
),

profiles as (
    select * from features.stat_profiles
    where as_of = $as_of
),

archetypes as (
    select * from features.archetypes
    where as_of = $as_of
),

season_lines as (
    select * from core.season_lines
    where season < $season
),

mle_rates as (
    select distinct
        player_type,
        mlbam_id
    from features.mle_rates
    where
        season = $season
        and as_of = $as_of
        and source = 'mle'
),

minor_lines as (
    select * from core.minor_lines
    where season < $season
),

known as (
    select
        player_type,
        mlbam_id,
        max(opportunities) as opportunities
    from marcel_rates
    group by player_type, mlbam_id
),

fresh as (
    select
        mle_rates.player_type,
        mle_rates.mlbam_id,
        0.0::double as opportunities
    from mle_rates
    anti join known
        on
            mle_rates.player_type = known.player_type
            and mle_rates.mlbam_id = known.mlbam_id
),

projected as (
    select * from known
    union all
    select * from fresh
),

parent_clubs as (
    select
        player_type,
        mlbam_id,
        max_by(club, (season, pa)) as club
    from minor_lines
    where club is not null
    group by player_type, mlbam_id
),

teams as (
    select
        player_type,
        mlbam_id,
        team
    from season_lines
    qualify row_number() over (partition by player_type, mlbam_id order by season desc, opportunities desc) = 1
),

final as (
    select
        projected.player_type,
        projected.mlbam_id,
        projected.opportunities,
        players.name,
        players.fangraphs_id,
        if(
            profiles.identity_source = 'mle', coalesce(parent_clubs.club, teams.team),
            coalesce(teams.team, parent_clubs.club)
        ) as team,
        profiles.identity_source,
        profiles.age,
        archetypes.archetype
    from projected
    left join players on projected.mlbam_id = players.mlbam_id
    left join teams
        on
            projected.player_type = teams.player_type
            and projected.mlbam_id = teams.mlbam_id
    left join parent_clubs
        on
            projected.player_type = parent_clubs.player_type
            and projected.mlbam_id = parent_clubs.mlbam_id
    left join profiles
        on
            projected.player_type = profiles.player_type
            and projected.mlbam_id = profiles.mlbam_id
    left join archetypes
        on
            projected.player_type = archetypes.player_type
            and projected.mlbam_id = archetypes.mlbam_id
    order by projected.player_type, projected.mlbam_id
)

select * from final
