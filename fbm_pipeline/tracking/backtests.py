"""A backtest as an MLflow run: its scores as metrics and its figures, logged once for what it holds."""

import tempfile
from pathlib import Path

from fbm_pipeline.evaluation.backtest import BACKTEST, load_backtest
from fbm_pipeline.evaluation.figures import figure_calibration
from fbm_pipeline.evaluation.scoring import all_scores
from fbm_pipeline.evaluation.universes import FULL
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tracking.mlflow_observer import open_run

FIGURE_STATISTICS = {"batter": "so_rate", "pitcher": "so_rate"}


def log_backtest(store: Store, settings: Settings, season: int) -> str | None:
    """The address of the run that holds this backtest, made when there is none; None while the tracker is away.

    Metrics are `<player type>.<statistic>.<system>.<r | rmse | n>` in the universe `full`.
    """
    content = store.content(BACKTEST, {"season": season})
    key = f"backtest-{settings.preset.name}-{season}-{content[:12]}"
    with open_run(
        settings, kind="backtest", run_key=key, tags={"fbm.season": str(season), "fbm.data_hash": content}
    ) as observer:
        known = observer.url
        if known is None:
            observer.log_params({"season": season})
            observer.log_metrics(backtest_metrics(store, season), step=0)
            with tempfile.TemporaryDirectory(prefix="fbm_figures_") as folder:
                for drawn in _figures(store, season, Path(folder)):
                    observer.log_artifact(drawn)
        return known or observer.url


def backtest_metrics(store: Store, season: int) -> dict[str, float]:
    """The season's scores of our own systems by name."""
    metrics: dict[str, float] = {}
    for row in all_scores(load_backtest(store, [season])):
        if row["universe"] == FULL:
            name = f"{row['player_type']}.{row['stat']}.{row['system']}"
            values = {measure: row[measure] for measure in ("r", "rmse", "n")}
            metrics |= {f"{name}.{measure}": float(value) for measure, value in values.items() if value is not None}
    return metrics


def _figures(store: Store, season: int, folder: Path) -> list[Path]:
    with session(store) as connection:
        rows = connection.execute(
            f"select * from {BACKTEST} where season = $season order by all", {"season": season}
        ).to_arrow_table()
    drawn = []
    for player_type, stat in FIGURE_STATISTICS.items():
        path = folder / f"calibration_{player_type}_{stat}.png"
        path.write_bytes(figure_calibration(rows, stat, player_type))
        drawn.append(path)
    return drawn
