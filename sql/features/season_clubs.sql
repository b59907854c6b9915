-- grain: one row per season and player of $player_type: the club of his last game, to $last_season
with

player_games as (
    select * from core.player_games
    where player_type = $player_type and season between $first_season and $last_season
),

games as (
    select * from core.games
    where season between $first_season and $last_season
),

final as (
    select
        player_games.season,
        player_games.mlbam_id,
        arg_max(player_games.team, (games.game_date, games.number, games.game_id)) as last_club
    from player_games
    inner join games on player_games.game_id = games.game_id
    group by player_games.season, player_games.mlbam_id
    order by player_games.season, player_games.mlbam_id
)

select * from final
