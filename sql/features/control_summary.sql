-- grain: one row per control and statistic of one player type ($player_type) and season ($season)
with

controls as (
    select * from features.control_rates
    where player_type = $player_type and season = $season
),

marcel as (
    select * from features.marcel_rates
    where player_type = $player_type and season = $season and system = 'marcel'
),

final as (
    select
        controls.system,
        controls.statistic,
        count(*) as players,
        avg(controls.rate) as mean_rate,
        sqrt(avg(power(controls.rate - marcel.rate, 2))) as distance,
        any_value(controls.trained_from) || '-' || any_value(controls.trained_until) as trained_on,
        any_value(controls.n) as trained_rows
    from controls
    inner join marcel
        on controls.mlbam_id = marcel.mlbam_id and controls.statistic = marcel.statistic
    group by controls.system, controls.statistic
    order by controls.statistic, controls.system
)

select * from final
