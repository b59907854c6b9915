"""The results page: its figures are the table's, unknown verdicts are refused, a run's data stays whole."""

import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.cli import main as command_line
from fbm_pipeline.evaluation.scoring import seasons_label
from fbm_pipeline.evaluation.tables import PAIRS, SCORES
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.publish.pooled import pooled
from fbm_pipeline.results.files import (
    MOST_ROWS,
    PAIR_COLUMNS,
    SCORE_COLUMNS,
    read_table,
    table_path,
    write_scores,
    write_table,
)
from fbm_pipeline.results.measured import Measured, count_verdicts
from fbm_pipeline.results.pages import write_results, write_run
from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.evaluation import hand_made
from fbm_pipeline_tests.results.conftest import Scored

COMMITTED = REPOSITORY / "docs" / "results"


@pytest.fixture(scope="module")
def folder(scored: Scored, tmp_path_factory: pytest.TempPathFactory) -> Path:
    docs = tmp_path_factory.mktemp("docs")
    write_results(scored.store, scored.settings, docs)
    return docs / "results"


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8")


def read_scores(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "scores.csv", dtype={"seasons": "str"})


def seasons_shown(page: str) -> set[str]:
    """The labels of seasons that begin a cell of a table, such as 2018-2024."""
    return set(re.findall(r"\| (\d{4}(?:-\d{4})?)[ ,]", page))


def seasons_of(labels: set[str]) -> set[int]:
    """The first and the last season of every label."""
    return {int(year) for label in labels for year in label.split("-")}


