-- grain: one row per side of the ball and player of one season, summed from his games
with games as (
    select * from core.player_games
    where season = $season
),

final as (
    select
        season,
        player_type,
        mlbam_id,
        'events' as source,
        arg_max(team, (game_date, game_id)) as team,
        count(distinct team) as teams,
        count(*) as g,
        if(player_type = 'pitcher', count(*) filter (where role = 'starter'), null) as gs,
        sum(opportunities) as opportunities,
        sum(ab) as ab,
        sum(h) as h,
        sum(single) as single,
        sum(double) as double,
        sum(triple) as triple,
        sum(hr) as hr,
        sum(bb) as bb,
        sum(ibb) as ibb,
        sum(so) as so,
        sum(hbp) as hbp,
        sum(sf) as sf,
        sum(sh) as sh,
        sum(outs) as outs,
        -- One game without its official line leaves the season's runs unknown rather than too low.
        if(count(er) = count(*), sum(er), null) as er,
        if(count(r) = count(*), sum(r), null) as r
    from games
    group by season, player_type, mlbam_id
)

select * from final
