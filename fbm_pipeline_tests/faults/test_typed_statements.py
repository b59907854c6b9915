"""`fbm sql` reads the store: no other file, no network, no extension; and writes only where it is told to."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fbm_pipeline.cli.main import main
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.store.test_tables import games


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one table, under a name of special characters, and a file beside it that is nobody's business."""
    home = tmp_path / "it's [1] home?"
    store = Store(home / "store", TABLES)
    store.write("core.games", {"season": 2016}, games(2016, "a", "b"))
    (home / "secret.csv").write_text("word\nswordfish\n", encoding="utf-8")
    monkeypatch.setenv("FBM_HOME", str(home))
    return home


def test_tables_are_read(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "from core.games order by game_id"]) == 0
    assert "retrosheet" in capsys.readouterr().out


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('{home}/secret.csv')",
        "select * from '{home}/secret.csv'",
        "select * from read_text('/etc/hostname')",
        "select * from glob('{home}/*')",
        "select * from read_parquet('http://127.0.0.1:9/x.parquet')",
        "select * from settings",
        "copy core.games to '{home}/games.csv'",
        "copy (select 1) to '{live}'",
        "explain analyze copy (select 1) to '{live}'",
        "attach '{home}/other.db'",
        "create table core.more as select 1",
        "drop view core.games",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "export database '{home}/all'",
        "select 1; copy (select 1) to '{home}/games.csv'",
        "",
    ],
)
def test_nothing_else_is_read_or_written(home: Path, capsys: pytest.CaptureFixture[str], statement: str) -> None:
    (live,) = Store(home / "store", TABLES).files("core.games")
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    quoted = {"home": str(home).replace("'", "''"), "live": live.replace("'", "''")}
    assert main(["sql", statement.format(**quoted)]) == 2
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 1
    assert "swordfish" not in said.out + said.err
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before


def test_a_result_is_written_on_purpose(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "select game_id from core.games order by 1"
    assert main(["sql", query, "--write", str(tmp_path / "out" / "games.parquet")]) == 0
    assert pq.read_table(tmp_path / "out" / "games.parquet").column("game_id").to_pylist() == ["a", "b"]
    assert main(["sql", query, "--write", str(tmp_path / "games.csv")]) == 0
    assert (tmp_path / "games.csv").read_text(encoding="utf-8").split() == ['"game_id"', '"a"', '"b"']
    assert main(["sql", query, "--write", str(tmp_path / "games.xlsx")]) == 2
    assert "csv" in capsys.readouterr().err
