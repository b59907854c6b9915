-- grain: one row per sample (a player and a season), in the samples' order; nulls where there is no profile
with
wanted as (select * from sample_keys),

stat_profiles as (
    select * from features.stat_profiles
    where
        player_type = $player_type
        and as_of = make_date(season, 3, 1)
),

final as (
    select
        stat_profiles.*,
        wanted.sample
    from wanted
    left join stat_profiles
        on
            wanted.season = stat_profiles.season
            and wanted.mlbam_id = stat_profiles.mlbam_id
    order by wanted.sample
)

select * from final -- noqa: AM04
