"""Raw tables into the core tables: what happened, in one vocabulary and with one id, whoever told it.

Games, pitches, plate appearances and their details, batted balls and player games are made month by month, and only
the months whose inputs changed.
Not here: the statements (`sql/`), and whether the result agrees with the official record (`checks`).
"""

import logging

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.events import HIT_TYPES, PITCH_RESULTS, PLATE_APPEARANCE_OUTCOMES
from fbm_pipeline.baseball.teams import TEAMS
from fbm_pipeline.store.engine import conform, query, session
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.warehouse.recipes import RECIPES, Recipe, cook, recipe_key
from fbm_pipeline.warehouse.season_games import SeasonGames, season_games

_LOGGER = logging.getLogger("fbm_pipeline.warehouse")

MAXIMUM_UNMATCHED = 0.001  # share of plate appearances (or season lines' opportunities) whose player has no MLBAM id

# Columns that hold words of a closed vocabulary. A code without a word arrives as `?code`.
_WORDS = {
    "result": PITCH_RESULTS,
    "outcome": PLATE_APPEARANCE_OUTCOMES,
    "hit_type": HIT_TYPES,
    "home_team": TEAMS,
    "away_team": TEAMS,
    "batting_team": TEAMS,
    "fielding_team": TEAMS,
}


class CoreError(ValueError):
    """The raw tables hold something that the core tables have no word or no id for; nothing was written."""


def build_players(store: Store) -> list[Written]:
    """core.players: everyone in the register with an MLBAM id."""
    recipe = RECIPES["core.players", "register"]
    schema = store.contracts["core.players"].schema
    key = recipe_key(store, recipe, season=0)
    return [store.build("core.players", {}, key, lambda: conform(cook(store, recipe, 0, []), schema))]


def build_games(store: Store, season: int) -> list[Written]:
    """core.games of a season, by month. Raises CoreError for an unknown team."""
    return _build_months(store, "core.games", season)


def build_pitches(store: Store, season: int) -> list[Written]:
    """core.pitches of a season, by month; pitches to a batter whose turn the inning's end cut short are among them.

    Raises CoreError for an unknown code of a pitch, naming codes and counts.
    """
    return _build_months(store, "core.pitches", season)


def build_plate_appearances(store: Store, season: int) -> list[Written]:
    """core.plate_appearances of a season, by month; needs core.games.

    Raises CoreError for an unknown code of an ending, and when more than MAXIMUM_UNMATCHED of the season's plate
    appearances have a batter or pitcher without an MLBAM id. Fewer are left out, and `check_id_match` counts them.
    """
    return _build_months(store, "core.plate_appearances", season)


def build_batted_balls(store: Store, season: int) -> list[Written]:
    """core.batted_balls of a season, by month; needs core.plate_appearances.

    Retrosheet tells who fielded a ball, Statcast's file at which angle it left; either gives the side of the field.
    """
    return _build_months(store, "core.batted_balls", season)


def build_plate_appearance_details(store: Store, season: int) -> list[Written]:
    """core.plate_appearance_details of a season, by month; needs core.plate_appearances and core.pitches.

    Statcast tells runners and score of every pitch. Retrosheet's are followed through the texts of the plays: `bases`
    is null where a text made no sense, until the half inning's end.
    """
    return _build_months(store, "core.plate_appearance_details", season)


def build_player_games(store: Store, season: int) -> list[Written]:
    """core.player_games of a season, by month; needs core.games and core.plate_appearances."""
    return _build_months(store, "core.player_games", season)


