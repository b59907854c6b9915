-- grain: one row per core table of games: its rows of a season, those outside the season's dates or their month, those
-- of a game that core.games does not hold
with games as (
    select
        game_id,
        game_date
    from core.games
    where season = $season
),

dated as (
    select
        'core.games' as table_name,
        month,
        game_id,
        game_date
    from core.games
    where season = $season
    union all
    select
        'core.pitches' as table_name,
        month,
        game_id,
        game_date
    from core.pitches
    where season = $season
    union all
    select
        'core.plate_appearances' as table_name,
        month,
        game_id,
        game_date
    from core.plate_appearances
    where season = $season
    union all
    select
        'core.player_games' as table_name,
        month,
        game_id,
        game_date
    from core.player_games
    where season = $season
),

final as (
    select
        dated.table_name,
        count(*) as rows_held,
        count(*) filter (
            where dated.game_date not between $first_day and $last_day or month(dated.game_date) != dated.month
        ) as misdated,
        count(*) filter (where games.game_id is null) as without_game
    from dated
    left join games on dated.game_id = games.game_id and dated.game_date = games.game_date
    group by dated.table_name
    order by dated.table_name
)

select * from final
