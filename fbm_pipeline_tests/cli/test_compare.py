"""`fbm compare`: what it prints, what it writes, what counts as a look, and when the gate closes."""

from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.cli import comparing
from fbm_pipeline.cli.main import main
from fbm_pipeline.evaluation.comparisons import REGISTERED, Comparison
from fbm_pipeline.settings import load_settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.evaluation.skilled_systems import backtest, write_backtest
from fbm_pipeline_tests.once import copy_store, made_once

DEVELOPMENT, TEST = (2018, 2019), (2021, 2022)  # of the demo preset, 2023 and 2024 were not backtested
STATISTICS = ("so_rate", "bb_rate")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """`control` is nearly without marcel's error; `ridge` is worse than marcel in two seasons, `steamer` in one."""
    errors = {
        "marcel": 0.03,
        "control": 0.003,
        "ridge": {2018: 0.03, 2019: 0.03, 2021: 0.09, 2022: 0.09},
        "steamer": {2018: 0.005, 2019: 0.005, 2021: 0.09, 2022: 0.005},
    }
    return backtest(errors, (*DEVELOPMENT, *TEST), players=40, statistics=STATISTICS)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: pd.DataFrame) -> Path:
    """A run on simulated data; commands run there."""
    monkeypatch.setenv("FBM_HOME", str(tmp_path))
    monkeypatch.delenv("FBM_DATA", raising=False)
    monkeypatch.setenv("FBM_PRESET", "large")
    settings = load_settings()
    settings.data.mkdir(parents=True)
    (settings.data / "simulated_league.json").write_text("{}", encoding="utf-8")
    made = made_once("compared", lambda folder: write_backtest(Store(folder / "store", TABLES), rows))
    copy_store(made / "store", settings.store_root)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(home: Path, name: str) -> pd.DataFrame:
    """One kind of the run's results."""
    return pd.read_parquet(home / "results" / f"{name}.parquet")


def read_looks(home: Path) -> pd.DataFrame:
    return pd.read_csv(home / "results" / "looks.csv", dtype={"seasons": "str"})


def test_it_prints_scores_pairs_and_looks_and_writes_their_rows(home: Path, capsys) -> None:
    assert main(["compare", "marcel", "control"]) == 0
    out = capsys.readouterr().out
    assert "batters, rate, universe full, 2021-2022" in out
    assert "control less marcel, rate, universe full, 2021-2022" in out
    assert "better" in out
    assert "season 2023 left out: no marcel, control" in out
    assert "looked at: marcel 1, control 1." in out
    assert max(len(line) for line in out.splitlines() if "results" not in line) <= 120
    pairs = table(home, "pairs").query("kind == 'rate' and universe == 'full'")
    assert set(pairs["verdict"]) == {"better"}
    assert set(pairs["comparison"]) == {"marcel+control"}
    assert set(table(home, "scores")["data"]) == {"simulated"}
    assert "mlbam_id" not in set(pairs.columns)


