-- grain: one row per fitted object and season that it serves
-- `fitted_until` is the last season that anything in it was fitted on. Marcel's constants and the centroids are fitted
-- once: they stand here for the first of the test seasons in which something uses them.
with

constants as (select * from features.marcel_constants),

centroids as (select * from features.archetype_centroids),

tested_rates as (
    select
        player_type,
        min(season) as season
    from features.marcel_rates
    where season in (select unnest($test_seasons))
    group by player_type
),

tested_archetypes as (
    select
        player_type,
        min(season) as season
    from features.archetypes
    where season in (select unnest($test_seasons))
    group by player_type
),

chosen as (
    -- "2018, 2019" or "2018-2019": the latest season named is the one that counts
    select
        season,
        player_type,
        statistic,
        unnest(regexp_extract_all(chosen_on, '[0-9]{4}')) as chosen_until
    from evaluation.blend_weights
),

fitted as (
    select
        'features.marcel_constants' as table_name,
        constants.player_type as what,
        tested_rates.season,
        constants.fitted_until
    from constants
    inner join tested_rates on constants.player_type = tested_rates.player_type
    union all
    select
        'features.archetype_centroids' as table_name,
        centroids.player_type as what,
        tested_archetypes.season,
        centroids.fitted_until
    from centroids
    inner join tested_archetypes on centroids.player_type = tested_archetypes.player_type
    union all
    select
        'features.control_rates' as table_name,
        player_type || ' ' || system as what,
        season,
        trained_until as fitted_until
    from features.control_rates
    union all
    select
        'features.playing_time' as table_name,
        player_type as what,
        season,
        trained_until as fitted_until
    from features.playing_time
    union all
    select
        'features.mle_translations' as table_name,
        player_type || ' ' || component as what,
        season,
        trained_until as fitted_until
    from features.mle_translations
    union all
    select
        'features.mle_rates' as table_name,
        player_type || ' ' || system as what,
        season,
        trained_until as fitted_until
    from features.mle_rates
    union all
    select
        'features.debut_means' as table_name,
        player_type || ' ' || role as what,
        season,
        trained_until as fitted_until
    from features.debut_means
    union all
    select
        'features.newcomer_playing_time' as table_name,
        player_type as what,
        season,
        trained_until as fitted_until
    from features.newcomer_playing_time
    union all
    select
        'models.predictions' as table_name,
        player_type || ' ' || system || ' of fold ' || fold as what,
        season,
        trained_until as fitted_until
    from models.predictions
    union all
    select
        'evaluation.blend_weights' as table_name,
        player_type || ' ' || statistic as what,
        season,
        cast(chosen_until as smallint) as fitted_until
    from chosen
    union all
    select
        'evaluation.error_spread' as table_name,
        player_type || ' ' || system || ' ' || statistic as what,
        season,
        fitted_until
    from evaluation.error_spread
),

final as (
    select
        table_name,
        what,
        cast(season as integer) as season,
        cast(max(fitted_until) as integer) as fitted_until
    from fitted
    group by table_name, what, season
    order by table_name, what, season
)

select * from final
