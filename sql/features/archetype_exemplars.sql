-- grain: one row per archetype and place: the players of the preseason of $season who stand closest to its centroid
-- members counts everybody assigned to the archetype; exemplars need $minimum opportunities in three years.
with

archetypes as (
    select * from features.archetypes
    where
        player_type = $player_type
        and as_of = make_date($season, 3, 1)
),

stat_profiles as (
    select * from features.stat_profiles
    where
        player_type = $player_type
        and as_of = make_date($season, 3, 1)
        and three_year_opportunities >= $minimum
),

players as (select * from core.players),

members as (
    select
        archetype,
        count(*)::integer as members
    from archetypes
    group by archetype
),

ranked as (
    select
        stat_profiles.*,
        archetypes.archetype,
        archetypes.distance,
        players.name,
        row_number() over (
            partition by archetypes.archetype
            order by archetypes.distance, archetypes.mlbam_id
        )::integer as place
    from archetypes
    inner join stat_profiles on archetypes.mlbam_id = stat_profiles.mlbam_id
    inner join players on archetypes.mlbam_id = players.mlbam_id
),

closest as (
    select * from ranked
    where place <= $places
),

final as (
    select
        closest.archetype,
        members.members,
        closest.place,
        closest.season,
        closest.mlbam_id,
        closest.name,
        closest.age,
        closest.bats,
        closest.throws,
        closest.role,
        closest.distance,
        closest.three_year_opportunities as opportunities,
        closest.three_year_so_rate as so_rate,
        closest.three_year_bb_rate as bb_rate,
        closest.three_year_hr_rate as hr_rate,
        closest.three_year_h_rate as h_rate
    from closest
    inner join members on closest.archetype = members.archetype
    order by closest.archetype, closest.place
)

select * from final
