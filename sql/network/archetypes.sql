-- grain: one row per sample (a player and a season), in the samples' order; null where none is assigned
with
wanted as (select * from sample_keys),

archetypes as (
    select * from features.archetypes
    where
        player_type = $player_type
        and as_of = make_date(season, 3, 1)
),

final as (
    select
        wanted.sample,
        archetypes.archetype
    from wanted
    left join archetypes
        on
            wanted.season = archetypes.season
            and wanted.mlbam_id = archetypes.mlbam_id
    order by wanted.sample
)

select * from final
