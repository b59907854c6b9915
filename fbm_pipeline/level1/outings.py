"""Outings, the rows of Level 1: one pitcher's pitches in one game, in order, without saying who he is.

Belongs here: ragged arrays of a season from the core tables, and their concatenation. What a token is told is in
`outing_columns`, which of its neighbours' state must be hidden with a hidden plate appearance in `model.pretraining`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.level1.outing_columns import UNTOUCHED, Places, token_ids, token_physics, token_state
from fbm_pipeline.level1.tables import OUTINGS
from fbm_pipeline.level1.vocabulary import (
    ENDING_FIELDS,
    FIELDS,
    NOT_OVER,
    PHYSICS,
    STATE_NUMERICS,
    UNKNOWN,
    word_id,
)
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENTS = ("samples/outing_plate_appearances", "samples/outing_pitches")

_PITCH_FIELDS = ("result", "pitch_type", "balls", "strikes")


@dataclass(frozen=True)
class Outings:
    """Ragged outings. Tokens and plate appearances lie in outing order; keys lie in the embedding table's order.

    A plate appearance without a pitch (an automatic intentional walk) has one token whose result is UNKNOWN. Its end
    (outcome, hit type, fielder, batted-ball physics) stands on a plate appearance's last token only.
    """

    ids: np.ndarray  # (tokens, fields) uint8, columns as vocabulary.FIELDS
    physics: np.ndarray  # (measured tokens + 1, physics) float32, NaN where not measured; row 0 is NaN throughout
    physics_row: np.ndarray  # (tokens,) int32: the token's row of `physics`, 0 where nothing was measured
    state: np.ndarray  # (tokens, 3) float32, columns as vocabulary.STATE_NUMERICS, NaN where not known
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

    def numerics_of(self, tokens: np.ndarray) -> np.ndarray:
        """(tokens, numerics) float32, columns as vocabulary.NUMERICS, NaN where absent."""
        return np.concatenate([self.physics[self.physics_row[tokens]], self.state[tokens]], axis=1)

    def measured(self, name: str) -> np.ndarray:
        """(n,) float32: all values of one of vocabulary.NUMERICS where it is known, each token's once."""
        numerics, columns = (self.state, STATE_NUMERICS) if name in STATE_NUMERICS else (self.physics, PHYSICS)
        values = numerics[:, columns.index(name)]
        return values[~np.isnan(values)]


def seasons_with_outings(store: Store, settings: Settings | None = None) -> set[int]:
    """The seasons whose plate appearances are stored."""
    return {int(part["season"]) for part in store.partitions("core.plate_appearances")}


def cutoffs_with_outings(store: Store, settings: Settings) -> list[int]:
    """The preset's cutoffs whose season is stored."""
    stored = seasons_with_outings(store)
    return [plan.cutoff for plan in settings.preset.encoders if plan.cutoff in stored]


def load_outings(store: Store, season: int) -> Outings:
    """All outings of one season. Raises ValueError when a core table lacks the season or some of its rows."""
    return _assemble(*_read_rows(store, season))


def _read_rows(store: Store, season: int) -> tuple[pa.Table, pa.Table]:
    """A season's plate appearances and pitches for `_assemble`. Raises ValueError as `load_outings`."""
    with session(store, tables=OUTINGS) as connection:
        rows, pitches = (query(connection, name, {"season": season}) for name in STATEMENTS)
    if not rows.num_rows:
        raise ValueError(
            f"core.plate_appearances has no row of season {season}; materialize core/plate_appearances for it"
        )
    touched = pc.invert(pc.is_in(rows.column("outcome"), value_set=pa.array(UNTOUCHED)))
    missing = {
        "plate_appearance_details": rows.num_rows - pc.sum(rows.column("told")).as_py(),
        "batted_balls": pc.sum(pc.and_(touched, pc.invert(rows.column("fielded")))).as_py(),
    }
    for table, count in missing.items():
        if count:
            raise ValueError(
                f"core.{table} lacks {count} of {rows.num_rows} plate appearances of season {season}; materialize "
                f"core/{table} for it"
            )
    return rows, pitches


