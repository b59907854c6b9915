-- grain: one row per season, player and statistic: tuned Marcel before the season, one side of the ball
with marcel_rates as (
    select * from features.marcel_rates
    where
        player_type = $player_type
        and list_contains($seasons, season)
        and list_contains($as_of, as_of)
        and system = 'marcel'
),

final as (
    select
        season,
        mlbam_id,
        statistic,
        rate,
        weight,
        league_rate
    from marcel_rates
)

select * from final
