-- grain: one row per season and player with a line on $player_type's side of the ball
-- How the player was used within each season from $first_season to $last_season: nothing of a later one is read.
-- Windows of days count back from the season's last game. Positions and saves are Lahman's, whose ids `core.players`
-- translates; they are null where Lahman does not have the season. Games are those with an opportunity.
with

lines as (
    select * from core.season_lines
    where player_type = $player_type and season between $first_season and $last_season
),

players as (select * from core.players),

games as (
    select * from core.games
    where season between $first_season and $last_season
),

player_games as (
    select * from core.player_games
    where player_type = $player_type and season between $first_season and $last_season
),

lahman_appearances as (
    select * from raw.lahman_appearances
    where yearid between $first_season and $last_season
),

lahman_pitching as (
    select * from raw.lahman_pitching
    where yearid between $first_season and $last_season
),

lahman_people as (select * from raw.lahman_people),

club_dates as (
    select
        season,
        game_date,
        unnest([home_team, away_team]) as team
    from games
),

seasons as (
    select
        season,
        min(game_date) as first_date,
        max(game_date) as last_date,
        count(*) / count(distinct team) as scheduled
    from club_dates
    group by season
),

club_games as (
    select
        club_dates.season,
        club_dates.team,
        club_dates.game_date,
        seasons.last_date - club_dates.game_date as days_left
    from club_dates
    inner join seasons on club_dates.season = seasons.season
),

clubs as (
    select
        season,
        team,
        count(*) filter (where days_left < 30) as club_30,
        count(*) filter (where days_left < 60) as club_60,
        count(*) filter (where days_left < 90) as club_90
    from club_games
    group by season, team
),

dated_games as (
    select
        player_games.season,
        player_games.mlbam_id,
        player_games.game_date,
        player_games.opportunities,
        player_games.role = 'starter' as is_start,
        player_games.game_date - seasons.first_date as days_in,
        seasons.last_date - player_games.game_date as days_left,
        player_games.game_date - lag(player_games.game_date) over (
            partition by player_games.season, player_games.mlbam_id
            order by player_games.game_date, player_games.game_id
        ) as days_between
    from player_games
    inner join seasons on player_games.season = seasons.season
),

used as (
    select
        season,
        mlbam_id,
        count(*) as games,
        count(*) filter (where is_start) as starts,
        -- three turns of a usual four tell a batter who started from one who came in
        count(*) filter (where opportunities >= 3) as full_games,
        min(game_date) as first_game,
        max(game_date) as last_game,
        max(game_date) - min(game_date) as days_active,
        min(days_in) as days_before_first,
        min(days_left) as days_after_last,
        max(days_between) as longest_gap,
        count(*) filter (where days_left < 30) as games_30,
        count(*) filter (where days_left < 60) as games_60,
        count(*) filter (where is_start and days_left < 45) as starts_45,
        coalesce(sum(opportunities) filter (where days_left < 30), 0) as opportunities_30,
        coalesce(sum(opportunities) filter (where days_left < 60), 0) as opportunities_60,
        coalesce(sum(opportunities) filter (where days_left < 90), 0) as opportunities_90
    from dated_games
    group by season, mlbam_id
),

-- Games of his last club between his first and his last: those he did not play in, he missed.
active as (
    select
        lines.season,
        lines.mlbam_id,
        count(*) as club_games_between
    from lines
    inner join used on lines.season = used.season and lines.mlbam_id = used.mlbam_id
    inner join club_games
        on
            lines.season = club_games.season
            and lines.team = club_games.team
            and club_games.game_date between used.first_game and used.last_game
    group by lines.season, lines.mlbam_id
),

positions as (
    select
        yearid as season,
        playerid as player_code,
        sum(g_all) as g_all,
        sum(g_p) as g_p,
        sum(g_c) as g_c,
        sum(g_1b) as g_1b,
        sum(g_2b) as g_2b,
        sum(g_3b) as g_3b,
        sum(g_ss) as g_ss,
        sum(g_lf) as g_lf,
        sum(g_cf) as g_cf,
        sum(g_rf) as g_rf,
        sum(g_dh) as g_dh
    from lahman_appearances
    group by yearid, playerid
),

finishes as (
    select
        yearid as season,
        playerid as player_code,
        sum(sv) as saves,
        sum(gf) as finishes
    from lahman_pitching
    group by yearid, playerid
),

final as (
    select
        lines.season,
        lines.mlbam_id,
        lines.team,
        lines.teams,
        lines.opportunities,
        seasons.scheduled,
        used.games,
        used.starts,
        used.full_games,
        used.days_active,
        used.days_before_first,
        used.days_after_last,
        used.longest_gap,
        used.games_30,
        used.games_60,
        used.starts_45,
        used.opportunities_30,
        used.opportunities_60,
        used.opportunities_90,
        clubs.club_30,
        clubs.club_60,
        clubs.club_90,
        active.club_games_between,
        positions.g_all,
        positions.g_p,
        positions.g_c,
        positions.g_1b,
        positions.g_2b,
        positions.g_3b,
        positions.g_ss,
        positions.g_lf,
        positions.g_cf,
        positions.g_rf,
        positions.g_dh,
        finishes.saves,
        finishes.finishes,
        (seasons.last_date - lahman_people.debut) / 365.25 as years_since_debut
    from lines
    inner join seasons on lines.season = seasons.season
    left join players on lines.mlbam_id = players.mlbam_id
    left join used on lines.season = used.season and lines.mlbam_id = used.mlbam_id
    left join clubs on lines.season = clubs.season and lines.team = clubs.team
    left join active on lines.season = active.season and lines.mlbam_id = active.mlbam_id
    left join positions on lines.season = positions.season and players.lahman_id = positions.player_code
    left join finishes on lines.season = finishes.season and players.lahman_id = finishes.player_code
    left join lahman_people on players.lahman_id = lahman_people.playerid
    order by lines.season, lines.mlbam_id
)

select * from final
