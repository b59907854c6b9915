-- grain: one row per side of the ball, player, statistic and own system of one season's test fold
-- the ensemble is Marcel moved toward the contextual projection by the weight chosen on earlier seasons
with

predictions as (
    select *
    from models.predictions
    where
        fold = $season
        and season = $season
        and split = 'test'
),

weights as (
    select *
    from evaluation.blend_weights
    where season = $season
),

own as (
    select
        player_type,
        mlbam_id,
        statistic,
        system,
        rate,
        concentration
    from predictions
),

marcel as (
    select * from own
    where system = 'marcel'
),

contextual as (
    select * from own
    where system = 'contextual'
),

ensemble as (
    select
        marcel.player_type,
        marcel.mlbam_id,
        marcel.statistic,
        contextual.concentration,
        marcel.rate + weights.weight * (contextual.rate - marcel.rate) as rate
    from marcel
    inner join contextual
        on
            marcel.player_type = contextual.player_type
            and marcel.mlbam_id = contextual.mlbam_id
            and marcel.statistic = contextual.statistic
    inner join weights
        on
            marcel.player_type = weights.player_type
            and marcel.statistic = weights.statistic
),

final as (
    select
        player_type,
        mlbam_id,
        statistic,
        system,
        rate,
        concentration
    from own
    union all
    select
        player_type,
        mlbam_id,
        statistic,
        'ensemble' as system,  -- noqa: RF04
        rate,
        concentration
    from ensemble
)

select * from final
