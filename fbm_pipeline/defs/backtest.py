"""Assets of the backtest: blend weights, the spread of earlier errors, and every season with what happened."""

from fbm_pipeline.backtest.tables import BACKTEST, BLEND_WEIGHTS, ERROR_SPREAD
from fbm_pipeline.defs.declared_assets import declared_assets
from fbm_pipeline.defs.metadata import Metadata
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store


def _tracked(store: Store, settings: Settings, player_type: str, season: int) -> Metadata:
    from fbm_pipeline.tracking.backtests import log_backtest

    return {"MLflow run": log_backtest(store, settings, season) or "the tracker did not answer"}


ASSETS = [
    *declared_assets(BLEND_WEIGHTS),
    *declared_assets(ERROR_SPREAD),
    *declared_assets(BACKTEST, describe_season=_tracked),
]
