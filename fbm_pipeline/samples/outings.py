"""Outings, the rows of Level 1: one pitcher's pitches in one game, in order, without saying who he is.

Belongs here: ragged arrays of a season from the core tables, and their concatenation. Outs, inning, score and hit
location are left out on purpose: the outs of the next plate appearance tell how a masked one went, and hit location
is 98 % missing before 2020, so that it marks the era.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.samples.vocabulary import (
    FIELDS,
    HANDS,
    HIT_TYPES,
    MOST_BALLS,
    MOST_PITCHES,
    MOST_PLATE_APPEARANCES,
    MOST_STRIKES,
    NUMERICS,
    OUTCOMES,
    PITCH_TYPES,
    RESERVED,
    RESULTS,
    number_ids,
    word_ids,
)
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store


@dataclass(frozen=True)
class Outings:
    """Ragged outings. Tokens and plate appearances lie in outing order; keys lie in the embedding table's order.

    A plate appearance without a pitch (an automatic intentional walk) has one token whose result is UNKNOWN.
    """

    ids: np.ndarray  # (tokens, fields) uint8, columns as vocabulary.FIELDS
    numerics: np.ndarray  # (tokens, numerics) float32, columns as vocabulary.NUMERICS, NaN where not measured
    pa_starts: np.ndarray  # (plate appearances + 1,) int64: where each plate appearance's tokens begin
    outing_starts: np.ndarray  # (outings + 1,) int64: where each outing's plate appearances begin
    pa_rows: np.ndarray  # (plate appearances,) int64: its row in the order of the keys
    game_id: pa.Array  # (plate appearances,) sorted with the next by (game_id, plate_appearance)
    plate_appearance: np.ndarray  # (plate appearances,) int16

    @property
    def plate_appearances(self) -> int:
        return len(self.pa_rows)

    @property
    def outings(self) -> int:
        return len(self.outing_starts) - 1

    @property
    def tokens(self) -> int:
        return len(self.ids)


def load_outings(store: Store, season: int) -> Outings:
    """All outings of one season. Raises ValueError when the season has no plate appearance in the core tables."""
    with session(store) as connection:
        rows = query(connection, "samples/outing_plate_appearances", {"season": season})
        pitches = query(connection, "samples/outing_pitches", {"season": season})
    if not rows.num_rows:
        raise ValueError(
            f"core.plate_appearances has no row of season {season}; materialize core/plate_appearances for it"
        )
    return assemble(rows, pitches)


def assemble(rows: pa.Table, pitches: pa.Table) -> Outings:
    """Outings from the results of the two statements in sql/samples, whose order is relied on."""
    outing = rows.column("outing").to_numpy()
    in_outing_order = np.argsort(outing, kind="stable")  # keys' order -> outings' order
    place = np.empty_like(in_outing_order)
    place[in_outing_order] = np.arange(len(place))
    of_pitch = place[pitches.column("pa_row").to_numpy()]  # each pitch's plate appearance, ascending
    pa_starts = _starts(of_pitch, rows.num_rows)
    sorted_outing = outing[in_outing_order]
    new_outing = np.flatnonzero(np.r_[True, sorted_outing[1:] != sorted_outing[:-1]])
    outing_starts = np.r_[new_outing, rows.num_rows].astype(np.int64)
    order = np.arange(rows.num_rows) - np.repeat(new_outing, np.diff(outing_starts))
    position = np.arange(pitches.num_rows) - pa_starts[of_pitch]
    by_pa = {name: values[in_outing_order][of_pitch] for name, values in _plate_appearance_ids(rows).items()}
    columns = _pitch_ids(pitches) | by_pa
    columns["position"] = RESERVED + np.minimum(position, MOST_PITCHES - 1)
    columns["order"] = RESERVED + np.minimum(order, MOST_PLATE_APPEARANCES - 1)[of_pitch]
    return Outings(
        ids=np.stack([columns[field].astype(np.uint8) for field in FIELDS], axis=1),
        numerics=_numerics(pitches, pa_starts),
        pa_starts=pa_starts,
        outing_starts=outing_starts,
        pa_rows=in_outing_order.astype(np.int64),
        game_id=rows.column("game_id").combine_chunks(),
        plate_appearance=rows.column("plate_appearance").to_numpy().astype(np.int16),
    )


def concatenate(seasons: Sequence[Outings]) -> Outings:
    """Several seasons as one. Raises ValueError for none."""
    if not seasons:
        raise ValueError("no seasons to concatenate; load at least one")
    offsets = np.cumsum([0] + [season.tokens for season in seasons])
    rows = np.cumsum([0] + [season.plate_appearances for season in seasons])
    numerics = [season.numerics for season in seasons]
    measured = any(part.strides[0] for part in numerics)
    return Outings(
        ids=np.concatenate([season.ids for season in seasons]),
        numerics=np.concatenate(numerics) if measured else _unmeasured(int(offsets[-1])),
        pa_starts=_joined([season.pa_starts for season in seasons], offsets),
        outing_starts=_joined([season.outing_starts for season in seasons], rows),
        pa_rows=np.concatenate([season.pa_rows + row for season, row in zip(seasons, rows, strict=False)]),
        game_id=pa.concat_arrays([season.game_id for season in seasons]),
        plate_appearance=np.concatenate([season.plate_appearance for season in seasons]),
    )


def _starts(of_token: np.ndarray, groups: int) -> np.ndarray:
    lengths = np.bincount(of_token, minlength=groups)
    return np.r_[0, np.cumsum(lengths)].astype(np.int64)


def _joined(starts: list[np.ndarray], offsets: np.ndarray) -> np.ndarray:
    shifted = [part[:-1] + offset for part, offset in zip(starts, offsets, strict=False)]
    return np.concatenate([*shifted, offsets[-1:]]).astype(np.int64)


def _pitch_ids(pitches: pa.Table) -> dict[str, np.ndarray]:
    return {
        "result": word_ids(pitches.column("result"), RESULTS),
        "pitch_type": word_ids(pitches.column("pitch_type"), PITCH_TYPES),
        "balls": number_ids(pitches.column("balls"), MOST_BALLS),
        "strikes": number_ids(pitches.column("strikes"), MOST_STRIKES),
    }


def _plate_appearance_ids(rows: pa.Table) -> dict[str, np.ndarray]:
    hit_type = pc.fill_null(rows.column("hit_type"), "none")
    return {
        "stand": word_ids(rows.column("stand"), HANDS),
        "throws": word_ids(rows.column("throws"), HANDS),
        "outcome": word_ids(rows.column("outcome"), OUTCOMES),
        "hit_type": word_ids(hit_type, HIT_TYPES),
    }


def _numerics(pitches: pa.Table, pa_starts: np.ndarray) -> np.ndarray:
    columns = [pitches.column(name) for name in NUMERICS]
    if all(column.null_count == len(column) for column in columns):
        return _unmeasured(pitches.num_rows)
    numerics = np.empty((pitches.num_rows, len(NUMERICS)), dtype=np.float32)
    for index, column in enumerate(columns):
        numerics[:, index] = column.to_numpy()
    earlier = np.ones(pitches.num_rows, dtype=bool)
    earlier[pa_starts[1:] - 1] = False
    for index, name in enumerate(NUMERICS):
        if name.startswith(("launch_", "spray_")):
            numerics[earlier, index] = np.nan
    return numerics


def _unmeasured(tokens: int) -> np.ndarray:
    # One NaN seen from everywhere: 24 seasons without physics cost no memory.
    return np.broadcast_to(np.float32(np.nan), (tokens, len(NUMERICS)))
