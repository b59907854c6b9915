"""One cell of the control or of Marcel under what it may know of parks, by the words of `Configuration.parks`.

`all_hands` and `by_hand` are the columns of marcel.parks_block, `own` where a statistic sees only the components that
bear on it. `neutral_prior` puts Marcel from neutral lines, moved into the coming park, in the place of tuned Marcel;
`neutral_columns` hands over how far apart the two are, and `by_hand_own_and_neutral` does so beside the parks. A
control is the mean of its ridge and its trees. Not here: the columns, the neutral lines and the fits (marcel).
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from fbm_pipeline.ablations.configuration import MARCEL_IN_PARKS, Configuration
from fbm_pipeline.ablations.kept import Summary
from fbm_pipeline.marcel.blocks import Block
from fbm_pipeline.marcel.control_fits import CONTROL, CONTROL_PENALTY, fit_both
from fbm_pipeline.marcel.control_frame import Frame, read_frame, require_rows, training_targets
from fbm_pipeline.marcel.control_inputs import parks_contents
from fbm_pipeline.marcel.controls import residual_key
from fbm_pipeline.marcel.neutral_lines import TABLE as NEUTRAL_LINES
from fbm_pipeline.marcel.neutral_marcel import neutral_rates
from fbm_pipeline.marcel.parks_block import parks_block
from fbm_pipeline.marcel.season_lines import SEASONS_BACK
from fbm_pipeline.store.tables import Store, inputs_key

BLOCKS_OF = {
    "": (), "all_hands": ("all_hands",), "by_hand": ("by_hand",), "all_hands_own": ("all_hands",),
    "by_hand_own": ("by_hand",), "neutral_prior": (), "neutral_columns": ("neutral",),
    "by_hand_own_and_neutral": ("by_hand", "neutral"),
}  # fmt: skip


def park_key(store: Store, player_type: str, season: int) -> str:
    """Hash of the data and the code that a park cell reads."""
    targets = [*training_targets(store, season), season]
    return inputs_key(
        reads=residual_key(store, player_type, season), parks=parks_contents(store, targets),
        neutral=[store.content(NEUTRAL_LINES, {"season": year}) for year in range(targets[0] - SEASONS_BACK, season)],
        code=Path(__file__).read_text(encoding="utf-8"),
    )  # fmt: skip


def park_cell(
    store: Store, configuration: Configuration, player_type: str, season: int, seed: int, reads: str
) -> tuple[pd.DataFrame, Summary]:
    """Projected rates of the season, long (mlbam_id, statistic, rate), and what they were fitted on.

    `reads` is the cell's park_key. Raises ValueError as marcel.controls does: too few seasons or players that can
    teach; FileNotFoundError when a table of parks was never written.
    """
    frame, neutral = _frame(store, player_type, season, reads)
    if configuration.parks == "neutral_prior":
        frame = replace(frame, prior=neutral)
    rates, families = frame.prior[frame.projected], (*CONTROL, *BLOCKS_OF[configuration.parks])
    if configuration.model != MARCEL_IN_PARKS:
        ridge, trees = fit_both(
            frame, families, CONTROL_PENALTY[player_type], seed, own_parks="own" in configuration.parks
        )
        rates = (ridge + trees) / 2.0
    ids, names = frame.players.mlbam_id[frame.projected], list(frame.names)
    rows = pd.DataFrame({"mlbam_id": np.repeat(ids, len(names)), "statistic": names * len(ids), "rate": rates.ravel()})
    return rows, {
        "columns": len(frame.columns(families)[0]), "rows": int((frame.weight > 0).sum()),
        "trained_until": int(frame.players.season[~frame.projected].max()),
    }  # fmt: skip


@lru_cache(maxsize=2)
def _frame(store: Store, player_type: str, season: int, reads: str) -> tuple[Frame, np.ndarray]:
    """All that the cells of one season read, and (n, S) Marcel from neutral lines in the coming parks.

    `reads` is part of the key so that a store that changed is read again.
    """
    frame = read_frame(store, player_type, season, CONTROL)
    require_rows(frame, player_type)
    neutral = neutral_rates(store, player_type, frame.players)
    hands = {
        name: parks_block(store, player_type, frame.players, by_hand=by_hand)
        for name, by_hand in (("all_hands", False), ("by_hand", True))
    }
    apart = Block("neutral", tuple(f"neutral_{name}" for name in frame.names), neutral - frame.prior)
    return replace(frame, blocks={**frame.blocks, **hands, "neutral": apart}), neutral
