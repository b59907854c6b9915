"""Assets of the evaluation: blend weights, the spread of earlier errors, the backtest by season, and the scores."""

from collections.abc import Collection

from fbm_pipeline.baseball.calendar import SEASONS
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.metadata import Metadata, figure, markdown_table
from fbm_pipeline.defs.partitions import BEFORE, UP_TO
from fbm_pipeline.defs.table_assets import dependency, season_table, whole
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written

_CODE = ("backtest", "evaluation", "baseball.statistics")
_RATES = ("marcel_rates", "control_rates", "mle_rates", "predictions")
_PLAYING_TIME = ("playing_time", "newcomer_playing_time")


def predicted_seasons(store: Store, settings: Settings) -> Collection[int]:
    """Seasons for which the folds of both player types have predictions."""
    held = store.partitions("models.predictions")
    by_type = [{int(part["fold"]) for part in held if part["player_type"] == name} for name in PLAYER_TYPES]
    return set.intersection(*by_type)


def _tested_seasons(store: Store, settings: Settings) -> Collection[int]:
    from fbm_pipeline.backtest.error_spread import earlier_seasons

    return earlier_seasons(store, settings, SEASONS[-1] + 1)


def _spread_seasons(store: Store, settings: Settings) -> Collection[int]:
    return {*_tested_seasons(store, settings), settings.preset.projection_season}


def _choose_weights(store: Store, settings: Settings, season: int) -> Written:
    from fbm_pipeline.backtest.blending import choose_weights

    return choose_weights(store, season)


def _build_spread(store: Store, settings: Settings, season: int) -> list[Written]:
    from fbm_pipeline.backtest.error_spread import build_error_spread

    return build_error_spread(store, settings, season)


def _build_backtest(store: Store, settings: Settings, season: int) -> Written:
    from fbm_pipeline.backtest.backtest import build_backtest

    return build_backtest(store, settings, season)


def _track_backtest(store: Store, settings: Settings, season: int) -> Metadata:
    from fbm_pipeline.tracking.backtests import log_backtest

    address = log_backtest(store, settings, season)
    return {"MLflow run": address} if address else {"MLflow run": "the tracker did not answer"}


def _build_scores(store: Store, settings: Settings) -> Written:
    from fbm_pipeline.evaluation.standings import build_scores

    return build_scores(store, settings)


def _show_scores(store: Store, settings: Settings) -> Metadata:
    """Pooled scores of each comparison's own universe, what it could not use, and its figures."""
    from fbm_pipeline.evaluation.standings import comparison_figures, left_out, pooled_scores

    columns = ("comparison", "seasons", "player_type", "stat", "system", "n", "r", "rmse", "attainable", "coverage")
    pooled = pooled_scores(store)
    plots = {name: figure(png) for name, png in comparison_figures(store, settings).items()}
    return {
        "scores": markdown_table(columns, pooled[list(columns)].values.tolist()),
        "seasons left out": markdown_table(("comparison", "season", "absent"), left_out(store, settings)),
        **plots,
    }


def _measure_level1(store: Store, settings: Settings) -> Written:
    from fbm_pipeline.evaluation.level1_measurement import measure_level1

    return measure_level1(store, settings)


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
        "evaluation/error_spread", "evaluation.error_spread", _build_spread,
        group="evaluation", code=_CODE, seasons=_spread_seasons,
        description="How far each system missed beyond luck on the backtest seasons before, by tier of history. It "
        "reads rates and outcomes where they are made, not the backtest, which takes its intervals from here.",
        deps=[
            *(dependency(f"{name}/{table}", BEFORE) for name in PLAYER_TYPES for table in _RATES),
            dependency("evaluation/blend_weights", BEFORE), dependency("core/season_lines", BEFORE),
            dependency("core/player_games", BEFORE), dependency("core/players"), dependency("raw/public_projections"),
        ],
    ),
    season_table(
        "evaluation/backtest", "evaluation.backtest", _build_backtest,
        group="evaluation", code=_CODE, seasons=_tested_seasons, describe=_track_backtest,
        description="What every system said before a development or test season beside what happened.",
        deps=[
            *(dependency(f"{name}/{table}") for name in PLAYER_TYPES for table in (*_RATES, *_PLAYING_TIME)),
            *(dependency(f"{name}/debut_means") for name in PLAYER_TYPES), dependency("core/players"),
            dependency("evaluation/blend_weights"), dependency("evaluation/error_spread"),
            dependency("core/season_lines", UP_TO), dependency("core/player_games"),
            dependency("raw/public_projections"),
        ],
    ),
    whole(
        "evaluation/scores", "evaluation.scores", _build_scores,
        group="evaluation", code=_CODE, describe=_show_scores,
        description="Every registered comparison: r, errors, spread, ranks and intervals by universe and seasons.",
        deps=[dependency("evaluation/backtest"), dependency("core/season_lines")],
    ),
    whole(
        "evaluation/level1", "evaluation.level1", _measure_level1,
        group="evaluation", code=("fbm_pipeline.evaluation.level1_measurement:measure_level1",),
        kinds=("pytorch", "deltalake"),
        description="Whether anything learnt makes the control better, and what the encoders and decoders have learnt.",
        deps=[
            dependency("features/learned_blocks"), dependency("core/season_lines"),
            *(dependency(f"{player_type}/control_rates") for player_type in PLAYER_TYPES),
        ],
    ),
]  # fmt: skip
