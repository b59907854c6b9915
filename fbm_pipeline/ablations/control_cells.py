"""One cell of the control: a ridge on Marcel's residual with some families of columns, walk-forward by season.

Not here: the columns, what they are made from and the fit (room `controls`).
"""

from functools import lru_cache
from pathlib import Path

import pandas as pd

from fbm_pipeline.ablations.configuration import FAMILIES, Control
from fbm_pipeline.ablations.kept import Summary
from fbm_pipeline.controls.control_rates import residual_key, residual_of
from fbm_pipeline.controls.frame import Frame, read_frame, require_rows
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.tables import Store


def control_key(store: Store, player_type: str, season: int) -> str:
    """Hash of the data and the code that a control cell reads."""
    code = Path(__file__).read_text(encoding="utf-8")
    return inputs_key(reads=residual_key(store, player_type, season), code=code)


def control_cell(
    store: Store, configuration: Control, player_type: str, season: int, reads: str
) -> tuple[pd.DataFrame, Summary]:
    """Projected rates of the season, long (mlbam_id, statistic, rate), and what they were fitted on.

    `reads` is the cell's control_key. Raises ValueError as the controls do: too few seasons or players that
    can teach.
    """
    frame = _frame(store, player_type, season, reads)
    return residual_of(frame, player_type, configuration.families)


@lru_cache(maxsize=2)
def _frame(store: Store, player_type: str, season: int, reads: str) -> Frame:
    """All families at once: cells of one season follow each other, and reading takes ten times as long as a ridge.

    `reads` is part of the key so that a store that changed is read again.
    """
    frame = read_frame(store, player_type, season, ("lines", *FAMILIES))
    require_rows(frame, player_type)
    return frame
