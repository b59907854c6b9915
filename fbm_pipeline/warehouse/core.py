"""Raw tables into the core tables: what happened, in one vocabulary and with one id, whoever published it.

Not here: the statements (`sql/`) and which belong together (recipes), which months are stale (months), and whether
the result agrees with the official record (checks).
"""

import logging
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.events import HIT_TYPES, PITCH_RESULTS, PLATE_APPEARANCE_OUTCOMES
from fbm_pipeline.baseball.teams import TEAMS
from fbm_pipeline.store.engine import conform, query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.warehouse.recipes import MINOR_LINES, PLAYERS, SEASON_LINES, Recipe, cook
from fbm_pipeline.warehouse.season_games import SeasonGames

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


def players(inputs: Inputs) -> pa.Table:
    """Rows of `core.players`: everyone in the register with an MLBAM id."""
    return conformed(inputs, cook(inputs, PLAYERS["register"]))


def season_lines(inputs: Inputs, season: int) -> pa.Table:
    """Rows of `core.season_lines` of a season: Lahman's where it has the season, else summed from core.player_games.

    Raises CoreError when more than MAXIMUM_UNMATCHED of the opportunities belong to players without an MLBAM id.
    """
    with session(inputs, tables=["raw.lahman_batting", "raw.lahman_pitching"]) as connection:
        official = query(connection, "staging/lahman_seasons").column("season").to_pylist()
    lines = cook(inputs, SEASON_LINES["lahman" if season in official else "events"], season)
    if "player_code" in lines.column_names:
        lines = _matched(lines, {"mlbam_id": "player_code"}, f"season lines of {season}", "opportunities")
    return conformed(inputs, lines)


def minor_lines(inputs: Inputs, season: int) -> pa.Table:
    """Rows of `core.minor_lines` of a season; none where no publisher has it (no minor league was played in 2020).

    Lines whose player no id or name leads to are kept without `mlbam_id`: the mean of a level needs them. Savant's are
    not, because it is by the player that their level is known.
    """
    return conformed(inputs, cook(inputs, MINOR_LINES["publishers"], season))


def season_rows(inputs: Inputs, recipe: Recipe, games: SeasonGames, months: Sequence[int]) -> pa.Table:
    """Rows of a table of games: some months of a season by the recipe of its source.

    Raises CoreError for a code or team without a word, naming codes and counts, and when more than MAXIMUM_UNMATCHED
    of the rows have a batter or pitcher without an MLBAM id. Fewer are left out, and `check_id_match` counts them.
    """
    where = f"{inputs.table.name} of {games.season} from {games.source}"
    table = cook(inputs, recipe, games.season, months)
    _check_words(table, where)
    if "batter_code" in table.column_names:
        table = _matched(table, {"batter_id": "batter_code", "pitcher_id": "pitcher_code"}, where)
    return conformed(inputs, table)


def conformed(inputs: Inputs, rows: pa.Table) -> pa.Table:
    """The rows in the columns and types of the table that is made. Raises ArrowInvalid for a value too large."""
    return conform(rows, inputs.contracts[inputs.table.name].schema)


def _check_words(table: pa.Table, where: str) -> None:
    """Raises CoreError naming every code outside its vocabulary, with its count."""
    faults = []
    for column, words in _WORDS.items():
        if column not in table.column_names:
            continue
        counts = table.column(column).value_counts().to_pylist()
        unknown = {row["values"]: row["counts"] for row in counts if row["values"] not in (*words, None)}
        faults += [f"{column} {code!r} in {count} rows" for code, count in sorted(unknown.items())]
    if faults:
        raise CoreError(
            f"{where}: codes without a word: {'; '.join(faults)}. Expected only codes that baseball/events.py and "
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
