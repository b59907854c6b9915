"""A season's lines of invented players and cells whose rates are known: comparisons without any fit."""

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.ablations.kept import keep
from fbm_pipeline.ablations.plan import Cell
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.level1.small_store import rows_of

PLAYERS = 120
SEASONS = (2015, 2016, 2017)


def write_lines(store: Store, first: int = 2012, last: int = 2017) -> None:
    """Lines of these seasons: the same 120 batters each season, 600 PA each, talents that differ."""
    for season in range(first, last + 1):
        draw = np.random.default_rng(season)
        talent = np.linspace(0.1, 0.3, PLAYERS)
        so, bb = draw.binomial(600, talent), draw.binomial(600, talent[::-1] / 2)
        columns = {
            "season": season,
            "player_type": "batter",
            "mlbam_id": np.arange(PLAYERS) + 100,
            "opportunities": 600,
            "ab": 600 - bb,
            "h": 120,
            "single": 80,
            "double": 20,
            "triple": 5,
            "hr": 15,
            "bb": bb,
            "so": so,
        }
        contract = store.contracts["core.season_lines"]
        store.write("core.season_lines", {"season": season}, _table(contract, columns))


def _table(contract, columns) -> pa.Table:  # type: ignore[no-untyped-def]
    return rows_of(contract, columns, PLAYERS)


def invent(settings: Settings, cell: Cell, noise: float) -> None:
    """Keep a cell whose strikeout rates are talent and noise; all else is the same for everybody."""
    draw = np.random.default_rng([cell.season, cell.seed, round(10000 * noise)])
    rates = {item.name: np.full(PLAYERS, 0.2) for item in statistics("batter")}
    rates["so_rate"] = np.linspace(0.1, 0.3, PLAYERS) + noise * draw.normal(size=PLAYERS)
    frame = pd.DataFrame(rates).assign(mlbam_id=np.arange(PLAYERS, dtype=np.int32) + 100)
    long = frame.melt("mlbam_id", var_name="statistic", value_name="rate")
    keep(settings, cell.key, long, {"arm": cell.arm, "summary": {"noise": noise}})
