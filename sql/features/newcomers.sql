-- grain: one row per player of one season and side of the ball with lines in the minors and none in the majors
-- is_starter: half of his games in the minors were starts; where starts are not told, whether he faced $starter_bf
with mle_rates as (
    select distinct mlbam_id
    from features.mle_rates
    where
        player_type = $player_type
        and season = $season
        and as_of = $as_of
        and source = 'mle'
),

minor_lines as (
    select * from core.minor_lines
    where
        player_type = $player_type
        and season between $season - $seasons_back and $season - 1
        and level in ('AAA', 'AA')
),

players as (
    select * from core.players
),

use as (
    select
        mlbam_id,
        max_by(age + $season - season, season) as age,
        coalesce(
            sum(starts) filter (where games > 0) >= $starter_share * sum(games) filter (where starts is not null),
            max_by(pa, season) >= $starter_bf
        ) as is_starter
    from minor_lines
    where mlbam_id is not null
    group by mlbam_id
),

final as (
    select
        mle_rates.mlbam_id,
        players.birth_date,
        players.bats,
        players.throws,
        use.age,
        coalesce(use.is_starter, false) as is_starter
    from mle_rates
    inner join players on mle_rates.mlbam_id = players.mlbam_id
    left join use on mle_rates.mlbam_id = use.mlbam_id
    order by mle_rates.mlbam_id
)

select * from final
