-- grain: one row per validation season, side of the ball, player and statistic of the folds up to a season
-- as of: only rows whose own season lies before $season; two folds that share a validation season count once,
-- by the later fold, whose network has seen more
with

predictions as (
    select * from models.predictions
),

actual_rates as (
    select * from actuals
    where opportunities >= $min_opportunities
),

earlier as (
    select
        fold,
        season,
        player_type,
        mlbam_id,
        statistic,
        max(rate) filter (where system = 'marcel') as marcel,
        max(rate) filter (where system = 'contextual') as contextual
    from predictions
    where
        split = 'validation'
        and fold <= $season
        and season < $season
        and system in ('marcel', 'contextual')
    group by fold, season, player_type, mlbam_id, statistic
    qualify fold = max(fold) over (partition by season, player_type)
),

final as (
    select
        earlier.season,
        earlier.player_type,
        earlier.mlbam_id,
        earlier.statistic,
        earlier.marcel,
        earlier.contextual,
        actual_rates.actual,
        actual_rates.opportunities
    from earlier
    inner join actual_rates
        on
            earlier.season = actual_rates.season
            and earlier.player_type = actual_rates.player_type
            and earlier.mlbam_id = actual_rates.mlbam_id
            and earlier.statistic = actual_rates.statistic
    where
        earlier.marcel is not null
        and earlier.contextual is not null
    order by earlier.season, earlier.player_type, earlier.mlbam_id, earlier.statistic
)

select * from final
