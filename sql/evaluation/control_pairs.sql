-- grain: one row per season, player of $player_type and statistic that a control projects and that he then played
with control_rates as (
    select * from features.control_rates
    where
        player_type = $player_type
        and system = $system
        and season in (select unnest($seasons))
        and as_of = make_date(season, 3, 1)
),

actual as (select * from actual_rates),

final as (
    select
        control_rates.season,
        control_rates.mlbam_id,
        control_rates.statistic,
        control_rates.rate,
        actual.actual,
        actual.opportunities
    from control_rates
    inner join actual
        on
            control_rates.season = actual.season
            and control_rates.player_type = actual.player_type
            and control_rates.mlbam_id = actual.mlbam_id
            and control_rates.statistic = actual.statistic
    order by control_rates.season, control_rates.mlbam_id, control_rates.statistic
)

select * from final