def line_of(page: str, statistic: str) -> list[str]:
    """The cells of a statistic in the first table of a page."""
    line = next(line for line in page.splitlines() if line.startswith(f"| {statistic} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_shows_the_figures_of_scores_csv(page: str, folder: Path) -> None:
    rows = read_scores(folder).query("comparison == 'controls' and universe == 'full' and player_type == 'batter'")
    cells = rows[rows["stat"] == "so_rate"].set_index("system")
    marcel, control = cells.loc["marcel"], cells.loc["control"]
    _, shown_marcel, _, shown_control, *_ = line_of(page, "batter K%")
    assert shown_marcel == f"{marcel['r']:.3f} / {1000 * marcel['rmse']:.2f}".removeprefix("0")
    r, percent = shown_control.removesuffix(" %").split(" / ")
    assert float(r) == pytest.approx(control["r"] - marcel["r"], abs=6e-4)
    assert float(percent) == pytest.approx(100 * (control["rmse"] / marcel["rmse"] - 1), abs=0.06)


def test_verdicts_are_counted_and_not_decided_again(page: str, scored: Scored) -> None:
    pairs = scored.pairs.query("comparison == 'network' and universe == 'full' and kind == 'rate'")
    family = pooled(pairs, scored.settings.preset.test_seasons).query("base == 'marcel' and new == 'contextual'")
    count = count_verdicts(family["verdict"])
    line = next(line for line in page.splitlines() if line.startswith("| marcel → contextual | all |"))
    assert line.endswith(f"| {count.better} | {count.worse} | {count.undecided} |")
    assert RETROSHEET in page


def test_the_file_holds_main_statistics_of_pooled_test_seasons(folder: Path) -> None:
    rows = read_scores(folder)
    assert list(rows.columns) == list(SCORE_COLUMNS)
    assert set(rows["kind"]) == {"rate"}
    assert set(rows["seasons"]) <= {"2019-2021", "2019", "2021"}
    assert set(rows.query("comparison == 'controls' and universe == 'full'")["seasons"]) == {"2019-2021"}
    assert set(rows["universe"]) <= {"full", "common", "under_500", "500_1200", "over_1200"}
    assert not {"double_rate", "triple_rate", "whip"} & set(rows["stat"])
    figures = rows.select_dtypes("float")
    assert figures.equals(figures.round(5))


def test_more_rows_than_a_person_opens_are_refused(folder: Path, tmp_path: Path) -> None:
    rows = read_scores(folder)
    many = pd.concat([rows] * (MOST_ROWS // len(rows) + 1))
    with pytest.raises(ValueError, match=f"at most {MOST_ROWS}"):
        write_scores(tmp_path / "scores.csv", many)
    assert not (tmp_path / "scores.csv").exists()


def test_writing_twice_gives_the_same_bytes(scored: Scored, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(before) == {"README.md", "scores.csv", "calibration.png", "looks.csv"}
    write_results(scored.store, scored.settings, folder.parent)
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_simulated_league_writes_into_its_run(scored: Scored) -> None:
    paths = write_results(scored.store, scored.settings)
    assert {path.parent for path in paths} == {scored.settings.home / "results"}


def test_the_run_holds_every_row_and_keeps_other_comparisons(scored: Scored) -> None:
    write_run(scored.store, scored.settings)
    scores = read_table(scored.settings, "scores", SCORE_COLUMNS)
    assert len(scores) == len(scored.scores)
    assert len(read_table(scored.settings, "pairs", PAIR_COLUMNS)) == len(scored.pairs)
    asked = scores.head(3).assign(comparison="marcel+control")
    write_table(scored.settings, "scores", pd.concat([scores, asked]))
    write_run(scored.store, scored.settings)
    again = read_table(scored.settings, "scores", SCORE_COLUMNS)
    assert len(again) == len(scores) + 3
    assert (again["comparison"] == "marcel+control").sum() == 3
    write_table(scored.settings, "scores", scores)


def test_a_file_of_other_columns_is_not_overwritten(scored: Scored) -> None:
    target = table_path(scored.settings, "scores")
    kept = target.read_bytes() if target.is_file() else None
    write_table(scored.settings, "scores", pd.DataFrame({"player": ["Somebody"]}))
    with pytest.raises(EvaluationError, match=r"has the columns \['player'\]"):
        write_run(scored.store, scored.settings)
    assert pd.read_parquet(target).columns.tolist() == ["player"]
    target.unlink()
    if kept is not None:
        target.write_bytes(kept)


def test_figures_of_other_data_reach_the_run_and_not_the_page(
    scored: Scored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = hand_made.settings_for(tmp_path, simulated=False)
    store = Store(settings.store_root, TABLES)
    for contract, rows in ((SCORES, scored.scores), (PAIRS, scored.pairs)):
        real = pa.Table.from_pandas(rows.assign(data="real"), contract.schema, preserve_index=False)
        store.write(contract.name, {}, real)
    page = tmp_path / "docs" / "results" / "README.md"
    page.parent.mkdir(parents=True)
    page.write_text("# Results of the authors\n", encoding="utf-8")
    monkeypatch.setattr(command_line, "load_settings", lambda: settings)
    assert command_line.main(["results", "--docs", str(tmp_path / "docs")]) == 2
    printed = capsys.readouterr()
    written = {Path(line) for line in printed.out.splitlines()}
    assert written == set((tmp_path / "results").iterdir())
    assert {path.name for path in written} == {"scores.parquet", "pairs.parquet", "results.html"}
    assert printed.err.count("\n") == 1
    assert "sentence 'Simple methods bring most of the gain' does not hold: control against marcel" in printed.err
    assert re.search(r"is better in \d+, worse in \d+, .* expected 17 better and 0 worse", printed.err)
    assert page.read_text(encoding="utf-8") == "# Results of the authors\n"
    assert list(page.parent.iterdir()) == [page]


def test_development_seasons_are_not_in_the_tables_of_test_seasons(scored: Scored, page: str) -> None:
    preset = scored.settings.preset
    development = seasons_label(preset.development_seasons)
    assert development in set(scored.scores["seasons"])
    assert development in set(scored.pairs["seasons"])
    measured = Measured.of_seasons(scored.scores, scored.pairs, preset.test_seasons)
    labels = set(measured.scores["seasons"]) | set(measured.pairs["seasons"]) | seasons_shown(page)
    assert seasons_of(labels) <= set(preset.test_seasons)
    assert pooled(scored.scores, (1999,)).empty


def test_development_seasons_are_not_among_the_committed_rows() -> None:
    shown = seasons_shown((COMMITTED / "README.md").read_text(encoding="utf-8"))
    labels = shown | set(read_scores(COMMITTED)["seasons"])
    assert {"2018-2024", "2019-2023"} <= shown
    assert seasons_of(labels) <= set(PRESETS["real"].test_seasons)


def test_no_scores_is_an_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    with pytest.raises(EvaluationError, match=r"materialize evaluation.scores"):
        write_results(store, hand_made.settings_for(tmp_path), tmp_path / "docs")
    assert not (tmp_path / "docs").exists()


@pytest.mark.parametrize("name", ["README.md", "level1.md", "newcomers.md"])
def test_committed_pages_can_be_read(name: str) -> None:
    text = (COMMITTED / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    linked = re.findall(r"\]\(([a-z0-9_.]+)\)", text)
    assert [target for target in linked if not (COMMITTED / target).is_file()] == []


def test_the_committed_table_shows_the_committed_rows() -> None:
    rows = read_scores(COMMITTED)
    assert len(rows) <= MOST_ROWS
    page = (COMMITTED / "README.md").read_text(encoding="utf-8")
    cells = rows.query("comparison == 'controls' and universe == 'full'").set_index(["player_type", "stat", "system"])
    for player_type, stat, name in (("batter", "hr_rate", "batter HR%"), ("pitcher", "so_rate", "pitcher K%")):
        r, rmse = cells.loc[(player_type, stat, "marcel"), ["r", "rmse"]]
        assert line_of(page, name)[1] == f"{r:.3f} / {1000 * rmse:.2f}".removeprefix("0")
