-- grain: one row per season, side of the ball, player, statistic and own system, as known on the season's $as_of
-- Marcel, the controls and the minors come from their feature tables, the network from its test folds; the ensemble is
-- Marcel moved toward the contextual projection by the weight chosen on earlier seasons
-- Of a newcomer, whom no control knows, the controls with the minors say what `mle` says.
with

marcel_rates as (
    select * from features.marcel_rates
    where
        list_contains($seasons, season)
        and list_contains($as_of, as_of)
),

control_rates as (
    select * from features.control_rates
    where
        list_contains($seasons, season)
        and list_contains($as_of, as_of)
),

mle_rates as (
    select * from features.mle_rates
    where
        list_contains($seasons, season)
        and list_contains($as_of, as_of)
),

predictions as (
    select * from models.predictions
    where
        list_contains($seasons, season)
        and fold = season
        and split = 'test'
),

weights as (
    select * from evaluation.blend_weights
    where list_contains($seasons, season)
),

marcels as (
    select
        marcel_rates.season,
        marcel_rates.player_type,
        marcel_rates.mlbam_id,
        marcel_rates.statistic,
        marcel_rates.system,
        marcel_rates.rate,
        predictions.concentration
    from marcel_rates
    left join predictions
        on
            marcel_rates.season = predictions.season
            and marcel_rates.player_type = predictions.player_type
            and marcel_rates.mlbam_id = predictions.mlbam_id
            and marcel_rates.statistic = predictions.statistic
            and marcel_rates.system = predictions.system
),

controls as (
    select
        season,
        player_type,
        mlbam_id,
        statistic,
        system,
        rate,
        null::double as concentration
    from control_rates
),

minors as (
    select
        season,
        player_type,
        mlbam_id,
        statistic,
        system,
        rate,
        concentration
    from mle_rates
),

made as (
    select distinct
        season,
        player_type,
        system
    from control_rates
    where system in ('control_minors', 'control_full')
),

newcomers as (
    select
        mle_rates.season,
        mle_rates.player_type,
        mle_rates.mlbam_id,
        mle_rates.statistic,
        made.system,
        mle_rates.rate,
        mle_rates.concentration
    from mle_rates
    inner join made
        on
            mle_rates.season = made.season
            and mle_rates.player_type = made.player_type
    where
        mle_rates.system = 'mle'
        and mle_rates.source = 'mle'
),

contextual as (
    select
        season,
        player_type,
        mlbam_id,
        statistic,
        system,
        rate,
        concentration
    from predictions
    where system = 'contextual'
),

ensemble as (
    select
        contextual.season,
        contextual.player_type,
        contextual.mlbam_id,
        contextual.statistic,
        'ensemble' as system,  -- noqa: RF04
        marcels.rate + weights.weight * (contextual.rate - marcels.rate) as rate,
        contextual.concentration
    from contextual
    inner join marcels
        on
            contextual.season = marcels.season
            and contextual.player_type = marcels.player_type
            and contextual.mlbam_id = marcels.mlbam_id
            and contextual.statistic = marcels.statistic
    inner join weights
        on
            contextual.season = weights.season
            and contextual.player_type = weights.player_type
            and contextual.statistic = weights.statistic
    where marcels.system = 'marcel'
),

final as (
    select * from marcels
    union all
    select * from controls
    union all
    select * from minors
    union all
    select * from newcomers
    union all
    select * from contextual
    union all
    select * from ensemble
)

select * from final
