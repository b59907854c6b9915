"""docs/results: rows by kind of data, rounded and sorted; a page of counts; never a player."""

import json
from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.evaluation.errors import EvaluationError
from fbm_pipeline.report.notice import RETROSHEET
from fbm_pipeline.report.results import COLUMNS, write_results
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.evaluation import hand_made
from fbm_pipeline_tests.report.conftest import Published

TIMINGS = {"steps": {"raw": 12.34, "training": 99.0}, "total_s": 111.3, "peak_mb": 2048.4}


def written(published: Published, docs: Path, timings: dict | None = None) -> tuple[pd.DataFrame, str]:
    paths = write_results(published.store, published.settings, docs, timings=timings)
    assert [path.name for path in paths] == ["backtest.csv", "training.csv", "runs.json", "README.md"]
    return pd.read_csv(paths[0], dtype={"seasons": "str"}), paths[-1].read_text(encoding="utf-8")


def test_table_has_the_agreed_columns_and_rounded_numbers(published: Published, tmp_path: Path) -> None:
    table, _ = written(published, tmp_path)
    assert list(table.columns) == list(COLUMNS)
    assert set(table["data"]) == {"simulated"}
    assert (table["rmse"] == table["rmse"].round(5)).all()
    assert "mlbam_id" not in table.columns
    universes = table["universe"].drop_duplicates().tolist()
    assert universes == sorted(universes, key=["full", "common", "debuts", "under_500", "500_1200", "over_1200"].index)


def test_rows_of_the_other_kind_stay_and_own_rows_are_replaced(published: Published, tmp_path: Path) -> None:
    table, _ = written(published, tmp_path)
    target = tmp_path / "results" / "backtest.csv"
    real = table.head(3).assign(data="real", rmse=0.12345)
    stale = table.head(1).assign(seasons="1999")
    pd.concat([real, stale]).to_csv(target, index=False)
    again, page = written(published, tmp_path)
    assert len(again) == len(table) + 3
    assert "1999" not in set(again["seasons"])
    assert (again[again["data"] == "real"]["rmse"] == 0.12345).all()
    assert "## Real data" in page
    assert "## Simulated league" in page
    assert page.index("## Real data") < page.index("## Simulated league")


def test_writing_twice_gives_the_same_bytes(published: Published, tmp_path: Path) -> None:
    written(published, tmp_path, TIMINGS)
    before = {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()}
    written(published, tmp_path, TIMINGS)
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()}


def test_page_tells_what_was_run_and_counts(published: Published, tmp_path: Path) -> None:
    table, page = written(published, tmp_path, TIMINGS)
    pooled = table.query("universe == 'full' and seasons == '2019-2021' and player_type == 'batter'")
    wide = pooled.pivot(index="stat", columns="system", values="rmse")
    better = int((wide["contextual"] < wide["marcel"]).sum())
    assert f"Contextual has a smaller RMSE than Marcel in {better} of {len(wide)} statistics" in page
    assert "test seasons: 2019, 2021" in page
    assert "| training | 99.0 |" in page
    assert "Peak memory: 2048 MB" in page
    assert "make demo" in page
    assert RETROSHEET in page


def test_times_are_read_from_the_run_s_own_record(published: Published, tmp_path: Path) -> None:
    record = published.settings.home / "run.json"
    record.write_text(json.dumps({"steps": {"publish": 3.0}, "total_s": 3.0}), encoding="utf-8")
    try:
        _, page = written(published, tmp_path)
    finally:
        record.unlink()
    assert "| publish | 3.0 |" in page
    assert "No record of the run's time" in written(published, tmp_path / "other")[1]


def test_no_scores_is_an_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", ALL_CONTRACTS)
    with pytest.raises(EvaluationError, match=r"materialize evaluation.scores"):
        write_results(store, hand_made.settings_for(tmp_path), tmp_path / "docs")
    assert not (tmp_path / "docs").exists()


def test_a_file_of_other_columns_is_not_overwritten(published: Published, tmp_path: Path) -> None:
    target = tmp_path / "results" / "backtest.csv"
    target.parent.mkdir()
    target.write_text("player,era\nSomebody,1.0\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="not written by"):
        write_results(published.store, published.settings, tmp_path)
    assert target.read_text(encoding="utf-8").startswith("player,era")
