-- grain: one row per side of the ball, component and level: what the level is worth before a season
with fitted as (
    select
        player_type,
        component,
        split_part(parameter, '_', 3) as level,
        exp(max(value) filter (where parameter like 'log_factor%')) as factor,
        exp(max(value) filter (where parameter like 'log_worth%')) as worth,
        max(value) filter (where parameter like 'naive_factor%') as naive_factor,
        any_value(n) as n,
        any_value(trained_from) as trained_from,
        any_value(trained_until) as trained_until
    from features.mle_translations
    where
        season = $season
        and split_part(parameter, '_', 3) in ('AAA', 'AA')
    group by player_type, component, split_part(parameter, '_', 3)
),

final as (
    select * from fitted
    order by player_type, component, level
)

select * from final
