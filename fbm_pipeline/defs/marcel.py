"""Assets of the prior: Marcel's fitted constants and every player's rates, for batters and pitchers."""

from fbm_pipeline.defs.declared_assets import declared_assets
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.marcel.constants import read_constants
from fbm_pipeline.marcel.tables import MARCEL_CONSTANTS, MARCEL_RATES
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store


def _constants(store: Store, settings: Settings, player_type: str) -> Metadata:
    fits = read_constants(store, player_type).values()
    rows = [(fit.statistic, fit.regression, fit.age_slope, fit.n, fit.rmse) for fit in fits]
    header = ("statistic", "regression", "change per year of age", "player-seasons", "RMSE")
    return {"constants": markdown_table(header, rows)}


ASSETS = [
    *declared_assets(MARCEL_CONSTANTS, describe=_constants, kinds=("numpy", "deltalake")),
    *declared_assets(MARCEL_RATES, kinds=("numpy", "deltalake")),
]
