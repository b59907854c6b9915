"""How long the whole yardstick of the test seasons takes once features exist: controls, backtest, scores, pairs.

Batters' and pitchers' controls are fitted side by side, as a run does; the rest follows. In the same run: one
statistic's trees against the plain way, the same trees over all columns as scikit-learn is called without thought.
Run as `python benchmarks/yardstick.py --home FOLDER` over a finished run's folder; its store is read and copied, never
written.
"""

import argparse
import os
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.controls.fits import CONTROL
from fbm_pipeline.controls.frame import Frame, read_frame
from fbm_pipeline.controls.residual_models import fit_trees
from fbm_pipeline.controls.tables import CONTROL_RATES
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.making import make
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

LIMIT_S = 300.0  # on two idle cores


def fit_controls(root: Path, player_type: str, seasons: tuple[int, ...]) -> float:
    """Wall seconds of one player type's controls of the seasons, made anew in the store under `root`."""
    store = Store(root, TABLES)
    began = time.perf_counter()
    for season in seasons:
        make(store, CONTROL_RATES, {"player_type": player_type, "season": season}, None)
    return time.perf_counter() - began


def take_away(store: Store, seasons: tuple[int, ...]) -> None:
    """Remove what the yardstick makes of these seasons."""
    for season in seasons:
        for player_type in PLAYER_TYPES:
            store.drop("features.control_rates", {"player_type": player_type, "season": season})
        for name in ("evaluation.error_spread", "evaluation.backtest"):
            store.drop(name, {"season": season})
    for name in ("evaluation.scores", "evaluation.pairs"):
        store.drop(name, {})


def evaluate(store: Store, settings: Settings) -> dict[str, float]:
    """Wall seconds of each step that follows the controls."""
    seasons = settings.preset.test_seasons

    def timed(table: str, *partitions: dict[str, int]) -> float:
        began = time.perf_counter()
        for partition in partitions:
            make(store, TABLES[table], partition, settings)
        return time.perf_counter() - began

    by_season = [{"season": season} for season in seasons]
    return {
        "spread of earlier errors": timed("evaluation.error_spread", *by_season),
        "backtest": timed("evaluation.backtest", *by_season),
        "scores": timed("evaluation.scores", {}),
        "pairs": timed("evaluation.pairs", {}),
    }


def ours_and_plain(frame: Frame) -> tuple[float, float]:
    """Processor seconds of one statistic's trees, ours and scikit-learn's with its own settings on all columns."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    _, columns = frame.columns(CONTROL)
    residual = frame.outcome[:, 0] - frame.prior[:, 0]
    rows = (frame.weight > 0) & ~np.isnan(residual)
    began = time.process_time()
    fit_trees(columns[rows], residual[rows], frame.weight[rows], 0)
    ours = time.process_time() - began
    plain = HistGradientBoostingRegressor(early_stopping=False, random_state=0)
    began = time.process_time()
    with threadpool_limits(1):
        plain.fit(columns[rows], residual[rows], sample_weight=frame.weight[rows])
    return ours, time.process_time() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the folder of a finished run, such as var/real")
    parser.add_argument("--data", type=Path, required=True, help="the folder of source files of that run")
    parser.add_argument("--preset", default="real", choices=sorted(PRESETS))
    arguments = parser.parse_args()
    settings = Settings(arguments.home, arguments.data, PRESETS[arguments.preset])
    seasons = settings.preset.test_seasons
    with tempfile.TemporaryDirectory(prefix="fbm_bench_", dir=arguments.home) as name:
        # Files are immutable, so links make a copy that can be written without touching the original.
        root = Path(name) / "store"
        shutil.copytree(arguments.home / "store", root, copy_function=os.link)
        store = Store(root, TABLES)
        take_away(store, seasons)
        began = time.perf_counter()
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            fits = [pool.submit(fit_controls, root, player_type, seasons) for player_type in PLAYER_TYPES]
            taken = {f"{name} controls": fit.result() for name, fit in zip(PLAYER_TYPES, fits, strict=True)}
        taken |= evaluate(store, settings)
        whole = time.perf_counter() - began
        ours, plain = ours_and_plain(read_frame(store, PLAYER_TYPES[0], seasons[-1], CONTROL))
    for step, seconds in taken.items():
        print(f"{step:<26} {seconds:7.1f} s")
    print(f"{'whole yardstick':<26} {whole:7.1f} s of at most {LIMIT_S:.0f} s: ratio {whole / LIMIT_S:.2f}")
    print(f"one statistic's trees: ours {ours:.2f} s, plain {plain:.2f} s, ratio {ours / plain:.2f}")
    return 0 if whole <= LIMIT_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
