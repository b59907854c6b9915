"""Assets of the evaluation: blend weights, the backtest by test season, and the scores of all of them."""

from collections.abc import Collection

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.metadata import Metadata, figure, markdown_table
from fbm_pipeline.defs.partitions import BEFORE, UP_TO
from fbm_pipeline.defs.table_assets import dependency, season_table, whole
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written

_CODE = ("evaluation", "baseball.statistics")


def predicted_seasons(store: Store, settings: Settings) -> Collection[int]:
    """Seasons for which the folds of both player types have predictions."""
    held = store.partitions("models.predictions")
    by_type = [{int(part["fold"]) for part in held if part["player_type"] == name} for name in PLAYER_TYPES]
    return set.intersection(*by_type)


def _tested_seasons(store: Store, settings: Settings) -> Collection[int]:
    weighed = {int(part["season"]) for part in store.partitions("evaluation.blend_weights")}
    return weighed & set(predicted_seasons(store, settings)) & set(settings.preset.backtest_seasons)


def _choose_weights(store: Store, settings: Settings, season: int) -> Written:
    from fbm_pipeline.evaluation.blending import choose_weights

    return choose_weights(store, season)


def _build_backtest(store: Store, settings: Settings, season: int) -> Written:
    from fbm_pipeline.evaluation.backtest import build_backtest

    return build_backtest(store, season)


def _track_backtest(store: Store, settings: Settings, season: int) -> Metadata:
    from fbm_pipeline.tracking.backtests import log_backtest

    address = log_backtest(store, settings, season)
    return {"MLflow run": address} if address else {"MLflow run": "the tracker did not answer"}


def _build_scores(store: Store, settings: Settings) -> Written:
    from fbm_pipeline.evaluation.backtest import build_scores

    return build_scores(store, settings)


def _show_scores(store: Store, settings: Settings) -> Metadata:
    from fbm_pipeline.evaluation.figures import figure_r_by_season

    scores = store.delta("evaluation.scores").to_pyarrow_table()
    columns = ("seasons", "player_type", "stat", "system", "n", "r", "rmse")
    full = [row for row in scores.to_pylist() if row["universe"] == "full" and "-" in row["seasons"]]
    full.sort(key=lambda row: tuple(str(row[name]) for name in columns[:4]))
    plots = {f"{name} so_rate": figure(figure_r_by_season(scores, "so_rate", name)) for name in PLAYER_TYPES}
    return {"scores": markdown_table(columns, [[row[name] for name in columns] for row in full]), **plots}


ASSETS = [
    season_table(
        "evaluation/blend_weights", "evaluation.blend_weights", _choose_weights,
        group="evaluation", code=_CODE, seasons=predicted_seasons,
        description="How far the ensemble moves from Marcel toward the network, chosen on earlier seasons only.",
        deps=[
            *(dependency(f"{name}/predictions", UP_TO) for name in PLAYER_TYPES),
            dependency("core/season_lines", BEFORE),
        ],
    ),
    season_table(
        "evaluation/backtest", "evaluation.backtest", _build_backtest,
        group="evaluation", code=_CODE, seasons=_tested_seasons, describe=_track_backtest,
        description="What every system said before a test season beside what happened.",
        deps=[
            *(dependency(f"{name}/predictions") for name in PLAYER_TYPES), dependency("evaluation/blend_weights"),
            dependency("core/season_lines", UP_TO), dependency("raw/public_projections"),
        ],
    ),
    whole(
        "evaluation/scores", "evaluation.scores", _build_scores,
        group="evaluation", code=_CODE, describe=_show_scores,
        description="r, RMSE, slope and spread of every system by universe, season and statistic.",
        deps=[dependency("evaluation/backtest"), dependency("core/season_lines")],
    ),
]  # fmt: skip