def test_a_comparison_about_short_histories_prints_those(home: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    about = Comparison("minors", ("marcel", "control"), shown=REGISTERED["minors"].shown)
    monkeypatch.setitem(REGISTERED, "minors", about)
    assert main(["compare", "minors"]) == 0
    out = capsys.readouterr().out
    for kind in ("batters, rate", "control less marcel, rate"):
        assert f"{kind}, universe under_500, 2021-2022" in out
        assert f"{kind}, universe full" not in out
    assert "universe projected" in out
    written = table(home, "pairs").query("comparison == 'minors'")
    assert {"full", "under_500", "500_1200"} <= set(written["universe"])


def test_written_again_it_is_the_same_bytes_and_the_same_look(home: Path) -> None:
    folder = home / "results"
    assert main(["compare", "marcel", "control"]) == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(before) == {"scores.parquet", "pairs.parquet", "looks.csv", "results.html"}
    assert main(["compare", "marcel", "control"]) == 0
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_other_comparisons_and_seasons_keep_their_rows(home: Path) -> None:
    for asked in (["marcel", "control"], ["marcel", "control", "ridge"]):
        assert main(["compare", *asked]) == 0
    assert main(["compare", "marcel", "control", "--seasons", "development"]) == 0
    for name in ("scores", "pairs"):
        rows = table(home, name)
        assert set(rows["comparison"]) == {"marcel+control", "marcel+control+ridge"}
        assert {"2021-2022", "2018-2019"} <= set(rows["seasons"])
        assert not rows.duplicated().any()


def test_a_configuration_is_one_look_however_often_it_is_seen(home: Path, rows: pd.DataFrame) -> None:
    assert main(["compare", "--gate", "marcel", "control", "--seasons", "development"]) == 0
    assert not (home / "results" / "looks.csv").exists()
    assert main(["compare", "marcel", "steamer", "--seasons", "2021"]) == 0
    assert main(["compare", "marcel", "control"]) == 0
    looks = read_looks(home)
    assert looks[["system", "look", "seasons"]].values.tolist() == [
        ["control", 1, "2021-2022"],
        ["marcel", 1, "2021-2022"],
    ]
    store = Store(load_settings().store_root, TABLES)
    moved = (rows["system"] == "control") & (rows["season"] == 2021)
    write_backtest(store, rows.assign(projected=rows["projected"].where(~moved, rows["projected"] + 0.001)))
    assert main(["compare", "--gate", "control", "ridge"]) == 1
    again = read_looks(home).set_index(["system", "look"])["configuration"]
    assert list(again.index) == [("control", 1), ("control", 2), ("marcel", 1), ("ridge", 1)]
    assert again["control", 1] != again["control", 2]
    write_backtest(store, rows)  # the first configuration once more
    assert main(["compare", "--gate", "marcel", "control"]) == 0
    assert len(read_looks(home)) == 4


def test_the_gate_closes_on_two_seasons_and_not_on_one(home: Path, capsys) -> None:
    assert main(["compare", "--gate", "marcel", "ridge"]) == 1
    out = capsys.readouterr().out
    assert "failed: ridge is worse than marcel" in out
    assert "2021 +" in out
    assert main(["compare", "--gate", "marcel", "steamer"]) == 0
    assert "passed" in capsys.readouterr().out
    assert main(["compare", "--gate", "marcel", "ridge", "--seasons", "development", "--tolerance", "0.3"]) == 0
    assert not (home / "results" / "scores.parquet").exists()


def test_a_gate_that_looks_at_test_seasons_is_a_look(home: Path, capsys) -> None:
    assert main(["compare", "--gate", "marcel", "control", "--seasons", "development"]) == 0
    assert not (home / "results").exists()
    assert main(["compare", "--gate", "marcel", "control"]) == 0
    assert set(read_looks(home)["system"]) == {"marcel", "control"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["marcel", "pecota"], "does not hold pecota"),
        (["marcel", "marcel"], "named twice"),
        (["--gate", "marcel"], "takes two systems"),
        (["marcel", "control", "--seasons", "lately"], "neither test, development"),
        (["marcel", "control", "--seasons", "1999"], "asked for [1999]"),
        (["--gate", "marcel", "control", "--seasons", "2021"], "the gate needs 2"),
        (["--gate", "marcel", "control", "--seasons", "2021,2023"], "asked for [2021, 2023]"),
    ],
)
def test_what_cannot_be_compared_is_one_line(home: Path, capsys, arguments: list[str], words: str) -> None:
    assert main(["compare", *arguments]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
    assert not (home / "results").exists()


def test_help_names_the_registered_comparisons(capsys) -> None:
    assert tuple(REGISTERED) == comparing.REGISTERED
    with pytest.raises(SystemExit):
        main(["compare", "--help"])
    assert "1 %" not in capsys.readouterr().err


def test_a_table_of_another_command_is_left_alone(home: Path, capsys) -> None:
    target = home / "results" / "scores.parquet"
    target.parent.mkdir(parents=True)
    pd.DataFrame({"player": ["Somebody"]}).to_parquet(target)
    before = target.read_bytes()
    assert main(["compare", "marcel", "control"]) == 2
    assert "another program" in capsys.readouterr().err
    assert target.read_bytes() == before


def test_docs_may_be_named(home: Path) -> None:
    assert main(["compare", "marcel", "control", "--docs", str(home / "docs")]) == 0
    assert [path.name for path in (home / "docs" / "results").iterdir()] == ["looks.csv"]
