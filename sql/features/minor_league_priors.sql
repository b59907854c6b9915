-- grain: one row per season, player and statistic of one side of the ball: `mle` before the season, and its minors
with mle_rates as (
    select * from features.mle_rates
    where
        player_type = $player_type
        and list_contains($seasons, season)
        and system = 'mle'
),

final as (
    select
        season,
        mlbam_id,
        statistic,
        rate,
        minor_weight
    from mle_rates
)

select * from final