def _assemble(rows: pa.Table, pitches: pa.Table) -> Outings:
    """Outings from the results of STATEMENTS: the plate appearances of one game that share the pitcher.

    The order of `rows` is relied on, that of `pitches` is not. Pitches of unfinished plate appearances are left out.
    """
    game = rows.column("game").to_numpy().astype(np.int64)
    _, first, outing = np.unique(
        game << 32 | rows.column("pitcher_id").to_numpy().astype(np.int64), return_index=True, return_inverse=True
    )
    pa_row = np.argsort(first[outing], kind="stable")  # outings by their first plate appearance
    begins = np.flatnonzero(np.diff(first[outing][pa_row], prepend=-1))
    pitch_starts, pitch_order = _pitches_by_appearance(game, rows, pitches)
    counts = np.diff(pitch_starts)[pa_row]
    pa_starts = np.r_[0, np.cumsum(np.maximum(counts, 1))].astype(np.int64)
    thrown = np.repeat(counts > 0, np.maximum(counts, 1))
    pitch = np.full(len(thrown), -1, dtype=np.int64)
    shift = np.repeat(pitch_starts[:-1][pa_row] - pa_starts[:-1], np.maximum(counts, 1))
    pitch[thrown] = pitch_order[(np.arange(len(thrown)) + shift)[thrown]]
    places = Places(pa_row, pa_starts, np.r_[begins, len(pa_row)].astype(np.int64), pitch)
    physics, physics_row = token_physics(rows, pitches, places)
    return Outings(
        ids=token_ids(rows, pitches, places),
        physics=physics,
        physics_row=physics_row,
        state=token_state(rows, places),
        pa_starts=pa_starts,
        outing_starts=places.outing_starts,
        pa_rows=pa_row.astype(np.int64),
        game_id=rows.column("game_id").combine_chunks(),
        plate_appearance=rows.column("plate_appearance").to_numpy().astype(np.int16),
    )


def concatenate(seasons: Sequence[Outings]) -> Outings:
    """Several seasons as one. Raises ValueError for none."""
    if not seasons:
        raise ValueError("no seasons to concatenate; load at least one")
    offsets = np.cumsum([0] + [season.tokens for season in seasons])
    rows = np.cumsum([0] + [season.plate_appearances for season in seasons])
    measured = np.cumsum([0] + [len(season.physics) - 1 for season in seasons])
    return Outings(
        ids=np.concatenate([season.ids for season in seasons]),
        physics=np.concatenate([seasons[0].physics[:1], *(season.physics[1:] for season in seasons)]),
        physics_row=np.concatenate(
            [
                np.where(season.physics_row > 0, season.physics_row + np.int32(before), np.int32(0))
                for season, before in zip(seasons, measured, strict=False)
            ]
        ),
        state=np.concatenate([season.state for season in seasons]),
        pa_starts=_joined([season.pa_starts for season in seasons], offsets),
        outing_starts=_joined([season.outing_starts for season in seasons], rows),
        pa_rows=np.concatenate([season.pa_rows + row for season, row in zip(seasons, rows, strict=False)]),
        game_id=pa.concat_arrays([season.game_id for season in seasons]),
        plate_appearance=np.concatenate([season.plate_appearance for season in seasons]),
    )


def unknown_shares(outings: Outings) -> dict[str, float]:
    """Share of UNKNOWN by field, among the tokens to which the field applies; NaN for none.

    Fields of a plate appearance's end apply to last tokens, those of a pitch to tokens that are one.
    """
    unknown = {name: outings.ids[:, index] == UNKNOWN for index, name in enumerate(FIELDS)}
    is_pitch = ~(unknown["result"] & unknown["balls"] & unknown["strikes"])
    applies = {name: is_pitch for name in _PITCH_FIELDS}
    applies |= {name: outings.ids[:, FIELDS.index(name)] != word_id(name, NOT_OVER) for name in ENDING_FIELDS}
    shares = {}
    for name, missing in unknown.items():
        among = missing[applies[name]] if name in applies else missing
        shares[name] = float(among.mean()) if len(among) else float("nan")
    return shares


def _pitches_by_appearance(game: np.ndarray, rows: pa.Table, pitches: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Starts (plate appearances + 1,) into an order of the pitches by their plate appearance's row and number."""
    keys = game << 16 | rows.column("plate_appearance").to_numpy().astype(np.int64)
    pitch_keys = pitches.column("game").to_numpy().astype(np.int64) << 16
    pitch_keys |= pitches.column("plate_appearance").to_numpy().astype(np.int64)
    row = np.searchsorted(keys, pitch_keys)
    finished = np.flatnonzero(keys[np.minimum(row, len(keys) - 1)] == pitch_keys)
    number = pitches.column("pitch_number").to_numpy().astype(np.int64)
    order = finished[np.argsort((row << 16 | number)[finished])]
    return np.r_[0, np.cumsum(np.bincount(row[finished], minlength=len(keys)))].astype(np.int64), order


def _joined(starts: list[np.ndarray], offsets: np.ndarray) -> np.ndarray:
    shifted = [part[:-1] + offset for part, offset in zip(starts, offsets, strict=False)]
    return np.concatenate([*shifted, offsets[-1:]]).astype(np.int64)
