-- grain: one row per player, side of the ball and regular-season game
-- Outs, runs and earned runs of a pitcher are the official ones where Retrosheet's lines hold them; else his outs are
-- those made while he pitched, and his runs are not known.
with plate_appearances as (
    select * from core.plate_appearances
    where season = $season and list_contains($months, month)
),

games as (
    select * from core.games
    where season = $season and list_contains($months, month)
),

pitcher_outs as (
    select * from staging.pitcher_outs
),

-- The side of the ball is a column here, because DuckDB joins by nested loops where a left join's condition asks
-- something of the left side alone.
official as (
    select
        'pitcher' as player_type,
        *
    from staging.official_pitching
),

starters as (
    select
        game_id,
        arg_min(pitcher_id, plate_appearance) as mlbam_id
    from plate_appearances
    group by game_id, is_top
),

sides as (
    select
        'batter' as player_type,
        batter_id as mlbam_id,
        not is_top as is_home,
        *
    from plate_appearances
    union all
    select
        'pitcher' as player_type,
        pitcher_id as mlbam_id,
        is_top as is_home,
        *
    from plate_appearances
),

-- A resumed game may find a player on the other side: he is of the team that he ended it with.
lines as (
    select
        game_id,
        player_type,
        mlbam_id,
        arg_max(is_home, plate_appearance) as is_home,
        count(*) as opportunities,
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
        sum(sh) as sh
    from sides
    group by game_id, player_type, mlbam_id
),

final as (
    select
        games.season,
        games.month,
        games.game_id,
        games.game_date,
        games.source,
        lines.player_type,
        lines.mlbam_id,
        lines.is_home,
        games.park_id,
        lines.opportunities,
        lines.ab,
        lines.h,
        lines.single,
        lines.double,
        lines.triple,
        lines.hr,
        lines.bb,
        lines.ibb,
        lines.so,
        lines.hbp,
        lines.sf,
        lines.sh,
        if(lines.is_home, games.home_team, games.away_team) as team,
        if(lines.is_home, games.away_team, games.home_team) as opponent,
        case
            when lines.player_type = 'batter' then 'batter'
            when starters.mlbam_id is null then 'reliever'
            else 'starter'
        end as role,
        if(lines.player_type = 'pitcher', coalesce(official.p_ipouts, pitcher_outs.outs, 0), null) as outs,
        official.p_er as er,
        official.p_r as r
    from lines
    inner join games on lines.game_id = games.game_id
    left join starters on lines.game_id = starters.game_id and lines.mlbam_id = starters.mlbam_id
    left join pitcher_outs on lines.game_id = pitcher_outs.game_id and lines.mlbam_id = pitcher_outs.pitcher_id
    left join official
        on
            games.game_date = official.date
            and games.home_team = official.home_team
            and games.number = official.game_number
            and lines.mlbam_id = official.mlbam_id
            and lines.player_type = official.player_type
)

select * from final
