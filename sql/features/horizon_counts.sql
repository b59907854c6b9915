-- grain: one row per as-of date, horizon and player with a game of $player_type in it
-- inputs: `horizons` (as_of, horizon, starts_on) is registered by the caller; only games before as_of are read.
-- Earned runs of a season that lies wholly in a horizon are the official line's, because box scores by game do not
-- reach back as far as plays do; of other games they are those known by game. Their opportunities stand beside them.
with

player_games as (
    select * from core.player_games
    where
        player_type = $player_type
        and season <= $season
        and game_date < $until
),

season_lines as (
    select * from core.season_lines
    where
        player_type = $player_type
        and season < $season
        and er is not null
),

openings as (
    select
        season,
        min(game_date) as opened_on
    from player_games
    where season < $season
    group by season
),

whole_seasons as (
    select
        horizons.as_of,
        horizons.horizon,
        openings.season
    from openings
    inner join horizons on openings.opened_on >= horizons.starts_on
),

games as (
    select
        player_games.*,
        horizons.as_of,
        horizons.horizon
    from player_games
    inner join horizons
        on
            player_games.game_date >= horizons.starts_on
            and player_games.game_date < horizons.as_of
),

counts as (
    select
        as_of,
        horizon,
        mlbam_id,
        max(game_date) as last_game,
        count(*)::integer as games,
        count_if(role = 'starter')::integer as games_started,
        sum(opportunities)::integer as opportunities,
        sum(ab)::integer as ab,
        sum(h)::integer as h,
        sum(single)::integer as single,
        sum(double)::integer as double, -- noqa: RF04
        sum(triple)::integer as triple,
        sum(hr)::integer as hr,
        sum(bb)::integer as bb,
        sum(ibb)::integer as ibb,
        sum(so)::integer as so,
        sum(hbp)::integer as hbp,
        sum(sf)::integer as sf,
        sum(sh)::integer as sh
    from games
    group by as_of, horizon, mlbam_id
),

earned_by_season as (
    select
        whole_seasons.as_of,
        whole_seasons.horizon,
        season_lines.mlbam_id,
        season_lines.er,
        season_lines.opportunities
    from season_lines
    inner join whole_seasons on season_lines.season = whole_seasons.season
),

earned_by_game as (
    select
        games.as_of,
        games.horizon,
        games.mlbam_id,
        games.er,
        games.opportunities
    from games
    anti join whole_seasons
        on
            games.as_of = whole_seasons.as_of
            and games.horizon = whole_seasons.horizon
            and games.season = whole_seasons.season
    where games.er is not null
),

earned as (
    select * from earned_by_season
    union all
    select * from earned_by_game
),

earned_runs as (
    select
        as_of,
        horizon,
        mlbam_id,
        sum(er)::integer as er,
        sum(opportunities)::integer as er_opportunities
    from earned
    group by as_of, horizon, mlbam_id
),

final as (
    select
        counts.*,
        coalesce(earned_runs.er, 0) as er,
        coalesce(earned_runs.er_opportunities, 0) as er_opportunities
    from counts
    left join earned_runs
        on
            counts.as_of = earned_runs.as_of
            and counts.horizon = earned_runs.horizon
            and counts.mlbam_id = earned_runs.mlbam_id
    order by counts.as_of, counts.horizon, counts.mlbam_id
)

select * from final
