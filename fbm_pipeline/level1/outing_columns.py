"""The columns of Level 1's tokens from the rows of the core tables: ids of every field, physics, state.

Belongs here: what one token holds. Not here: which tokens form an outing. Hit location is left out on purpose: it
is 98 % missing before 2020, so that it marks the era.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.level1.vocabulary import (
    BATTED_BALL_PHYSICS,
    ENDING_FIELDS,
    FIELDS,
    NO_BALL,
    NOT_OVER,
    PHYSICS,
    RESERVED,
    UNKNOWN,
    WORDS,
    number_ids,
    word_id,
    word_ids,
)

# Outcomes without a ball in play: their kind of ball and its fielder are NO_BALL, where others may be UNKNOWN.
UNTOUCHED = (
    "strikeout",
    "strikeout_double_play",
    "walk",
    "intentional_walk",
    "hit_by_pitch",
    "catcher_interference",
)


@dataclass(frozen=True)
class Places:
    """Where tokens stand. Plate appearances are in outing order, tokens in the order of their plate appearances."""

    pa_row: np.ndarray  # (plate appearances,) int64: its row in the order of the keys
    pa_starts: np.ndarray  # (plate appearances + 1,) int64
    outing_starts: np.ndarray  # (outings + 1,) int64
    pitch: np.ndarray  # (tokens,) int64: the pitch's row, -1 where a plate appearance has none

    @property
    def owner(self) -> np.ndarray:
        """(tokens,) each token's plate appearance, in outing order."""
        return np.repeat(np.arange(len(self.pa_row)), np.diff(self.pa_starts))

    @property
    def position(self) -> np.ndarray:
        """(tokens,) 0 for the first token of a plate appearance."""
        lengths = np.diff(self.pa_starts)
        return np.arange(len(self.pitch)) - np.repeat(self.pa_starts[:-1], lengths)

    @property
    def order(self) -> np.ndarray:
        """(plate appearances,) 0 for the first of an outing."""
        return np.arange(len(self.pa_row)) - np.repeat(self.outing_starts[:-1], np.diff(self.outing_starts))


def token_ids(rows: pa.Table, pitches: pa.Table, places: Places) -> np.ndarray:
    """(tokens, fields) uint8, columns as FIELDS. `rows` and `pitches` are the results of sql/samples/outing_*."""
    owner = places.owner
    columns = {name: ids[places.pa_row][owner] for name, ids in _plate_appearance_ids(rows).items()}
    columns |= {name: np.append(ids, UNKNOWN)[places.pitch] for name, ids in _pitch_ids(pitches).items()}
    columns["position"] = _capped(places.position, "position")
    columns["order"] = _capped(places.order, "order")[owner]
    earlier = np.ones(len(owner), dtype=bool)
    earlier[places.pa_starts[1:] - 1] = False
    for name in ENDING_FIELDS:
        columns[name][earlier] = word_id(name, NOT_OVER)
    ids = np.empty((len(owner), len(FIELDS)), dtype=np.uint8)
    for index, name in enumerate(FIELDS):
        ids[:, index] = columns[name]
    return ids


def token_physics(rows: pa.Table, pitches: pa.Table, places: Places) -> tuple[np.ndarray, np.ndarray]:
    """Physics of the tokens that have any: (measured + 1, physics) float32 and each token's row in it, int32.

    Row 0 holds NaN only and is that of all others: seasons without physics cost no memory for it.
    """
    columns = _pitch_physics(pitches, places) | _batted_ball_physics(rows, places)
    measured = np.zeros(len(places.pitch), dtype=bool)
    for values in columns.values():
        measured |= ~np.isnan(values)
    tokens = np.flatnonzero(measured)
    physics = np.full((len(tokens) + 1, len(PHYSICS)), np.nan, dtype=np.float32)
    for name, values in columns.items():
        physics[1:, PHYSICS.index(name)] = values[tokens]
    row = np.zeros(len(measured), dtype=np.int32)
    row[tokens] = np.arange(1, len(tokens) + 1)
    return physics, row


