-- grain: one row per season and player with a batting line or an appearance in Lahman's tables
-- $first_season and $last_season bound the seasons, both included; players without an mlbam_id are left out.
with

players as (
    select
        lahman_id,
        min(mlbam_id) as mlbam_id
    from core.players
    where lahman_id is not null
    group by lahman_id
),

running as (
    select
        yearid as season,
        playerid as lahman_id,
        sum(sb) as sb,
        sum(cs) as cs,
        sum(gidp) as gidp,
        sum(r) as r,
        sum(rbi) as rbi,
        sum(ab) as ab,
        -- home runs leave nobody on base to run
        sum(h + bb + coalesce(hbp, 0) - hr) as on_base
    from raw.lahman_batting
    where yearid between $first_season and $last_season
    group by yearid, playerid
),

positions as (
    select
        yearid as season,
        playerid as lahman_id,
        sum(g_c) as g_c,
        sum(g_1b) as g_1b,
        sum(g_2b) as g_2b,
        sum(g_3b) as g_3b,
        sum(g_ss) as g_ss,
        sum(g_lf) as g_lf,
        sum(g_cf) as g_cf,
        sum(g_rf) as g_rf,
        sum(g_dh) as g_dh,
        sum(g_ph) as g_ph,
        sum(g_pr) as g_pr
    from raw.lahman_appearances
    where yearid between $first_season and $last_season
    group by yearid, playerid
),

final as (
    select
        running.season,
        players.mlbam_id,
        running.sb,
        running.cs,
        running.gidp,
        running.r,
        running.rbi,
        running.ab,
        running.on_base,
        positions.g_c,
        positions.g_1b,
        positions.g_2b,
        positions.g_3b,
        positions.g_ss,
        positions.g_lf,
        positions.g_cf,
        positions.g_rf,
        positions.g_dh,
        positions.g_ph,
        positions.g_pr
    from running
    inner join players
        on running.lahman_id = players.lahman_id
    left join positions
        on running.season = positions.season and running.lahman_id = positions.lahman_id
    order by running.season, players.mlbam_id
)

select * from final
