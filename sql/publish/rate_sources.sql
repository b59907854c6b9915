-- grain: one row per player of a season with `mle` or `blended` rates, and statistic: what each source says of it
-- majors: Marcel, on its own opportunities; null for a newcomer, whose start is the mean of newcomers of his age
with mle_rates as (
    select * from features.mle_rates
    where
        season = $season
        and as_of = $as_of
        and system = 'mle'
        and source in ('mle', 'blended')
),

marcel_rates as (
    select * from features.marcel_rates
    where
        season = $season
        and as_of = $as_of
        and system = 'marcel'
),

final as (
    select
        mle_rates.player_type,
        mle_rates.mlbam_id,
        mle_rates.statistic,
        mle_rates.source,
        marcel_rates.rate as majors,
        mle_rates.weight - mle_rates.minor_weight as majors_weight,
        mle_rates.minor_rate as minors,
        mle_rates.minor_weight as minors_weight,
        mle_rates.rate as together
    from mle_rates
    left join marcel_rates
        on
            mle_rates.player_type = marcel_rates.player_type
            and mle_rates.mlbam_id = marcel_rates.mlbam_id
            and mle_rates.statistic = marcel_rates.statistic
    order by mle_rates.player_type, mle_rates.mlbam_id, mle_rates.statistic
)

select * from final
