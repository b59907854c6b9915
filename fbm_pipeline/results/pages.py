"""`fbm results`: the data of the run, and the results page with its rows and figure.

Aggregates only: a row of a single player, let alone of somebody else's projections, never gets here.
Not here: the page's text (main_page) and which rows it stands on (measured, files).
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.backtest import load_backtest
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.comparing import Compared
from fbm_pipeline.evaluation.comparisons import REGISTERED
from fbm_pipeline.evaluation.pairs import PAIRS, backtested_seasons
from fbm_pipeline.evaluation.standings import SCORES
from fbm_pipeline.publish.writing import replace_file, replace_text
from fbm_pipeline.results.files import (
    SCORE_COLUMNS,
    ordered,
    page_folder,
    page_rows,
    read_table,
    replace_rows,
    table_path,
    write_scores,
    write_table,
)
from fbm_pipeline.results.looks import count_looks, note_looks
from fbm_pipeline.results.main_page import Facts, calibration_figure, results_page
from fbm_pipeline.results.main_tables import shown_systems
from fbm_pipeline.results.measured import Measured
from fbm_pipeline.results.scores_browser import write_browser
from fbm_pipeline.results.sentences import checked_sentences
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store

UNDRAWN = ("ridge", "ensemble")  # their dots lie on those of the control and of the network


def write_all(store: Store, settings: Settings, docs: Path | None = None) -> Iterator[Path]:
    """The run's data, then the page, each path when it is written: a page that is refused leaves the run complete."""
    yield from write_run(store, settings)
    yield from write_results(store, settings, docs)


def write_results(store: Store, settings: Settings, docs: Path | None = None) -> list[Path]:
    """Write README.md, scores.csv, calibration.png and looks.csv; returns their paths.

    Raises EvaluationError when nothing was scored for this kind of data, and for real data when a sentence of the page
    does not hold; all of them then stay as they were.
    """
    folder = page_folder(settings, docs)
    scores, pairs = stored_rows(store, settings, SCORES), stored_rows(store, settings, PAIRS)
    measured = Measured.of_seasons(scores, pairs, settings.preset.test_seasons)
    sentences = checked_sentences(measured) if settings.data_kind == "real" else []
    looks = note_test_looks(store, settings, docs, sorted(set(scores["system"])))
    facts = Facts(settings.data_kind, sentences, count_looks(looks, settings.data_kind), run_named(settings))
    return [*write_page(folder, measured, facts), folder / "looks.csv"]


def write_page(folder: Path, measured: Measured, facts: Facts) -> list[Path]:
    """Write README.md, scores.csv and calibration.png into a folder; returns their paths."""
    text = results_page(measured, facts)
    systems = {"marcel": measured.system("marcel", "controls", "full")}
    for one in shown_systems(measured):
        if one.system not in UNDRAWN:
            systems[one.system] = measured.system(one.system, one.comparison, one.universe)
    picture = calibration_figure(systems)
    return [
        replace_text(folder / "README.md", text),
        write_scores(folder / "scores.csv", page_rows(measured.scores)),
        replace_file(folder / "calibration.png", lambda path: path.write_bytes(picture)),
    ]


def write_run(store: Store, settings: Settings) -> list[Path]:
    """Write the run's scores and pairs as Parquet, and results.html; returns their paths.

    Comparisons that `fbm compare` added by other names stay.
    """
    scores = ordered(_with_others(settings, "scores", stored_rows(store, settings, SCORES)))
    pairs = ordered(_with_others(settings, "pairs", stored_rows(store, settings, PAIRS)))
    return [
        write_table(settings, "scores", scores),
        write_table(settings, "pairs", pairs),
        write_browser(settings, scores),
    ]


def _with_others(settings: Settings, kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows, and the run's rows of comparisons that are not registered."""
    known = read_table(settings, kind, list(rows.columns))
    others = known[~known["comparison"].isin(list(REGISTERED))]
    return pd.concat([rows, others], ignore_index=True) if len(others) else rows


def write_comparison(
    store: Store, settings: Settings, docs: Path | None, compared: Compared
) -> tuple[list[Path], pd.DataFrame]:
    """Put one comparison's rows into the run's data and note the look; the page of results is left alone.

    Returns the paths and the record of looks. A comparison of development seasons alone is no look.
    """
    key = ["comparison", "seasons"]
    scores = replace_rows(settings, "scores", compared.scores[list(SCORE_COLUMNS)], key)
    replace_rows(settings, "pairs", compared.pairs, key)
    tested = set(compared.seasons) & set(settings.preset.test_seasons)
    looks = note_test_looks(store, settings, docs, compared.comparison.systems if tested else ())
    browser = write_browser(settings, ordered(scores))
    return [table_path(settings, "scores"), table_path(settings, "pairs"), browser], looks


def note_test_looks(store: Store, settings: Settings, docs: Path | None, systems: Sequence[str]) -> pd.DataFrame:
    """Note in looks.csv that the test seasons of these systems are looked at; returns the record."""
    test = settings.preset.test_seasons
    seasons = [season for season in backtested_seasons(store, settings.preset) if season in test]
    target = page_folder(settings, docs) / "looks.csv"
    return note_looks(target, settings.data_kind, load_backtest(store, seasons), systems, test)


def stored_rows(store: Store, settings: Settings, table: str) -> pd.DataFrame:
    """The table's rows of this kind of data. Raises EvaluationError for none."""
    rows = pd.DataFrame(columns=store.contracts[table].column_names)
    if store.exists(table):
        with session(store, tables=(table,)) as connection:
            rows = connection.execute(f"select * from {table} where data = $data", {"data": settings.data_kind}).df()
    if rows.empty:
        raise EvaluationError(
            f"{table} holds no {settings.data_kind} rows. Next: materialize {table}, then write the results."
        )
    return rows


def run_named(settings: Settings) -> str:
    """The run that made the store, by the id in its run.json."""
    record = settings.home / "run.json"
    if not record.is_file():
        return f"preset `{settings.preset.name}`, assets materialized one by one"
    known = json.loads(record.read_text(encoding="utf-8"))
    return f"preset `{known['preset']}`, run `{known['run_id'][:8]}`"
