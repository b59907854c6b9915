-- grain: one row per season and pitcher: variance of his earned-run rates by the luck of his games alone
-- for a ratio of sums over g games it is g / (g - 1) times the sum of (x - ratio * y)^2 over (sum of y)^2; games
-- without known earned runs do not count, and a pitcher of a single game has no spread to tell
-- Squares are added in the order of the games: two threads take any order, and no two runs agreed in the last bits.
with

player_games as (
    select * from core.player_games
),

games as (
    select
        season,
        mlbam_id,
        game_id,
        opportunities::double as faced,
        outs::double as outs,
        er::double as er,
        (bb + h)::double as runners
    from player_games
    where
        player_type = 'pitcher'
        and season between $first_season and $last_season
        and er is not null
        and outs is not null
        and opportunities > 0
),

ratios as (
    select
        *,
        sum(faced) over pitcher_season as all_faced,
        sum(outs) over pitcher_season as all_outs,
        sum(er) over pitcher_season as all_er,
        sum(runners) over pitcher_season as all_runners
    from games
    window pitcher_season as (partition by season, mlbam_id)
),

deviations as (
    select
        season,
        mlbam_id,
        game_id,
        (er - all_er / all_faced * faced) / all_faced as er_rate,
        27 * (er - all_er / nullif(all_outs, 0) * outs) / nullif(all_outs, 0) as era,
        3 * (runners - all_runners / nullif(all_outs, 0) * outs) / nullif(all_outs, 0) as whip
    from ratios
),

final as (
    select
        season,
        mlbam_id,
        count(*) / (count(*) - 1) * sum(er_rate ** 2 order by game_id) as er_rate,
        count(*) / (count(*) - 1) * sum(era ** 2 order by game_id) as era,
        count(*) / (count(*) - 1) * sum(whip ** 2 order by game_id) as whip
    from deviations
    group by season, mlbam_id
    having count(*) > 1
)

select * from final
