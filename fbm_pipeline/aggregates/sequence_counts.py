"""A season's pitches, turns and batted balls of each player, as counts: features.sequence_counts.

Counts, never rates: seasons can be added up, and whoever divides decides by what. Not here: the counting itself
(`sql/features/sequence_counts`), and the rates and their shrinking (`sequence_block`, `context_block`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.aggregates.tables import SEQUENCE_COUNTS
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.marcel.season_lines import MarcelError, find_rows, is_pitcher_batting
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import conform, query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

STATEMENT = "features/sequence_counts"
TABLE = SEQUENCE_COUNTS.name
READS = ("core.pitches", "core.plate_appearances", "core.batted_balls")
COUNTED = tuple(name for name in SEQUENCE_COUNTS.column_names if name not in SEQUENCE_COUNTS.key)


@dataclass(frozen=True)
class SequenceCounts:
    """One player type's rows of features.sequence_counts, ordered by season and player."""

    player_type: str
    season: np.ndarray  # (n,) int64
    mlbam_id: np.ndarray  # (n,) int64
    counts: Mapping[str, np.ndarray]  # (n,) float64 each
    of_the_league: np.ndarray  # (n,) bool: pitchers who bat do not count towards the league's rates

    def rows(self, season: np.ndarray, mlbam_id: np.ndarray) -> np.ndarray:
        """(n,) row number of each player's season, -1 where he has none."""
        return find_rows(self.season, self.mlbam_id, season, mlbam_id)


def seasons_with_batted_balls(store: Store, settings: Settings) -> set[int]:
    """Seasons that can be counted."""
    return {int(part["season"]) for part in store.partitions("core.batted_balls")}


def sequence_counts(inputs: Inputs, player_type: str, season: int) -> pa.Table:
    """Rows of `features.sequence_counts` of a season; none where nobody played.

    Raises MarcelError when its pitches, plate appearances and batted balls are not of the same months.
    """
    months = {name: _months(inputs, name, season) for name in READS}
    if len({tuple(of_table) for of_table in months.values()}) > 1:
        listed = "; ".join(f"{name}: {of_table}" for name, of_table in months.items())
        raise MarcelError(
            f"{TABLE} of {season} expects the same months of all its tables, found {listed}. "
            f"Materialize them for {season}."
        )
    with session(inputs, tables=READS) as connection:
        rows = query(connection, STATEMENT, {"season": season, "player_type": player_type})
    return conform(rows, SEQUENCE_COUNTS.schema)


def _months(store: Store, name: str, season: int) -> list[int]:
    return sorted(int(part["month"]) for part in store.partitions(name) if part["season"] == season)


def read_sequence_counts(store: Store, player_type: str, first_season: int, last_season: int) -> SequenceCounts:
    """The counts of both ends' seasons and those between.

    Raises FileNotFoundError when the table was never written, MarcelError when a season holds one player type only:
    without pitchers' counts their batting would pass for the league's.
    """
    between = [("season", ">=", first_season), ("season", "<=", last_season)]
    table = store.delta(TABLE).to_pyarrow_table(filters=between)
    rows, other = (_ordered(table, kind) for kind in (player_type, *(set(PLAYER_TYPES) - {player_type})))
    _require_both(rows, other)
    counts = {name: rows.column(name).to_numpy().astype(np.float64) for name in COUNTED}
    season, mlbam_id = _integers(rows, "season"), _integers(rows, "mlbam_id")
    there = find_rows(_integers(other, "season"), _integers(other, "mlbam_id"), season, mlbam_id)
    elsewhere = np.append(_integers(other, "pa"), 0)[there]  # -1, no row, is the 0 appended
    league = ~is_pitcher_batting(player_type, counts["pa"], elsewhere)
    return SequenceCounts(player_type, season, mlbam_id, counts, league)


def _require_both(rows: pa.Table, other: pa.Table) -> None:
    alone = sorted({*rows.column("season").to_pylist()} ^ {*other.column("season").to_pylist()})
    if alone:
        raise MarcelError(
            f"{TABLE} holds one player type only of seasons {alone}; expected {' and '.join(PLAYER_TYPES)}. "
            "Materialize the counts of both for them."
        )


def _ordered(table: pa.Table, player_type: str) -> pa.Table:
    kept = table.filter(pc.equal(table.column("player_type"), player_type))
    return kept.sort_by([("season", "ascending"), ("mlbam_id", "ascending")])


def _integers(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).to_numpy().astype(np.int64)
