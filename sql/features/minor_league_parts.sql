-- grain: one row per player of one season and side of the ball with a line in the minors, and statistic
-- What the minors say before the season, apart from the majors: the translated rate, and the opportunities it weighs.
-- A newcomer has every statistic, those too that nobody counted in the minors: there `mle` is the newcomers' mean.
with mle_rates as (
    select * from features.mle_rates
    where
        player_type = $player_type
        and season = $season
        and as_of = $as_of
        and system = 'mle'
),

final as (
    select
        mlbam_id,
        statistic,
        rate,
        minor_weight,
        minor_rate,
        source = 'mle' as is_newcomer
    from mle_rates
    where
        minor_weight > 0
        or source = 'mle'
)

select * from final
