"""`docs/results`: scores and paired differences of the backtest as CSV, looks, trainings, and a page around them.

Real and simulated rows live side by side; a run replaces the rows of its own kind, a single comparison only its own.
Aggregates only: a row of a single player, let alone of somebody else's projections, never gets here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.backtest import load_backtest
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.comparing import Compared
from fbm_pipeline.evaluation.pairs import PAIRS, held_seasons
from fbm_pipeline.evaluation.standings import SCORES
from fbm_pipeline.publish.writing import replace_text
from fbm_pipeline.results.ablation_results import COLUMNS as ABLATION_COLUMNS
from fbm_pipeline.results.looks import note_looks, read_looks
from fbm_pipeline.results.result_tables import (
    PAIR_COLUMNS,
    SCORE_COLUMNS,
    read_rows,
    replace_comparison,
    replace_kind,
    without_parts,
    write_rows,
)
from fbm_pipeline.results.results_page import Tables, results_page
from fbm_pipeline.results.trainings import TRAINING_COLUMNS, training_rows
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store


def write_results(store: Store, settings: Settings, docs: Path, *, timings: dict | None = None) -> list[Path]:
    """Write backtest.csv, pairs.csv, looks.csv, training.csv, runs.json and README.md under `docs`/results.

    Returns their paths. `timings` (steps -> seconds, total_s, peak_mb) is by default read from run.json in the run's
    home, where there is one. Raises EvaluationError when nothing was scored for this kind of data.
    """
    kind, folder = settings.data_kind, docs / "results"
    scores, pairs = _rows(store, SCORES, kind), _rows(store, PAIRS, kind)
    score_table = replace_kind(folder / "backtest.csv", without_parts(scores), SCORE_COLUMNS, kind)
    pair_table = replace_kind(folder / "pairs.csv", pairs, PAIR_COLUMNS, kind)
    trained = _merge_trainings(folder / "training.csv", training_rows(settings), kind)
    ablations = read_rows(folder / "ablations.csv", ABLATION_COLUMNS)
    runs = _runs(folder / "runs.json", settings, timings if timings is not None else recorded_timings(settings))
    looks = note_test_looks(store, settings, docs, sorted(set(scores["system"])))
    return [
        write_rows(folder / "backtest.csv", score_table),
        write_rows(folder / "pairs.csv", pair_table),
        folder / "looks.csv",
        write_rows(folder / "training.csv", trained),
        replace_text(folder / "runs.json", json.dumps(runs, indent=2, sort_keys=True) + "\n"),
        replace_text(
            folder / "README.md", results_page(Tables(score_table, pair_table, looks, trained, ablations), runs)
        ),
    ]


def write_comparison(store: Store, settings: Settings, docs: Path, found: Compared) -> tuple[list[Path], pd.DataFrame]:
    """Write one comparison's rows into backtest.csv and pairs.csv, note the look, and make the page again.

    Returns the paths and the record of looks. A comparison of development seasons alone is no look.
    """
    folder = docs / "results"
    scores = replace_comparison(folder / "backtest.csv", without_parts(found.scores), SCORE_COLUMNS)
    pairs = replace_comparison(folder / "pairs.csv", found.pairs, PAIR_COLUMNS)
    trained = _read_trainings(folder / "training.csv")
    ablations = read_rows(folder / "ablations.csv", ABLATION_COLUMNS)
    known = _read_runs(folder / "runs.json").get(settings.data_kind, {})
    runs = _runs(folder / "runs.json", settings, recorded_timings(settings) or known.get("timings"))
    tested = set(found.seasons) & set(settings.preset.test_seasons)
    if tested:
        looks = note_test_looks(store, settings, docs, found.comparison.systems)
    else:
        looks = read_looks(folder / "looks.csv")
    written = [
        write_rows(folder / "backtest.csv", scores),
        write_rows(folder / "pairs.csv", pairs),
        replace_text(folder / "runs.json", json.dumps(runs, indent=2, sort_keys=True) + "\n"),
        replace_text(folder / "README.md", results_page(Tables(scores, pairs, looks, trained, ablations), runs)),
    ]
    return written, looks


def note_test_looks(store: Store, settings: Settings, docs: Path, systems: Sequence[str]) -> pd.DataFrame:
    """Note in docs/results/looks.csv that the test seasons of these systems are looked at; returns the record."""
    test = settings.preset.test_seasons
    held = [season for season in held_seasons(store, settings.preset) if season in test]
    target = docs / "results" / "looks.csv"
    return note_looks(target, settings.data_kind, load_backtest(store, held), systems, test)


def recorded_timings(settings: Settings) -> dict | None:
    """What the run left in home/run.json: steps -> seconds, total_s, peak_mb; None when it left nothing."""
    record = settings.home / "run.json"
    return json.loads(record.read_text(encoding="utf-8")) if record.is_file() else None


def _rows(store: Store, table: str, data_kind: str) -> pd.DataFrame:
    found = pd.DataFrame(columns=store.contracts[table].column_names)
    if store.exists(table):
        with session(store) as connection:
            found = connection.execute(f"select * from {table} where data = $data", {"data": data_kind}).df()
    if found.empty:
        raise EvaluationError(f"{table} holds no {data_kind} rows. Next: materialize {table}, then write the results.")
    return found


def _merge_trainings(target: Path, fresh: pd.DataFrame, data_kind: str) -> pd.DataFrame:
    """The file's rows of other kinds of data with the fresh ones, in a fixed order."""
    old = _read_trainings(target)
    parts = [fresh, old[old["data"] != data_kind]]
    table = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    return table.sort_values(list(TRAINING_COLUMNS[:-1])).reset_index(drop=True)


def _read_trainings(target: Path) -> pd.DataFrame:
    if not target.is_file():
        return pd.DataFrame(columns=list(TRAINING_COLUMNS))
    return pd.read_csv(target, dtype={"run": "str"}, keep_default_na=False)


def _runs(target: Path, settings: Settings, timings: Mapping | None) -> dict:
    """By kind of data: the preset and what the last run took. Other kinds keep what was known of them."""
    preset = {name: value for name, value in asdict(settings.preset).items() if name != "name"}
    own = {"preset": settings.preset.name, "settings": preset, "timings": timings}
    return _read_runs(target) | {settings.data_kind: own}


def _read_runs(target: Path) -> dict:
    return json.loads(target.read_text(encoding="utf-8")) if target.is_file() else {}