def build_season_lines(store: Store, season: int) -> list[Written]:
    """core.season_lines of a season: Lahman's where it has the season, else summed from core.player_games.

    Raises CoreError when more than MAXIMUM_UNMATCHED of the opportunities belong to players without an MLBAM id.
    """
    with session(store, tables=["raw.lahman_batting", "raw.lahman_pitching"]) as connection:
        official = query(connection, "staging/lahman_seasons").column("season").to_pylist()
    recipe = RECIPES["core.season_lines", "lahman" if season in official else "events"]
    schema = store.contracts["core.season_lines"].schema

    def compute() -> pa.Table:
        lines = cook(store, recipe, season, [])
        if "player_code" in lines.column_names:
            lines = _matched(lines, {"mlbam_id": "player_code"}, f"season lines of {season}", "opportunities")
        return conform(lines, schema)

    key = recipe_key(store, recipe, season)
    return [store.build("core.season_lines", {"season": season}, key, compute)]


def _build_months(store: Store, name: str, season: int) -> list[Written]:
    """Make the season's stale months in one statement, write each, and drop months that are no longer there."""
    games = season_games(store, season)
    recipe = RECIPES[name, games.source]
    keys = {month: recipe_key(store, recipe, season, month, content) for month, content in games.months.items()}
    written = {month: store.current(name, {"season": season, "month": month}, key) for month, key in keys.items()}
    stale = [month for month, held in written.items() if held is None]
    for held in store.partitions(name):
        if held["season"] == season and held["month"] not in keys:
            store.drop(name, held)
    if stale:
        rows = _season_rows(store, name, recipe, games, stale)
        made = store.write_many(name, {"season": season}, "month", rows, {month: keys[month] for month in stale})
        written.update(zip(stale, made, strict=True))
        _LOGGER.info("%s: %d rows of %d, %d months", name, rows.num_rows, season, len(stale))
    return [current for current in written.values() if current is not None]


def _season_rows(store: Store, name: str, recipe: Recipe, games: SeasonGames, months: list[int]) -> pa.Table:
    table = cook(store, recipe, games.season, months)
    _check_words(table, f"{name} of {games.season} from {games.source}")
    if "batter_code" in table.column_names:
        ids = {"batter_id": "batter_code", "pitcher_id": "pitcher_code"}
        table = _matched(table, ids, f"{name} of {games.season} from {games.source}")
    return conform(table, store.contracts[name].schema)


def _check_words(table: pa.Table, where: str) -> None:
    """Raises CoreError naming every code outside its vocabulary, with its count."""
    found = []
    for column, words in _WORDS.items():
        if column not in table.column_names:
            continue
        counts = table.column(column).value_counts().to_pylist()
        unknown = {row["values"]: row["counts"] for row in counts if row["values"] not in (*words, None)}
        found += [f"{column} {code!r} in {count} rows" for code, count in sorted(unknown.items())]
    if found:
        raise CoreError(
            f"{where}: codes without a word: {'; '.join(found)}. Expected only codes that baseball/events.py and "
            "baseball/teams.py map. Nothing was written. Mend the source, or add the code to its map."
        )


def _matched(table: pa.Table, ids: dict[str, str], where: str, weight: str | None = None) -> pa.Table:
    """The rows whose players all have an id. Raises CoreError, listing the codes, when too many have none."""
    missing = pc.is_null(table.column(next(iter(ids))))
    for column in ids:
        missing = pc.or_(missing, pc.is_null(table.column(column)))
    unmatched = table.filter(missing)
    if not unmatched.num_rows:
        return table
    share = _total(unmatched, weight) / _total(table, weight)
    codes = sorted({row[code] for row in unmatched.to_pylist() for column, code in ids.items() if row[column] is None})
    if share > MAXIMUM_UNMATCHED:
        raise CoreError(
            f"{where}: {share:.2%} belong to players without an MLBAM id, expected at most {MAXIMUM_UNMATCHED:.1%}: "
            f"{', '.join(codes)}. Nothing was written. Bring a newer register, or add these players to it."
        )
    _LOGGER.warning("%s: %.4f%% left out, players without an MLBAM id: %s", where, 100 * share, ", ".join(codes))
    return table.filter(pc.invert(missing))


def _total(table: pa.Table, weight: str | None) -> float:
    return float(pc.sum(table.column(weight)).as_py() or 0) if weight else float(table.num_rows)
