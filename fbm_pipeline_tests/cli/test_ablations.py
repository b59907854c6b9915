"""`fbm ablations` on a small store: the list, a run, the same again without a fit, and refusals of one line."""

from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.ablations import comparison, network_cells
from fbm_pipeline.cli import main as command_line
from fbm_pipeline.cli.ablations import seasons_given
from fbm_pipeline.results.files import table_path
from fbm_pipeline.settings import Settings, SettingsError
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.tracking import ablations as tracked
from fbm_pipeline.tracking import mlflow_observer
from fbm_pipeline_tests.ablations.conftest import settings_at
from fbm_pipeline_tests.ablations.invented import write_lines
from fbm_pipeline_tests.level1.small_store import write_small_store

ASKED = ["ablations", "no_sequence", "--player-type", "batter"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_at(tmp_path_factory.mktemp("home"))
    store = Store(settings.store_root, TABLES)
    write_small_store(store)
    write_lines(store, 2018, 2021)
    return settings


@pytest.fixture(autouse=True)
def _tracker_away(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(of: Settings) -> object:
        raise ConnectionError("the tracker is away")

    monkeypatch.setattr(command_line, "load_settings", lambda: home)
    monkeypatch.setattr(comparison, "MIN_PLAYERS", 5)  # the small store's batters are twelve
    monkeypatch.setattr(mlflow_observer, "connect", away)
    monkeypatch.setattr(tracked, "connect", away)
    monkeypatch.setattr(mlflow_observer, "_LAST_PAUSES", (0.0,))


def test_the_list_says_what_each_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["ablations", "--list"]) == 0
    shown = capsys.readouterr().out
    assert "no_sequence" in shown
    assert "sequence=none" in shown
    assert "outcome_bias=True" in shown
    assert "the network of phase 5 top over the preset" in shown
    assert "not yet" not in shown
    assert "network_inputs (2)" in shown


def test_run_print_write_and_run_again_without_a_fit(
    home: Settings, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command_line.main([*ASKED, "--no-run", "--docs", str(tmp_path)]) == 1
    assert "not compared: no_sequence batter: cells of it or of network" in capsys.readouterr().out
    assert command_line.main([*ASKED, "--docs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "2 cells, 2 computed now" in shown
    assert "no_sequence less network, full, 2021, 1 seed(s)" in shown
    assert "1 new looks at test seasons" in shown
    written = pd.read_parquet(table_path(home, "ablations"))
    assert set(written["verdict"]) <= {"better", "worse", "undecided"}
    assert set(written["data"]) == {"real"}
    assert len(written) == len(written["stat"].unique()) > 5
    looks = pd.read_csv(tmp_path / "results" / "looks.csv")
    assert looks[["system", "look"]].to_numpy().tolist() == [["ablation no_sequence", 1]]

    monkeypatch.setattr(network_cells, "run_fold", None)
    for more in ([], ["--no-run"]):
        assert command_line.main([*ASKED, *more, "--docs", str(tmp_path)]) == 0
        assert "2 cells, 0 computed now" in capsys.readouterr().out
    assert pd.read_parquet(table_path(home, "ablations")).equals(written)
    assert pd.read_csv(tmp_path / "results" / "looks.csv").equals(looks)


def test_rows_of_other_plans_stay(home: Settings, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert command_line.main([*ASKED, "--docs", str(tmp_path)]) == 0
    file = table_path(home, "ablations")
    rows = pd.read_parquet(file)
    pd.concat([rows, rows.assign(plan="another")]).to_parquet(file, index=False)
    assert command_line.main([*ASKED, "--docs", str(tmp_path)]) == 0
    again = pd.read_parquet(file)
    assert len(again) == 2 * len(rows)
    assert set(again["plan"]) == {rows["plan"].iloc[0], "another"}
    pd.DataFrame({"player": ["Somebody"]}).to_parquet(file)
    before = file.read_bytes()
    assert command_line.main([*ASKED, "--docs", str(tmp_path)]) == 2
    assert "another program" in capsys.readouterr().err
    assert file.read_bytes() == before
    file.unlink()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no_such"], "'no_such' is not registered"),
        (["unfreeze_all"], "core.pitches, core.plate_appearance_details, never written; materialize them first"),
        (["--plan", "no_such"], "name one of the plans"),
        (["no_sequence", "--seasons", "2017"], "network batter 2017 cannot be run"),
        (["no_sequence", "--seasons", "late"], "neither a range such as 2010-2017"),
    ],
)
def test_refusals_are_one_line(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["ablations", *arguments]) == 2
    shown = capsys.readouterr().err
    assert told in shown
    assert shown.count("\n") == 1


def test_seasons_are_a_range_or_a_list() -> None:
    assert seasons_given("2018-2021") == [2018, 2019, 2021]  # the short season is nobody's target
    assert seasons_given("2019,2021") == [2019, 2021]
    assert seasons_given("2019") == [2019]
    assert seasons_given(None) == []
    with pytest.raises(SettingsError):
        seasons_given("2019-2018")
