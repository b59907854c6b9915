"""The tables of the warehouse: raw, as the files hold them, and core, made of them."""

from fbm_pipeline.store.declarations import Table
from fbm_pipeline.warehouse import core_tables as core
from fbm_pipeline.warehouse import game_tables as games
from fbm_pipeline.warehouse import lahman_tables as lahman
from fbm_pipeline.warehouse import published_tables as published
from fbm_pipeline.warehouse import retrosheet_tables as retrosheet
from fbm_pipeline.warehouse import statcast_tables as statcast
from fbm_pipeline.warehouse.raw import RawTable

RAW_TABLES: tuple[RawTable, ...] = (
    statcast.STATCAST_PITCHES,
    retrosheet.RETROSHEET_PLAYS,
    statcast.BATTED_BALL_PHYSICS,
    statcast.PARTIAL_PITCHES,
    retrosheet.RETROSHEET_GAMEINFO,
    retrosheet.RETROSHEET_PITCHING,
    retrosheet.RETROSHEET_ROSTERS,
    lahman.LAHMAN_PEOPLE,
    lahman.LAHMAN_BATTING,
    lahman.LAHMAN_PITCHING,
    lahman.LAHMAN_APPEARANCES,
    lahman.LAHMAN_TEAMS,
    published.REGISTER,
    published.MILB_BATTING,
    published.MILB_PITCHING,
    published.CLUB_ROSTERS,
    published.PUBLIC_PROJECTIONS,
)

GAME_TABLES: tuple[Table, ...] = (  # made by the month
    games.GAMES,
    games.PITCHES,
    games.PLATE_APPEARANCES,
    games.PLATE_APPEARANCE_DETAILS,
    games.PLAYER_GAMES,
    games.BATTED_BALLS,
)

TABLES: tuple[Table, ...] = (*RAW_TABLES, core.PLAYERS, *GAME_TABLES, core.SEASON_LINES, core.MINOR_LINES)
