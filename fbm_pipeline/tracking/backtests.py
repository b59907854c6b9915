"""A backtest as an MLflow run: its season's scores as metrics and its figures, logged once for what it holds."""

import tempfile
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.backtest import BACKTEST, load_backtest
from fbm_pipeline.backtest.universes import FULL, OWN_SYSTEMS
from fbm_pipeline.evaluation.comparisons import Comparison
from fbm_pipeline.evaluation.figures import figure_calibration
from fbm_pipeline.evaluation.scoring import sheet_scores
from fbm_pipeline.evaluation.sheets import RATE, sheets
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tracking.mlflow_observer import open_run

MEASURES = ("r", "rmse", "coverage", "n")


def log_backtest(store: Store, settings: Settings, season: int) -> str | None:
    """The address of the run that holds this backtest, made when there is none; None while the tracker is away.

    Metrics are `<player type>.<statistic>.<system>.<r | rmse | coverage | n>` in the universe `full`, of our own
    systems that the season has; the figure is their calibration.
    """
    content = store.content(BACKTEST, {"season": season})
    key = f"backtest-{settings.preset.name}-{season}-{content[:12]}"
    with open_run(
        settings, kind="backtest", run_key=key, tags={"fbm.season": str(season), "fbm.data_hash": content}
    ) as observer:
        recorded_url = observer.url
        if recorded_url is None:
            observer.log_params({"season": season})
            backtest = load_backtest(store, [season])
            observer.log_metrics(backtest_metrics(backtest, season), step=0)
            with tempfile.TemporaryDirectory(prefix="fbm_figures_") as folder:
                path = Path(folder) / "calibration.png"
                path.write_bytes(figure_calibration(backtest, _our_systems(backtest), [season]))
                observer.log_artifact(path)
        return recorded_url or observer.url


def backtest_metrics(backtest: pd.DataFrame, season: int) -> dict[str, float]:
    """The season's scores of our own systems by name; `backtest` as from `load_backtest`."""
    metrics: dict[str, float] = {}
    ours = _our_systems(backtest)
    rates = [sheet for sheet in sheets(backtest) if sheet.kind == RATE]
    for row in (row for sheet in rates for row in sheet_scores(sheet, ours, [season], (FULL,))):
        name = f"{row['player_type']}.{row['stat']}.{row['system']}"
        values = {measure: row[measure] for measure in MEASURES}
        metrics |= {f"{name}.{measure}": float(value) for measure, value in values.items() if value is not None}
    return metrics


def _our_systems(backtest: pd.DataFrame) -> Comparison:
    present = set(backtest["system"])
    return Comparison("own", tuple(name for name in OWN_SYSTEMS if name in present))
