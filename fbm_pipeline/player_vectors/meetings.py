"""Meetings of batters and pitchers in a season: how often each class of each head came of which two, and where.

Belongs here: counted cells from the core tables. Not here: the words (`meeting_heads`) and anything fitted.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.player_vectors.meeting_heads import (
    DIRECTIONS,
    HANDS,
    HARD_GROUPS,
    HEADS,
    HIT_TYPES,
    OUTCOME_CLASSES,
    PITCH_GROUPS,
    RESULT_CLASSES,
    STRIKES,
)
from fbm_pipeline.player_vectors.tables import MEETINGS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENTS = ("samples/meeting_pitches", "samples/meeting_plate_appearances", "samples/meeting_measures")
PITCHERS_SHARE = 0.5  # of the batters whom he faced: with fewer turns than this he is a pitcher at bat


@dataclass(frozen=True)
class Cells:
    """Counted events of one head, of equal length: players and parks as positions, contexts and classes as numbers."""

    batter: np.ndarray  # int64
    pitcher: np.ndarray  # int64
    park: np.ndarray  # int64, -1 where the source names none
    context: np.ndarray  # int64
    outcome: np.ndarray  # int64, the class
    n: np.ndarray  # float64

    def __len__(self) -> int:
        return len(self.n)


@dataclass(frozen=True)
class Meetings:
    """One season's cells by head; a head without any is not among them."""

    season: int
    batters: np.ndarray  # (batters,) int64 MLBAM ids, ascending
    pitchers: np.ndarray  # (pitchers,) int64
    batter_appearances: np.ndarray  # (batters,) int64 plate appearances
    pitcher_appearances: np.ndarray  # (pitchers,) int64
    parks: tuple[str, ...]
    cells: Mapping[str, Cells]

    def players(self, player_type: str) -> np.ndarray:
        return self.batters if player_type == "batter" else self.pitchers

    def appearances(self, player_type: str) -> np.ndarray:
        return self.batter_appearances if player_type == "batter" else self.pitcher_appearances


def seasons_with_meetings(store: Store) -> list[int]:
    """The seasons whose plate appearances are stored, in order."""
    return sorted({int(part["season"]) for part in store.partitions("core.plate_appearances")})


def cutoffs_with_meetings(store: Store, settings: Settings) -> list[int]:
    """The preset's cutoffs whose season is stored."""
    stored = seasons_with_meetings(store)
    return [plan.cutoff for plan in settings.preset.encoders if plan.cutoff in stored]


def load_meetings(store: Store, season: int, since: dt.date, until: dt.date, threads: int) -> Meetings:
    """A season's meetings from a date on and before another. A season without any has no players and no cells."""
    dates = {"season": season, "since": since, "until": until}
    with session(store, threads=threads, tables=MEETINGS) as connection:
        appearances = query(connection, "samples/meeting_plate_appearances", dates)
        pitches = query(connection, "samples/meeting_pitches", dates)
        measures = query(connection, "samples/meeting_measures", dates)
    return assemble(season, appearances, pitches, measures)


def assemble(season: int, appearances: pa.Table, pitches: pa.Table, measures: pa.Table) -> Meetings:
    """Meetings from the results of the three statements, whose hands are known and whose counts are in range."""
    tables = _without_pitchers_at_bat(appearances, pitches, measures)
    appearances, pitches, measures = tables
    batters = _players(tables, "batter_id")
    pitchers = _players(tables, "pitcher_id")
    parks = tuple(sorted(set(appearances.column("park_id").unique().to_pylist()) - {None}))
    coded = _pitch_cells(pitches) | _appearance_cells(appearances) | _measured_cells(measures)
    sources = {"pitch": pitches, "pitch_type": measures, "speed": measures, "place": measures}
    cells = {}
    for name, (context, outcome) in coded.items():
        rows = sources.get(name, appearances)
        known = (context >= 0) & (outcome >= 0)
        if not known.any():
            continue
        park = _codes(rows, "park_id", parks) if "park_id" in rows.column_names else np.full(rows.num_rows, -1)
        cells[name] = Cells(
            np.searchsorted(batters, _numbers(rows, "batter_id"))[known],
            np.searchsorted(pitchers, _numbers(rows, "pitcher_id"))[known],
            park[known],
            context[known],
            outcome[known],
            _numbers(rows, "n")[known].astype(np.float64),
        )
    return Meetings(
        season,
        batters,
        pitchers,
        _totals(appearances, "batter_id", batters),
        _totals(appearances, "pitcher_id", pitchers),
        parks,
        cells,
    )


