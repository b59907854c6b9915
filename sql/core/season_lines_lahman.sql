-- grain: one row per side of the ball and player of one season, summed over his stints
-- Players without a plate appearance are left out.
-- Lahman knows neither catcher's interference nor the kinds of hits a pitcher allowed: both come from the plays, and
-- the kinds are null for a pitcher whom the plays do not know.
with people as (
    select
        people.playerid as player_code,
        coalesce(by_retro.key_mlbam, by_bbref.key_mlbam) as mlbam_id
    from raw.lahman_people as people
    left join raw.register as by_retro on people.retroid = by_retro.key_retro
    left join raw.register as by_bbref on people.bbrefid = by_bbref.key_bbref
),

clubs as (
    select
        lahman_teams.teamid as lahman_code,
        teams.team
    from raw.lahman_teams as lahman_teams
    inner join vocabulary.teams as teams on lahman_teams.teamidretro = teams.code
    where lahman_teams.yearid = $season
),

events as (
    select
        player_type,
        mlbam_id,
        sum(single) as single,
        sum(double) as double,
        sum(triple) as triple,
        sum(opportunities - ab - bb - hbp - sf - sh) as ci
    from core.player_games
    where season = $season
    group by all
),

batters as (
    select
        playerid as player_code,
        'batter' as player_type,
        arg_max(teamid, stint) as lahman_code,
        count(distinct teamid) as teams,
        sum(g) as g,
        cast(null as bigint) as gs,
        cast(null as bigint) as bfp,
        sum(ab) as ab,
        sum(h) as h,
        sum(h - "2b" - "3b" - hr) as single,
        sum("2b") as double,
        sum("3b") as triple,
        sum(hr) as hr,
        sum(bb) as bb,
        sum(ibb) as ibb,
        sum(so) as so,
        sum(hbp) as hbp,
        sum(sf) as sf,
        sum(sh) as sh,
        cast(null as bigint) as outs,
        cast(null as bigint) as er,
        cast(null as bigint) as r
    from raw.lahman_batting
    where yearid = $season
    group by playerid
),

pitchers as (
    select
        playerid as player_code,
        'pitcher' as player_type,
        arg_max(teamid, stint) as lahman_code,
        count(distinct teamid) as teams,
        sum(g) as g,
        sum(gs) as gs,
        sum(bfp) as bfp,
        sum(bfp - bb - hbp - sf - sh) as ab,
        sum(h) as h,
        cast(null as bigint) as single,
        cast(null as bigint) as double,
        cast(null as bigint) as triple,
        sum(hr) as hr,
        sum(bb) as bb,
        sum(ibb) as ibb,
        sum(so) as so,
        sum(hbp) as hbp,
        sum(sf) as sf,
        sum(sh) as sh,
        sum(ipouts) as outs,
        sum(er) as er,
        sum(r) as r
    from raw.lahman_pitching
    where yearid = $season
    group by playerid
),

lines as (
    select * from batters
    union all
    select * from pitchers
),

final as (
    select
        cast($season as smallint) as season,
        lines.player_type,
        lines.player_code,
        people.mlbam_id,
        'lahman' as source,
        clubs.team,
        lines.teams,
        lines.g,
        lines.gs,
        lines.h,
        lines.hr,
        lines.bb,
        lines.ibb,
        lines.so,
        lines.hbp,
        lines.sf,
        lines.sh,
        lines.outs,
        lines.er,
        lines.r,
        coalesce(
            lines.bfp, lines.ab + lines.bb + lines.hbp + lines.sf + lines.sh + coalesce(events.ci, 0)
        ) as opportunities,
        lines.ab - if(lines.player_type = 'pitcher', coalesce(events.ci, 0), 0) as ab,
        coalesce(lines.single, events.single) as single,
        coalesce(lines.double, events.double) as double,
        coalesce(lines.triple, events.triple) as triple
    from lines
    left join people on lines.player_code = people.player_code
    left join clubs on lines.lahman_code = clubs.lahman_code
    left join events on lines.player_type = events.player_type and people.mlbam_id = events.mlbam_id
    where coalesce(lines.bfp, lines.ab + lines.bb + lines.hbp + lines.sf + lines.sh) > 0
)

select * from final
