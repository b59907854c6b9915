"""docs/results: rows by kind of data, rounded and sorted; a page of counts; never a player."""

import json
from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.comparisons import REGISTERED
from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.publish.pooled import pooled
from fbm_pipeline.results.results import write_results
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.evaluation import hand_made
from fbm_pipeline_tests.results.conftest import Scored

TIMINGS = {"steps": {"raw": 12.34, "training": 99.0}, "total_s": 111.3, "peak_mb": 2048.4}


FILES = ["backtest.csv", "pairs.csv", "looks.csv", "training.csv", "runs.json", "README.md"]


def written(scored: Scored, docs: Path, timings: dict | None = None) -> tuple[pd.DataFrame, str]:
    paths = write_results(scored.store, scored.settings, docs, timings=timings)
    assert [path.name for path in paths] == FILES
    return pd.read_csv(paths[0], dtype={"seasons": "str"}), paths[-1].read_text(encoding="utf-8")


def test_tables_have_their_contract_s_columns_and_rounded_numbers(scored: Scored, tmp_path: Path) -> None:
    table, _ = written(scored, tmp_path)
    pairs = pd.read_csv(tmp_path / "results" / "pairs.csv")
    assert list(table.columns) == scored.store.contracts["evaluation.scores"].column_names
    assert list(pairs.columns) == scored.store.contracts["evaluation.pairs"].column_names
    for rows in (table, pairs):
        assert set(rows["data"]) == {"simulated"}
        assert "mlbam_id" not in rows.columns
        figures = rows.select_dtypes("float")
        assert figures.equals(figures.round(6))
        comparisons = rows["comparison"].drop_duplicates().tolist()
        assert comparisons == [name for name in REGISTERED if name in comparisons]


def test_rows_of_the_other_kind_stay_and_own_rows_are_replaced(scored: Scored, tmp_path: Path) -> None:
    table, _ = written(scored, tmp_path)
    target = tmp_path / "results" / "backtest.csv"
    real = table[table["universe"] == "full"].head(3).assign(data="real", rmse=0.12345)
    stale = table.head(1).assign(seasons="1999")
    pd.concat([real, stale]).to_csv(target, index=False)
    again, page = written(scored, tmp_path)
    assert len(again) == len(table) + 3
    assert "1999" not in set(again["seasons"])
    assert (again[again["data"] == "real"]["rmse"] == 0.12345).all()
    assert "## Real data" in page
    assert "## Simulated league" in page
    assert page.index("## Real data") < page.index("## Simulated league")


def test_writing_twice_gives_the_same_bytes(scored: Scored, tmp_path: Path) -> None:
    written(scored, tmp_path, TIMINGS)
    before = {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()}
    written(scored, tmp_path, TIMINGS)
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()}


def test_page_shows_pooled_test_seasons_with_their_verdicts(scored: Scored, tmp_path: Path) -> None:
    table, page = written(scored, tmp_path, TIMINGS)
    cell = table.query(
        "comparison == 'controls' and universe == 'full' and seasons == '2019-2021' and kind == 'rate'"
        " and player_type == 'batter' and stat == 'so_rate'"
    ).set_index("system").loc["control"]  # fmt: skip
    assert f"{cell['r']:.3f} / {1000 * cell['rmse']:.2f}" in page
    assert "Batters, `full`, 2019-2021 (r / RMSE)" in page
    pairs = pd.read_csv(tmp_path / "results" / "pairs.csv", dtype={"seasons": "str"})
    own = pairs.query(
        "comparison == 'network' and universe == 'full' and kind == 'rate' and base == 'marcel' and new == 'contextual'"
    )
    counts = own["verdict"].value_counts()
    assert (
        f"Contextual against Marcel: better in {counts.get('better', 0)}, worse in {counts.get('worse', 0)}, "
        f"undecided in {counts.get('undecided', 0)} of {len(own)} statistics." in page
    )
    assert "- test seasons: 2019, 2021" in page
    assert "- development seasons: 2017, 2018" in page
    assert "### Development seasons" in page
    assert "| marcel | 1 |" in page
    assert "| training | 99.0 |" in page
    assert "Peak memory: 2048 MB" in page
    assert "make demo" in page
    assert RETROSHEET in page


def test_development_seasons_are_not_in_the_tables_of_test_seasons(scored: Scored, tmp_path: Path) -> None:
    table, _ = written(scored, tmp_path)
    assert "2017-2018" in set(table["seasons"])
    chosen = pooled(table, (2019, 2021))
    assert set(chosen["seasons"]) <= {"2019-2021", "2019", "2021"}
    assert set(chosen.query("comparison == 'controls' and universe == 'full'")["seasons"]) == {"2019-2021"}
    assert pooled(table, (1999,)).empty


def test_times_are_read_from_the_run_s_own_record(scored: Scored, tmp_path: Path) -> None:
    record = scored.settings.home / "run.json"
    record.write_text(json.dumps({"steps": {"publish": 3.0}, "total_s": 3.0}), encoding="utf-8")
    try:
        _, page = written(scored, tmp_path)
    finally:
        record.unlink()
    assert "| publish | 3.0 |" in page
    assert "No record of the run's time" in written(scored, tmp_path / "other")[1]


def test_no_scores_is_an_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    with pytest.raises(EvaluationError, match=r"materialize evaluation.scores"):
        write_results(store, hand_made.settings_for(tmp_path), tmp_path / "docs")
    assert not (tmp_path / "docs").exists()


def test_a_file_of_other_columns_is_not_overwritten(scored: Scored, tmp_path: Path) -> None:
    target = tmp_path / "results" / "backtest.csv"
    target.parent.mkdir()
    target.write_text("player,era\nSomebody,1.0\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="not written by"):
        write_results(scored.store, scored.settings, tmp_path)
    assert target.read_text(encoding="utf-8").startswith("player,era")


def test_a_file_of_the_older_contract_is_made_anew(scored: Scored, tmp_path: Path) -> None:
    table, _ = written(scored, tmp_path / "new")
    target = tmp_path / "results" / "backtest.csv"
    target.parent.mkdir()
    table.drop(columns=["comparison", "kind", "crps"]).to_csv(target, index=False)
    again, _ = written(scored, tmp_path)
    pd.testing.assert_frame_equal(again, table)


def test_single_seasons_stand_for_rates_in_the_main_universes_only(scored: Scored, tmp_path: Path) -> None:
    table, _ = written(scored, tmp_path)
    single = table[~table["seasons"].str.contains("-")].query("comparison == 'controls'")
    assert set(single["kind"]) == {"rate"}
    assert set(single["universe"]) == {"full", "top_300"}
    assert set(single["seasons"]) == {"2017", "2018", "2019", "2021"}
    assert {"500_1200", "projected"} <= set(table["universe"])
