"""Assets of the prior: Marcel's fitted constants and every player's rates, for batters and pitchers."""

from collections.abc import Collection

import dagster as dg

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.defs.partitions import BEFORE
from fbm_pipeline.defs.table_assets import dependency, season_table, whole
from fbm_pipeline.marcel.constants import fit_constants, read_constants
from fbm_pipeline.marcel.rates import build_marcel_rates
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store

_CODE = ("marcel", "baseball.statistics")


def projectable_seasons(store: Store, settings: Settings) -> Collection[int]:
    """Seasons that follow one whose lines are held: those played, and the one after the last."""
    return {int(part["season"]) + 1 for part in store.partitions("core.season_lines")}


def _constants(player_type: str) -> dg.AssetsDefinition:
    def describe(store: Store, settings: Settings) -> Metadata:
        fits = read_constants(store, player_type).values()
        rows = [(fit.statistic, fit.regression, fit.slope_young, fit.slope_old, fit.n, fit.rmse) for fit in fits]
        header = ("statistic", "regression", "slope before peak", "slope after", "player-seasons", "RMSE")
        return {"constants": markdown_table(header, rows)}

    return whole(
        f"{player_type}/marcel_constants", "features.marcel_constants",
        lambda store, settings: fit_constants(store, player_type, settings.preset),
        group="features", code=_CODE, describe=describe, kinds=("numpy", "deltalake"),
        description="How far each statistic regresses to the league and ages, fitted on the preset's tuning seasons.",
        deps=[dependency("core/season_lines"), dependency("core/players")],
    )  # fmt: skip


def _rates(player_type: str) -> dg.AssetsDefinition:
    return season_table(
        f"{player_type}/marcel_rates", "features.marcel_rates",
        lambda store, settings, season: build_marcel_rates(store, player_type, season),
        group="features", code=_CODE, seasons=projectable_seasons, kinds=("numpy", "deltalake"),
        description="Every player's rates before the season by classic and by fitted Marcel: the prior of all else.",
        deps=[
            dependency("core/season_lines", BEFORE), dependency("core/players"),
            dependency(f"{player_type}/marcel_constants"),
        ],
    )  # fmt: skip


ASSETS = [make(player_type) for player_type in PLAYER_TYPES for make in (_constants, _rates)]
