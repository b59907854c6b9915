"""Assets of the warehouse: the raw tables as their files hold them, and the core tables made of them."""

from collections.abc import Collection

import dagster as dg

from fbm_pipeline.defs.table_assets import BuildSeason, dependency, season_table, whole
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.warehouse.core import (
    build_batted_balls,
    build_games,
    build_pitches,
    build_plate_appearance_details,
    build_plate_appearances,
    build_player_games,
    build_players,
    build_season_lines,
)
from fbm_pipeline.warehouse.minor_lines import build_minor_lines, minor_seasons
from fbm_pipeline.warehouse.raw import RAW_TABLES, SEASON_TABLES, ingest
from fbm_pipeline.warehouse.recipes import RECIPES

_RAW_NOTES = {
    "raw.statcast_pitches": "Pitches as Baseball Savant prints them, a partition per file.",
    "raw.retrosheet_plays": "Plays as Retrosheet prints them, a partition per file.",
    "raw.batted_ball_physics": "Exit velocity, launch angle and spray of balls in play, keyed to Retrosheet's plays.",
    "raw.partial_pitches": "Velocity and movement of some days' pitches, for seasons without whole Statcast files.",
    "raw.register": "The Chadwick register: who is who in every source.",
    "raw.milb_batting": "Minor-league batting lines of every publisher: the same season may stand in several.",
    "raw.milb_pitching": "Minor-league pitching lines of every publisher: the same season may stand in several.",
    "raw.club_rosters": "The clubs' 40-man rosters on the dates for which they were fetched.",
    "raw.public_projections": "Public projections, for comparison only: never a feature.",
}


def _key(table: str) -> str:
    return table.replace(".", "/", 1)


def _raw_season(table: str) -> dg.AssetsDefinition:
    def build(store: Store, settings: Settings, season: int) -> list[Written]:
        return ingest(store, settings.data, table, season)

    return season_table(
        _key(table), table, build, group="raw", code=("warehouse.raw", "sources"), automatic=False,
        description=_RAW_NOTES[table], kinds=("deltalake", "parquet"),
    )  # fmt: skip


def _raw_whole(table: str) -> dg.AssetsDefinition:
    def build(store: Store, settings: Settings) -> list[Written]:
        return ingest(store, settings.data, table)

    return whole(
        _key(table), table, build, group="raw", code=("warehouse.raw", "sources"), automatic=False,
        description=_RAW_NOTES.get(table, "The source's own columns, typed."), kinds=("deltalake", "parquet"),
    )  # fmt: skip


def played_seasons(store: Store, settings: Settings) -> Collection[int]:
    """Seasons of which plays or pitches are held."""
    tables = ("raw.retrosheet_plays", "raw.statcast_pitches")
    return {int(part["season"]) for table in tables for part in store.partitions(table)}


def _reads(table: str) -> list[dg.AssetDep]:
    """The tables that the recipes of a core table read; all but the players and the lines ask who tells the games."""
    names = {name for (made, _), recipe in RECIPES.items() if made == table for name in recipe.reads}
    if table not in ("core.players", "core.season_lines", "core.minor_lines"):
        names |= {"raw.retrosheet_plays", "raw.statcast_pitches"}
    return [dependency(_key(name)) for name in sorted(names)]


def _core(table: str, build: BuildSeason, description: str) -> dg.AssetsDefinition:
    return season_table(
        _key(table), table, build, group="core", description=description, code=("warehouse", "baseball"),
        deps=_reads(table), seasons=played_seasons,
    )  # fmt: skip


def _minor_seasons(store: Store, settings: Settings) -> Collection[int]:
    return minor_seasons(store)


ASSETS = [
    *(_raw_season(table) if table in SEASON_TABLES else _raw_whole(table) for table in RAW_TABLES),
    whole(
        "core/players", "core.players", lambda store, settings: build_players(store), group="core",
        description="Every player under his one id (MLBAM), with the ids of the other sources.",
        code=("warehouse", "baseball"), deps=_reads("core.players"),
    ),
    season_table(
        "core/minor_lines", "core.minor_lines", lambda store, settings, season: build_minor_lines(store, season),
        group="core", code=("warehouse", "baseball"), seasons=_minor_seasons, deps=_reads("core.minor_lines"),
        description="What players did in the minors, whoever published it, under their one id.",
    ),
    _core(
        "core.games", lambda store, settings, season: build_games(store, season),
        "Regular-season games; a season comes from one source.",
    ),
    _core(
        "core.pitches", lambda store, settings, season: build_pitches(store, season),
        "Pitches of both sources in one table; physics where it was measured.",
    ),
    _core(
        "core.plate_appearances", lambda store, settings, season: build_plate_appearances(store, season),
        "Plate appearances with outcome, counts and the pitcher's times through the order.",
    ),
    _core(
        "core.plate_appearance_details",
        lambda store, settings, season: build_plate_appearance_details(store, season),
        "The state in which each plate appearance began: bases, score, the pitcher's pitches and rest.",
    ),
    _core(
        "core.batted_balls", lambda store, settings, season: build_batted_balls(store, season),
        "Balls put in play or over the fence: who fielded each, and to which side of the field it went.",
    ),
    _core(
        "core.player_games", lambda store, settings, season: build_player_games(store, season),
        "What each player did in each game, on each side of the ball.",
    ),
    _core(
        "core.season_lines", lambda store, settings, season: build_season_lines(store, season),
        "Season lines: the official ones where they exist, else sums of the games.",
    ),
]  # fmt: skip
