-- grain: one row per row of evaluation.backtest of the wanted seasons that some universe may score, with two marks
-- debut: no major-league season before, on either side of the ball; top_300: among the $top players of the season and
-- side with most playing time by Marcel
with

backtest as (
    select * from evaluation.backtest
    where list_contains($seasons, season)
),

season_lines as (
    select * from core.season_lines
),

first_seasons as (
    select
        mlbam_id,
        min(season) as first_season
    from season_lines
    where opportunities > 0
    group by mlbam_id
),

top_players as (
    select
        season,
        player_type,
        mlbam_id
    from backtest
    where
        system = 'marcel'
        and statistic = 'opportunities'
    qualify row_number() over (partition by season, player_type order by projected desc, mlbam_id asc) <= $top
),

marked as (
    select
        backtest.season,
        backtest.player_type,
        backtest.mlbam_id,
        backtest.statistic,
        backtest.system,
        backtest.projected,
        backtest.actual,
        backtest.opportunities,
        backtest.prior_opportunities,
        backtest.luck_variance,
        backtest.p10,
        backtest.p90,
        backtest.crps,
        backtest.interval_from,
        coalesce(first_seasons.first_season = backtest.season, false) as debut,
        top_players.mlbam_id is not null as top_300
    from backtest
    left join first_seasons on backtest.mlbam_id = first_seasons.mlbam_id
    left join top_players
        on
            backtest.season = top_players.season
            and backtest.player_type = top_players.player_type
            and backtest.mlbam_id = top_players.mlbam_id
),

final as (
    select * from marked
    where
        opportunities >= $floor
        or top_300
        or statistic in ('opportunities', 'outs')
    order by season, player_type, mlbam_id, statistic, system
)

select * from final
