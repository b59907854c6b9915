-- grain: one row per player type, statistic, system and tier of history: how far rates were missed beyond luck
-- reads the relations projected, actuals (with their tier) and luck_scales of seasons that all lie before the one
-- looked ahead to; errors are weighted by opportunities and each season's mean error is removed
with

played as (
    select * from actuals
    where opportunities >= $min_opportunities
),

pairs as (
    select
        projected.season,
        projected.player_type,
        projected.statistic,
        projected.system,
        played.tier,
        played.opportunities::double as weight,
        projected.rate - played.actual as miss,
        luck_scales.scale
        * case
            when luck_scales.is_share
                then greatest(projected.rate, 0) * greatest(1 - projected.rate, 0)
            else greatest(projected.rate, 0)
        end
        / played.opportunities as luck
    from projected
    inner join played
        on
            projected.season = played.season
            and projected.player_type = played.player_type
            and projected.mlbam_id = played.mlbam_id
            and projected.statistic = played.statistic
    inner join luck_scales
        on
            projected.player_type = luck_scales.player_type
            and projected.statistic = luck_scales.statistic
),

centred as (
    select
        *,
        miss - sum(weight * miss) over season_of_system / sum(weight) over season_of_system as error
    from pairs
    window season_of_system as (partition by season, player_type, statistic, system)
),

final as (
    select
        player_type,
        statistic,
        system,
        tier,
        sum(weight * (error ** 2 - luck)) / sum(weight) as variance,
        sum(weight * error ** 2) / sum(weight) as error_variance,
        count(*) as n,
        min(season) as fitted_from,
        max(season) as fitted_until
    from centred
    group by player_type, statistic, system, tier
    having count(*) >= $min_players
    order by player_type, statistic, system, tier
)

select * from final
