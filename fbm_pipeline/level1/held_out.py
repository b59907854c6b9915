"""Which games of an encoder's last season are kept from its gradient: those from the first of August on.

They measure what was learnt, and what is known of August and September is then no knowledge of the encoder.
"""

from dataclasses import replace

import numpy as np

from fbm_pipeline.level1.outing_batches import ragged, starts_of
from fbm_pipeline.level1.outings import Outings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENT = "samples/held_out_games"


def split_held_out(store: Store, season: int, outings: Outings) -> tuple[Outings, Outings]:
    """A season's outings before August, and from then on. Raises ValueError when either has none."""
    with session(store, tables=["core.games"]) as connection:
        games = query(connection, STATEMENT, {"season": season}).column("game_id").to_pylist()
    late = np.isin(np.asarray(outings.game_id.to_pylist()), games)  # by key
    held_out = late[outings.pa_rows[outings.outing_starts[:-1]]]
    if held_out.all() or not held_out.any():
        raise ValueError(
            f"season {season} has {int(held_out.sum())} of {len(held_out)} outings from the first of August on; "
            "expected some before and some after, to train on and to measure on. Materialize the whole season."
        )
    return select(outings, np.flatnonzero(~held_out)), select(outings, np.flatnonzero(held_out))


def select(outings: Outings, chosen: np.ndarray) -> Outings:
    """The chosen outings (ascending indices) alone; their keys are those of their own plate appearances."""
    counts = np.diff(outings.outing_starts)[chosen]
    pas = ragged(outings.outing_starts[chosen], counts)
    lengths = np.diff(outings.pa_starts)[pas]
    tokens = ragged(outings.pa_starts[pas], lengths)
    keys = np.sort(outings.pa_rows[pas])
    rows = outings.physics_row[tokens]
    kept = np.flatnonzero(np.bincount(rows, minlength=len(outings.physics)) > 0)
    kept = np.union1d(kept, [0])  # row 0 is the one of tokens without any
    return replace(
        outings,
        ids=outings.ids[tokens],
        physics=outings.physics[kept],
        physics_row=np.searchsorted(kept, rows).astype(np.int32),
        state=outings.state[tokens],
        pa_starts=starts_of(lengths),
        outing_starts=starts_of(counts),
        pa_rows=np.searchsorted(keys, outings.pa_rows[pas]),
        game_id=outings.game_id.take(keys),
        plate_appearance=outings.plate_appearance[keys],
    )
