-- grain: one row per season, player and statistic of one side of the ball, of whom Marcel and the minors know
-- move: logarithm of the translated rate over Marcel's; share: the minors' part of the opportunities behind it
with mle_rates as (
    select * from features.mle_rates
    where
        player_type = $player_type
        and list_contains($seasons, season)
        and system = 'mle'
        and minor_weight > 0
),

marcel_rates as (
    select * from features.marcel_rates
    where
        player_type = $player_type
        and list_contains($seasons, season)
        and system = 'marcel'
),

final as (
    select
        mle_rates.season,
        mle_rates.mlbam_id,
        mle_rates.statistic,
        ln(mle_rates.rate / marcel_rates.rate) as move,
        mle_rates.minor_weight / mle_rates.weight as share
    from mle_rates
    inner join marcel_rates
        on
            mle_rates.season = marcel_rates.season
            and mle_rates.as_of = marcel_rates.as_of
            and mle_rates.mlbam_id = marcel_rates.mlbam_id
            and mle_rates.statistic = marcel_rates.statistic
    where
        mle_rates.rate > 0
        and marcel_rates.rate > 0
)

select * from final
