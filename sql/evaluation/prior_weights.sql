-- grain: one row per side of the ball, player and statistic: how much evidence Marcel's rate rests on
with

final as (
    select
        player_type,
        mlbam_id,
        statistic,
        weight
    from features.marcel_rates
    where
        season = $season
        and as_of = $as_of
        and system = 'marcel'
)

select * from final
