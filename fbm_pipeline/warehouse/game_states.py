"""The state in which each plate appearance of a game began, followed through the plays from the first one on.

Belongs here: the order of plays and half innings. What one play does is in `base_running`. Nothing looks ahead: the
state before a play comes from the plays before it, also where the play itself shows that a runner had moved unseen.
"""

import logging
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.warehouse.base_running import moves_of, step

_LOGGER = logging.getLogger("fbm_pipeline.warehouse")

UNKNOWN = -1
_PLACED_RUNNER = 2  # the mask of a runner on second
_STATES = 16  # of a play's table: eight masks, and again for plays before which runners moved unseen


def follow(plays: pa.Table) -> pa.Table:
    """The state before each plate appearance: gid, pn, bases (null when lost) and score_difference.

    plays: every row of whole games in order of gid and pn, with gid, pn, event, pa, top_bot, runs, outs_made,
    new_half, placed_runner and silent (moves that the pitch string tells of and no row does).
    """
    bases, lost = _bases(plays)
    is_plate_appearance = plays.column("pa").to_numpy() == 1
    scores = _score_difference(plays)
    began = _began(is_plate_appearance, plays.column("new_half").to_numpy(zero_copy_only=False))
    chosen = np.flatnonzero(is_plate_appearance)
    bases_before = bases[began[chosen]]
    if len(chosen):
        _LOGGER.info(
            "bases known in %.3f%% of %d plate appearances; lost in %d half innings",
            100 * (bases_before != UNKNOWN).mean(),
            len(chosen),
            lost,
        )
    return pa.table(
        {
            "gid": plays.column("gid").take(pa.array(chosen)),
            "pn": plays.column("pn").take(pa.array(chosen)),
            "bases": pa.array(bases_before, pa.int8(), mask=bases_before == UNKNOWN),
            "score_difference": pa.array(np.clip(scores[began[chosen]], -127, 127), pa.int8()),
        }
    )


def _bases(plays: pa.Table) -> tuple[np.ndarray, int]:
    """The mask before each play (UNKNOWN when lost), and how many half innings lost it."""
    texts = pc.dictionary_encode(plays.column("event").combine_chunks())
    tables = [_table(text) for text in texts.dictionary.to_pylist()]
    columns = (
        texts.indices,
        plays.column("new_half"),
        plays.column("placed_runner"),
        plays.column("outs_made"),
        plays.column("silent"),
    )
    before = []
    state = spare = UNKNOWN  # the spare one did not believe the pitch strings' marks
    lost = 0
    for text, new_half, placed, outs_made, silent in zip(*(column.to_pylist() for column in columns), strict=True):
        if new_half:
            state = spare = _PLACED_RUNNER if placed else 0
        before.append(state)
        if state != UNKNOWN:
            table = tables[text]
            spare = _next(table, spare, outs_made) if spare != UNKNOWN else UNKNOWN
            state = _next(table, state + 8 * silent, outs_made)
            if state == UNKNOWN:
                state = spare
                lost += state == UNKNOWN
    return np.array(before, dtype=np.int8), lost


def _next(table: tuple[tuple[int, int], ...], state: int, outs_made: int) -> int:
    after, outs = table[state]
    return after if outs == outs_made else UNKNOWN


@lru_cache(maxsize=200_000)
def _table(event: str) -> tuple[tuple[int, int], ...]:
    """(bases after, outs) of a play for each of _STATES; texts recur, so that each is read once."""
    moves = moves_of(event)
    steps = [None if moves is None else step(moves, state % 8, moved=state >= 8) for state in range(_STATES)]
    return tuple((UNKNOWN, UNKNOWN) if after is None else (after.bases, after.outs) for after in steps)


def _began(is_plate_appearance: np.ndarray, new_half: np.ndarray) -> np.ndarray:
    """The row with which each row's turn at bat began: after the last plate appearance or half inning."""
    rows = np.arange(len(is_plate_appearance))
    first = new_half.astype(bool) | np.r_[True, is_plate_appearance[:-1]][: len(rows)]
    return np.maximum.accumulate(np.where(first, rows, 0))


def _score_difference(plays: pa.Table) -> np.ndarray:
    """Batting less fielding team's runs before each row."""
    runs = plays.column("runs").to_numpy().astype(np.int64)
    visitors_bat = plays.column("top_bot").to_numpy() == 0
    games = pc.dictionary_encode(plays.column("gid").combine_chunks()).indices.to_numpy()
    new_game = np.r_[True, games[1:] != games[:-1]][: len(games)]
    signed = np.where(visitors_bat, runs, -runs)
    before = np.cumsum(signed) - signed
    start = np.maximum.accumulate(np.where(new_game, np.arange(len(games)), 0))
    lead = before - before[start] if len(games) else before
    return np.where(visitors_bat, lead, -lead)
