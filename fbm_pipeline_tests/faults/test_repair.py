"""`fbm doctor` finds what is damaged in a home, and `fbm repair` clears the way for the run that makes it again."""

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from fbm_pipeline.cli import health
from fbm_pipeline.cli.main import main
from fbm_pipeline.nn.checkpoint import WEIGHTS, load_checkpoint, save_checkpoint
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.store.test_tables import games

GAMES = "core.games"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a table, a checkpoint and a database."""
    for name, value in {"FBM_HOME": tmp_path, "FBM_DATA": tmp_path / "data", "FBM_PRESET": "tiny"}.items():
        monkeypatch.setenv(name, str(value))
    (tmp_path / "data" / "retrosheet").mkdir(parents=True)
    (tmp_path / "data" / "retrosheet" / "plays_2016.csv").write_text("gid\n", encoding="utf-8")
    store = Store(tmp_path / "store", TABLES)
    for season in (2016, 2017):
        store.write(GAMES, {"season": season}, games(season, "a", "b"), inputs="k")
    save_checkpoint(tmp_path / "checkpoints" / "encoder", {"w": torch.ones(2)}, {}, {"step": 1})
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("create table runs (id integer)")
    return tmp_path


def overwrite(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[: len(content) // 2] = bytes(len(content) // 2)
    file.write_bytes(content)


def data_file(home: Path) -> Path:
    return next((home / "store" / "core" / "games" / "season=2016").rglob("*.parquet"))


def newest_commit(home: Path) -> Path:
    return max((home / "store" / "core" / "games" / "_delta_log").glob("*.json"))


def memory(home: Path) -> Path:
    return min((home / "store" / "_memory" / GAMES).glob("*.json"))


def weights(home: Path) -> Path:
    return next((home / "checkpoints").rglob(WEIGHTS))


def database(home: Path) -> Path:
    return home / "mlflow.db"


def test_a_whole_home_is_told_to_be_whole(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--deep"]) == 0
    assert "whole" in capsys.readouterr().out


@pytest.mark.parametrize("place", [data_file, newest_commit, memory, weights, database])
def test_doctor_names_what_is_damaged(
    home: Path, capsys: pytest.CaptureFixture[str], place: Callable[[Path], Path]
) -> None:
    damaged = place(home)
    overwrite(damaged)
    assert main(["doctor", "--deep"]) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("damaged")]
    assert str(damaged) in line or str(damaged.parent) in line


def test_doctor_without_deep_reads_no_bytes_and_finds_what_is_gone(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overwrite(weights(home))
    assert main(["doctor"]) == 0
    data_file(home).unlink()
    assert main(["doctor"]) == 1
    assert "is gone" in capsys.readouterr().out


def test_a_reader_is_refused_in_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    overwrite(data_file(home))
    assert main(["sql", "select count(*) from core.games"]) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "fbm repair" in said


def test_repair_drops_what_no_run_could_write_over_and_runs(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(health.os, "execv", lambda program, command: started.append(command))
    for place in (weights, memory):
        overwrite(place(home))
    kept = data_file(home)
    overwrite(kept)
    main(["repair"])
    assert started == [[sys.executable, "-m", "fbm_pipeline.defs.materialize"]]
    assert capsys.readouterr().out.count("damaged") == 2
    assert load_checkpoint(home / "checkpoints" / "encoder") is None
    # The file stays in its table until the run replaces it: without it a reader would see a table of fewer rows.
    assert kept.is_file()
    assert main(["sql", "select count(*) from core.games"]) == 2
    store = Store(home / "store", TABLES)
    written = [store.build(GAMES, {"season": s}, "k", lambda s=s: games(s, "a", "b")) for s in (2016, 2017)]
    assert [each.skipped for each in written] == [False, True]
    assert main(["doctor", "--deep"]) == 0


def test_repair_drops_a_table_whose_log_is_damaged(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.os, "execv", lambda program, command: None)
    overwrite(newest_commit(home))
    assert main(["sql", "select count(*) from core.games"]) == 2
    main(["repair"])
    assert not (home / "store" / "core" / "games").exists()
    assert not Store(home / "store", TABLES).made(GAMES, {"season": 2016})