def _without_pitchers_at_bat(appearances: pa.Table, *others: pa.Table) -> tuple[pa.Table, ...]:
    """The tables without the turns of men who are there to pitch: they bat like nobody else and are no evidence of a
    pitcher.
    """
    tables = (appearances, *others)
    batters, pitchers = _players(tables, "batter_id"), _players(tables, "pitcher_id")
    faced = dict(zip(pitchers.tolist(), _totals(appearances, "pitcher_id", pitchers).tolist(), strict=True))
    turns = _totals(appearances, "batter_id", batters)
    dropped = [
        player
        for player, at_bat in zip(batters.tolist(), turns.tolist(), strict=True)
        if at_bat < PITCHERS_SHARE * faced.get(player, 0)
    ]
    dropped_ids = pa.array(dropped, pa.int32())
    return tuple(
        table.filter(pc.invert(pc.is_in(table.column("batter_id").cast(pa.int32()), value_set=dropped_ids)))
        for table in tables
    )


Coded = dict[str, tuple[np.ndarray, np.ndarray]]  # by head: (rows,) context and class, -1 where not decoded


def _pitch_cells(rows: pa.Table) -> Coded:
    count = STRIKES * _numbers(rows, "balls") + _numbers(rows, "strikes")
    return {"pitch": (HANDS * count + _hands(rows), _merged(rows, "result", RESULT_CLASSES, "pitch"))}


def _appearance_cells(rows: pa.Table) -> Coded:
    hands = _hands(rows)
    bunt = rows.column("is_bunt").to_numpy(zero_copy_only=False).astype(bool)
    ending = np.where(bunt, -1, _merged(rows, "outcome", OUTCOME_CLASSES, "outcome"))
    hit_type = np.where(bunt, -1, _codes(rows, "hit_type", HIT_TYPES))
    direction = _codes(rows, "direction", DIRECTIONS)
    landing = _landing(ending)
    typed = np.where(landing >= 0, hit_type, -1)
    sided = np.where((typed >= 0) & (direction >= 0), len(DIRECTIONS) * typed + direction, -1)
    return {
        "outcome": (HANDS * (np.clip(_numbers(rows, "times_faced"), 1, 3) - 1) + hands, ending),
        "hit_type": (hands, typed),
        "direction": (np.where(typed >= 0, HANDS * typed + hands, -1), direction),
        "landing": (sided, landing),
    }


def _measured_cells(rows: pa.Table) -> Coded:
    kind = _merged(rows, "pitch_type", PITCH_GROUPS, "pitch_type")
    by_strikes = HANDS * _numbers(rows, "strikes") + _hands(rows)
    hard = np.isin(kind, [HEADS["pitch_type"].classes.index(name) for name in HARD_GROUPS])
    speed, across, height = (_numbers(rows, name, -1) for name in ("speed", "across", "height"))
    place = np.where((across >= 0) & (height >= 0), 3 * height + across, -1)
    return {
        "pitch_type": (by_strikes, kind),
        "speed": (np.where(kind >= 0, np.where(hard, 0, 1), -1), speed),
        "place": (by_strikes, place),
    }


def _landing(ending: np.ndarray) -> np.ndarray:
    """The class of `landing` of each class of `outcome`; -1 for what is not in play."""
    names, landings = HEADS["outcome"].classes, HEADS["landing"].classes
    table = np.array([landings.index(name) if name in landings else -1 for name in names] + [-1])
    return table[ending]


def _hands(rows: pa.Table) -> np.ndarray:
    return 2 * _codes(rows, "stand", ("R", "L")) + _codes(rows, "throws", ("R", "L"))


def _merged(rows: pa.Table, column: str, words: Mapping[str, str], head: str) -> np.ndarray:
    classes = HEADS[head].classes
    of_word = np.array([classes.index(merged) for merged in words.values()] + [-1])
    return of_word[_codes(rows, column, list(words))]


def _codes(rows: pa.Table, column: str, words: Sequence[str]) -> np.ndarray:
    """(rows,) position of each word, -1 for null and for any other."""
    positions = pc.index_in(rows.column(column).cast(pa.string()), value_set=pa.array(list(words), pa.string()))
    return pc.fill_null(positions, -1).to_numpy().astype(np.int64)


def _numbers(rows: pa.Table, column: str, absent: int = 0) -> np.ndarray:
    return pc.fill_null(rows.column(column), absent).to_numpy().astype(np.int64)


def _players(tables: Sequence[pa.Table], column: str) -> np.ndarray:
    return np.unique(np.concatenate([_numbers(table, column) for table in tables]))


def _totals(rows: pa.Table, column: str, players: np.ndarray) -> np.ndarray:
    at = np.searchsorted(players, _numbers(rows, column))
    return np.bincount(at, weights=_numbers(rows, "n"), minlength=len(players)).astype(np.int64)
