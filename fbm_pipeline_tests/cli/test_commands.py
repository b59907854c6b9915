"""The commands answer plainly, and refuse with one line that says what to do next."""

from pathlib import Path

import pytest

from fbm_pipeline.cli.contracts_page import INDEX, TABLE_PAGES, contract_pages
from fbm_pipeline.cli.main import main
from fbm_pipeline.settings import LEAGUE, REPOSITORY, UNFINISHED_LEAGUE
from fbm_pipeline.simulated_league import league
from fbm_pipeline.tables import TABLES


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FBM_HOME", str(tmp_path))
    monkeypatch.delenv("FBM_DATA", raising=False)
    monkeypatch.delenv("FBM_PRESET", raising=False)
    return tmp_path


def test_doctor_says_how_to_get_data(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 1
    assert "fbm simulate" in capsys.readouterr().out


def test_project_before_any_run_names_the_table_and_the_next_step(home, capsys) -> None:
    assert main(["project", "Trout"]) == 2
    assert "publish.projections does not exist; materialize it first" in capsys.readouterr().err


def test_an_unknown_preset_is_one_line(home, capsys, monkeypatch) -> None:
    monkeypatch.setenv("FBM_PRESET", "huge")
    assert main(["doctor"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_wrong_statement_shows_duckdbs_reason(home, capsys) -> None:
    assert main(["sql", "select * from nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_simulate_never_writes_over_a_folder_of_other_files(home, capsys, monkeypatch) -> None:
    folder = home / "mine"
    folder.mkdir()
    (folder / "notes.txt").write_text("keep", encoding="utf-8")
    monkeypatch.setenv("FBM_DATA", str(folder))
    assert main(["simulate"]) == 2
    assert sorted(path.name for path in folder.iterdir()) == ["notes.txt"]


def test_a_league_that_was_not_written_to_its_end_is_written_again(home, capsys, monkeypatch) -> None:
    monkeypatch.setattr(league, "write_league", lambda folder, seed, **size: (folder / LEAGUE).touch() or "written")
    folder = home / "simulated_league"
    folder.mkdir()
    (folder / UNFINISHED_LEAGUE).touch()
    (folder / "half.parquet").touch()
    assert main(["simulate", "--if-missing"]) == 0
    assert "written" in capsys.readouterr().out
    assert not (folder / UNFINISHED_LEAGUE).exists()
    assert main(["simulate", "--if-missing"]) == 0
    assert "The simulated league is at" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["statcast", "--start", "2024-04-02", "--end", "2024-04-01"], "give the earlier day first"),
        (["minors", "--season", "2999"], "has not begun"),
        (["rosters", "--date", "2999-02-28"], "lies after"),
    ],
)
def test_fetch_refuses_what_cannot_be_before_it_asks(home, capsys, arguments: list[str], problem: str) -> None:
    assert main(["fetch", *arguments]) == 2
    told = capsys.readouterr().err
    assert problem in told
    assert told.count("\n") == 1


def test_the_page_of_contracts_is_the_committed_one() -> None:
    docs = REPOSITORY / "docs"
    committed = [docs / INDEX, *(docs / TABLE_PAGES).iterdir()]
    texts = {path.relative_to(docs): path.read_text(encoding="utf-8") for path in committed}
    assert texts == contract_pages(), "run `fbm contracts`"
    assert [name for name in TABLES if f"({TABLE_PAGES}/{name}.md)" not in texts[Path(INDEX)]] == []
    assert {path.stem for path in texts if path.parent.name == TABLE_PAGES} == set(TABLES)


def test_contracts_deletes_the_pages_of_tables_that_are_gone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outdated = home / TABLE_PAGES / "features.gone.md"
    outdated.parent.mkdir()
    outdated.touch()
    assert main(["contracts", "--docs", str(home)]) == 0
    assert not outdated.exists()
    assert capsys.readouterr().out.split() == [str(home / path) for path in contract_pages()]
