-- grain: one row per player and season: the sums over his first $games games on or after 1 March of the season
-- a sum is null where one of its games does not hold the count (earned runs before official lines)
with
player_games as (
    select * from core.player_games
    where
        player_type = $player_type
        and season in (select unnest($seasons))
        and game_date >= make_date(season, 3, 1)
),

games as (
    select * from core.games
    where season in (select unnest($seasons))
),

numbered as (
    select
        player_games.*,
        row_number() over (
            partition by player_games.season, player_games.mlbam_id
            order by player_games.game_date, games.number, player_games.game_id
        ) as game_index
    from player_games
    inner join games on player_games.game_id = games.game_id
),

final as (
    select
        season,
        mlbam_id,
        sum(opportunities) as opportunities,
        sum(ab) as ab,
        sum(h) as h,
        sum(single) as single,
        sum(double) as double, -- noqa: RF04
        sum(triple) as triple,
        sum(hr) as hr,
        sum(bb) as bb,
        sum(ibb) as ibb,
        sum(so) as so,
        sum(hbp) as hbp,
        sum(sf) as sf,
        sum(sh) as sh,
        if(count(outs) = count(*), sum(outs), null) as outs,
        if(count(er) = count(*), sum(er), null) as er
    from numbered
    where game_index <= $games
    group by season, mlbam_id
)

select * from final
