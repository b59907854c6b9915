"""`docs/results`: the scores of the backtest as CSV, and a page of tables and plain counts around them.

Real and simulated rows live side by side; a run replaces the rows of its own kind. Aggregates only: a row of a
single player, let alone of somebody else's projections, never gets here.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from fbm_pipeline.evaluation.backtest import SCORES
from fbm_pipeline.evaluation.errors import EvaluationError
from fbm_pipeline.evaluation.universes import SYSTEMS, UNIVERSES
from fbm_pipeline.report.results_page import results_page
from fbm_pipeline.report.trainings import TRAINING_COLUMNS, training_rows
from fbm_pipeline.report.writing import replace_file, replace_text
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store

COLUMNS = (
    "data", "universe", "seasons", "player_type", "stat", "system", "n", "r", "rmse", "slope", "sd_ratio",
)  # fmt: skip
PLACES = 5
_ORDER = {"universe": UNIVERSES, "system": SYSTEMS}


def write_results(store: Store, settings: Settings, docs: Path, *, timings: dict | None = None) -> list[Path]:
    """Write backtest.csv, training.csv, runs.json and README.md under `docs`/results; returns their paths.

    `timings` (steps -> seconds, total_s, peak_mb) is by default read from run.json in the run's home, where there is
    one. Raises EvaluationError when nothing was scored for this kind of data.
    """
    fresh = _scores(store, settings)
    folder = docs / "results"
    table = _merge(folder / "backtest.csv", fresh, settings.data_kind)
    trained = _merge_trainings(folder / "training.csv", training_rows(settings), settings.data_kind)
    runs = _runs(folder / "runs.json", settings, timings if timings is not None else recorded_timings(settings))
    return [
        replace_file(folder / "backtest.csv", lambda path: table.to_csv(path, index=False, lineterminator="\n")),
        replace_file(folder / "training.csv", lambda path: trained.to_csv(path, index=False, lineterminator="\n")),
        replace_text(folder / "runs.json", json.dumps(runs, indent=2, sort_keys=True) + "\n"),
        replace_text(folder / "README.md", results_page(table, runs, trained)),
    ]


def recorded_timings(settings: Settings) -> dict | None:
    """What the run left in home/run.json: steps -> seconds, total_s, peak_mb; None when it left nothing."""
    record = settings.home / "run.json"
    return json.loads(record.read_text(encoding="utf-8")) if record.is_file() else None


def _scores(store: Store, settings: Settings) -> pd.DataFrame:
    found = pd.DataFrame(columns=list(COLUMNS))
    if store.exists(SCORES):
        with session(store) as connection:
            found = connection.execute(
                f"select {', '.join(COLUMNS)} from {SCORES} where data = $data", {"data": settings.data_kind}
            ).df()
    if found.empty:
        raise EvaluationError(
            f"{SCORES} holds no {settings.data_kind} rows. Next: materialize {SCORES}, then write the results."
        )
    return found


def _merge(target: Path, fresh: pd.DataFrame, data_kind: str) -> pd.DataFrame:
    """The file's rows of other kinds of data with the fresh ones, rounded and in a fixed order."""
    parts = [fresh]
    if target.is_file():
        old = pd.read_csv(target, dtype={"seasons": "str"})
        if list(old.columns) != list(COLUMNS):
            raise EvaluationError(
                f"{target.name} has the columns {list(old.columns)}, expected {list(COLUMNS)}: it was not written by "
                "this command. Next: move it away and write the results again."
            )
        kept = old[old["data"] != data_kind]
        parts = [fresh, kept] if len(kept) else parts
    table = pd.concat(parts, ignore_index=True).round(dict.fromkeys(("r", "rmse", "slope", "sd_ratio"), PLACES))
    keys = table.assign(
        **{name: pd.Categorical(table[name], list(order), ordered=True) for name, order in _ORDER.items()}
    )
    order = keys.sort_values(["data", "universe", "seasons", "player_type", "stat", "system"]).index
    return table.loc[order, list(COLUMNS)].reset_index(drop=True)


def _merge_trainings(target: Path, fresh: pd.DataFrame, data_kind: str) -> pd.DataFrame:
    """The file's rows of other kinds of data with the fresh ones, in a fixed order."""
    parts = [fresh]
    if target.is_file():
        old = pd.read_csv(target, dtype={"run": "str"}, keep_default_na=False)
        parts.append(old[old["data"] != data_kind])
    table = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    return table.sort_values(list(TRAINING_COLUMNS[:-1])).reset_index(drop=True)


def _runs(target: Path, settings: Settings, timings: Mapping | None) -> dict:
    """By kind of data: the preset and what the last run took. Other kinds keep what was known of them."""
    known = json.loads(target.read_text(encoding="utf-8")) if target.is_file() else {}
    preset = {name: value for name, value in asdict(settings.preset).items() if name != "name"}
    return known | {settings.data_kind: {"preset": settings.preset.name, "settings": preset, "timings": timings}}