def token_state(rows: pa.Table, places: Places) -> np.ndarray:
    """(tokens, 3) float32, columns as STATE_NUMERICS, NaN where not known."""
    owner = places.owner
    score, before, rest = (
        _floats(rows.column(name))[places.pa_row][owner] for name in ("score_difference", "pitches_before", "rest_days")
    )
    return np.stack([score, before + places.position.astype(np.float32), rest], axis=1)


def outs_before(rows: pa.Table) -> np.ndarray:
    """Outs when each plate appearance began, where the core table holds those of its last pitch."""
    half = rows.column("game").to_numpy().astype(np.int64) * 256 + rows.column("inning").to_numpy() * 2
    half = half + rows.column("is_top").to_numpy(zero_copy_only=False)
    after = rows.column("outs").to_numpy().astype(np.int64) + rows.column("outs_made").to_numpy()
    same_half = np.r_[False, half[1:] == half[:-1]]
    return np.where(same_half, np.r_[0, after[:-1]], 0)


def _plate_appearance_ids(rows: pa.Table) -> dict[str, np.ndarray]:
    untouched = pc.is_in(rows.column("outcome"), value_set=pa.array(UNTOUCHED)).to_numpy(zero_copy_only=False)
    words = {name: word_ids(rows.column(name), WORDS[name]) for name in ("stand", "throws", "outcome", "hit_type")}
    words["hit_type"] = np.where(untouched, word_id("hit_type", NO_BALL), words["hit_type"])
    fielder = word_ids(pc.cast(rows.column("fielder"), pa.string()), WORDS["fielder"])
    return words | {
        "fielder": np.where(untouched, word_id("fielder", NO_BALL), fielder),
        "park": word_ids(rows.column("park_id"), WORDS["park"]),
        "outs": _capped(outs_before(rows), "outs"),
        "bases": number_ids(rows.column("bases"), "bases"),
        "inning": number_ids(rows.column("inning"), "inning", least=1),
        "times_faced": number_ids(rows.column("times_faced"), "times_faced"),
        "start": np.where(_starters(rows), word_id("start", "starter"), word_id("start", "reliever")),
    }


def _pitch_ids(pitches: pa.Table) -> dict[str, np.ndarray]:
    return {
        "result": word_ids(pitches.column("result"), WORDS["result"]),
        "pitch_type": word_ids(pitches.column("pitch_type"), WORDS["pitch_type"]),
        "balls": number_ids(pitches.column("balls"), "balls"),
        "strikes": number_ids(pitches.column("strikes"), "strikes"),
    }


def _starters(rows: pa.Table) -> np.ndarray:
    """Whether the pitcher of each plate appearance threw the first one of his side's game."""
    game = rows.column("game").to_numpy().astype(np.int64)
    _, first, side = np.unique(
        game * 2 + rows.column("is_top").to_numpy(zero_copy_only=False), return_index=True, return_inverse=True
    )
    pitcher = rows.column("pitcher_id").to_numpy()
    return pitcher == pitcher[first][side]


def _pitch_physics(pitches: pa.Table, places: Places) -> dict[str, np.ndarray]:
    angle = np.radians(_floats(pitches.column("spin_axis")))
    columns = {
        name: _floats(pitches.column(name))
        for name in PHYSICS
        if name in pitches.column_names and pitches.column(name).null_count < pitches.num_rows
    }
    if not np.isnan(angle).all():
        columns |= {"spin_axis_sin": np.sin(angle), "spin_axis_cos": np.cos(angle)}
    return {name: np.append(values, np.float32(np.nan))[places.pitch] for name, values in columns.items()}


def _batted_ball_physics(rows: pa.Table, places: Places) -> dict[str, np.ndarray]:
    """What the plate appearance knows of its ball in play, on the last token."""
    physics = {}
    for name in BATTED_BALL_PHYSICS:
        if rows.column(name).null_count < rows.num_rows:
            physics[name] = np.full(len(places.pitch), np.nan, dtype=np.float32)
            physics[name][places.pa_starts[1:] - 1] = _floats(rows.column(name))[places.pa_row]
    return physics


def _capped(values: np.ndarray, field: str) -> np.ndarray:
    return (RESERVED + np.clip(values, 0, len(WORDS[field]) - 1)).astype(np.uint8)


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    return pc.cast(column, pa.float32()).to_numpy()
