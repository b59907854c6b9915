"""One cell of the control's mean: d as it is stored, or with a ridge that reads a learned block.

Not here: the blocks, the fits and what the system is (evaluation.learned_controls). It is a file of its own, so that
the cells of control_cells, whose keys hold that file's text, stay those that they were.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from fbm_pipeline.ablations.configuration import Configuration
from fbm_pipeline.ablations.kept import Summary
from fbm_pipeline.evaluation import learned_controls
from fbm_pipeline.evaluation.learned_controls import (
    BLOCKS,
    RATES,
    TABLE,
    Arm,
    control_frame,
    control_parts,
    require_block,
    system_rates,
)
from fbm_pipeline.marcel.control_frame import Frame
from fbm_pipeline.marcel.controls import residual_key
from fbm_pipeline.settings import Preset, cutoff_for
from fbm_pipeline.store.tables import Store, inputs_key


def learned_key(store: Store, configuration: Configuration, preset: Preset, player_type: str, season: int) -> str:
    """Hash of the data and the code that a cell reads, its block's rows among them.

    Raises EvaluationError when the block is not there, SettingsError when every encoder has seen the season.
    """
    block = ""
    if configuration.block in BLOCKS:
        cutoff = cutoff_for(preset, season)
        require_block(store, configuration.block, cutoff)
        block = store.content(TABLE, {"block": configuration.block, "cutoff": cutoff})
    return inputs_key(
        reads=residual_key(store, player_type, season), block=block,
        control=store.content(RATES, {"player_type": player_type, "season": season}),
        code=[Path(str(file)).read_text(encoding="utf-8") for file in (__file__, learned_controls.__file__)],
    )  # fmt: skip


def learned_cell(
    store: Store, preset: Preset, configuration: Configuration, player_type: str, season: int
) -> tuple[pd.DataFrame, Summary]:
    """Projected rates of the season, long (mlbam_id, statistic, rate), and what they were fitted on.

    Raises ValueError as evaluation.learned_controls does.
    """
    frame = _frame(store, player_type, season, residual_key(store, player_type, season))
    control = control_parts(store, player_type, season, frame)
    rates = control["control"]
    if configuration.block:
        arm = Arm(configuration.block, configuration.block_form)
        rates = system_rates(store, preset, player_type, season, arm, frame, control)
    ids, names = frame.players.mlbam_id[frame.projected], list(frame.names)
    rows = pd.DataFrame({"mlbam_id": np.repeat(ids, len(names)), "statistic": names * len(ids), "rate": rates.ravel()})
    return rows, {
        "rows": int((frame.weight > 0).sum()),
        "trained_until": int(frame.players.season[~frame.projected].max()),
    }


@lru_cache(maxsize=2)
def _frame(store: Store, player_type: str, season: int, data: str) -> Frame:
    """Cells of one season follow each other, and reading takes longer than a ridge.

    `data` is part of the key so that a store that changed is read again.
    """
    return control_frame(store, player_type, season)
