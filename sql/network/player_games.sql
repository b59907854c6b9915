-- grain: one row per player on the asked side of the ball and game, in the player's own order
-- game_order numbers the games as player_plate_appearances does
with
player_games as (
    select * from core.player_games
    where
        player_type = $player_type
        and season in (select unnest($seasons))
),

games as (
    select * from core.games
    where season in (select unnest($seasons))
),

ordered_games as (
    select
        game_id,
        cast(row_number() over (order by game_date, number, game_id) as integer) as game_order
    from games
),

final as (
    select
        player_games.mlbam_id,
        ordered_games.game_order,
        player_games.game_date,
        player_games.season,
        player_games.is_home,
        coalesce(player_games.role = 'starter', false) as is_starter
    from player_games
    inner join ordered_games on player_games.game_id = ordered_games.game_id
    order by player_games.mlbam_id, ordered_games.game_order
)

select * from final
