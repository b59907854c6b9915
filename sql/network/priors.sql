-- grain: one row per season, player, system and statistic of the preseason Marcel rates
with
marcel_rates as (
    select * from features.marcel_rates
    where
        player_type = $player_type
        and season in (select unnest($seasons))
        and as_of = make_date(season, 3, 1)
),

final as (
    select
        season,
        mlbam_id,
        system,
        statistic,
        rate,
        weight,
        league_rate,
        opportunities
    from marcel_rates
    order by season, mlbam_id, system, statistic
)

select * from final
