"""The whole graph on a small simulated league by the driver, twice: all of it is made once, and nothing again."""

import contextlib
import io
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver
from dagster._core.event_api import EventLogRecord
from dagster._core.loader import LoadingContextForTest
from deltalake import DeltaTable

from fbm_pipeline.cli.main import main, parser
from fbm_pipeline.definitions import defs
from fbm_pipeline.defs import materialize
from fbm_pipeline.network.fold_training import run_fold
from fbm_pipeline.network.projection import project, projection_inputs
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.nn.trainer import require_finished
from fbm_pipeline.presets.network import PHASES, phases
from fbm_pipeline.settings import REPOSITORY, Settings, load_settings
from fbm_pipeline.simulated_league.league import write_league
from fbm_pipeline.store.code import Symbol, closure
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.syntax import load
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.tracking.mlflow_store import connect, experiment_id
from fbm_pipeline_tests.dagster.readme_commands import GATE, PARSED_ONLY, example, shown_commands

# What runs in builds beside their own code: the store counts by its version, and who prints progress makes no rows.
KNOWN_OTHERWISE = ("store/", "defs/progress.py")

pytestmark = pytest.mark.timeout(1800)  # minutes on a busy machine: whole processes are started


def environment_of(settings: Settings) -> dict[str, str]:
    return {
        "FBM_HOME": str(settings.home),
        "FBM_DATA": str(settings.data),
        "FBM_PRESET": settings.preset.name,
    }


def run_traced(settings: Settings, noted: Path) -> subprocess.CompletedProcess:
    """The driver in a process of its own, which writes into `noted` what ran while each table was made."""
    environment = {**os.environ, **environment_of(settings)}
    command = [sys.executable, "-m", "fbm_pipeline_tests.dagster.traced_run", str(noted)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1500, cwd=REPOSITORY)


def run_driver(settings: Settings, *arguments: str) -> subprocess.CompletedProcess:
    """The driver in this process, which has imported everything already, and without its signal handlers."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        for name, value in {**environment_of(settings), "DAGSTER_HOME": str(settings.dagster_home)}.items():
            patch.setenv(name, value)
        patch.setattr(materialize, "run_interruptibly", lambda work, farewell: work())
        status = materialize.main(arguments)
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())


def settings_of(home: Path) -> Settings:
    return load_settings({"FBM_HOME": str(home), "FBM_DATA": str(home / "league"), "FBM_PRESET": "tiny"})


@dataclass(frozen=True)
class Runs:
    """What two runs over the same league left: their output, the tables' versions, what automation asked for."""

    settings: Settings
    first: subprocess.CompletedProcess
    second: subprocess.CompletedProcess
    called: dict[str, list[tuple[str, int, str]]]  # by table, the functions of ours that ran while it was made
    versions: tuple[dict[str, int], dict[str, int]]
    requested: int


def _versions(settings: Settings) -> dict[str, int]:
    logs = settings.store_root.glob("*/*/_delta_log")
    return {str(log.parent.relative_to(settings.store_root)): DeltaTable(str(log.parent)).version() for log in logs}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    settings = settings_of(tmp_path_factory.mktemp("home"))
    write_league(
        settings.data, first_season=2021, last_season=2024, first_statcast_season=2023, teams=4, games_per_team=56
    )
    noted = settings.home / "called.json"
    first = run_traced(settings, noted)
    assert first.returncode == 0, first.stdout[-3000:] + first.stderr[-3000:]
    before = _versions(settings)
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        tick = dg.evaluate_automation_conditions(defs, instance)
        second = run_driver(settings)
        asked = dg.evaluate_automation_conditions(defs, instance, cursor=tick.cursor).total_requested
    called = json.loads(noted.read_text(encoding="utf-8"))
    return Runs(settings, first, second, called, (before, _versions(settings)), tick.total_requested + asked)


@pytest.fixture
def instance(runs: Runs) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(runs.settings.dagster_home)) as opened:
        yield opened


def test_every_asset_is_materialized_and_every_check_passes(runs: Runs, instance: dg.DagsterInstance) -> None:
    graph = defs.resolve_asset_graph()
    absent = [
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if instance.get_latest_materialization_event(key) is None
    ]
    # The simulator writes no pitches of single days; ablations are for a person to ask for.
    assert sorted(absent) == ["evaluation/ablations", "raw/partial_pitches"]
    assert {run.status for run in instance.get_runs()} == {dg.DagsterRunStatus.SUCCESS}
    history = instance.event_log_storage.get_asset_check_execution_history
    assert [key for key in graph.asset_check_keys if not history(key, 1)] == []
    assert "FAILED" not in runs.first.stdout


def test_the_terminal_shows_each_step_and_where_things_are(runs: Runs) -> None:
    record = json.loads((runs.settings.home / "run.json").read_text(encoding="utf-8"))
    steps = len(record["steps"])
    assert f"[{steps:3d}/{steps}]" in runs.first.stdout
    for step in record["steps"]:
        assert step in runs.first.stdout
    assert record["success"]
    assert 100 < record["peak_mb"] < 4000
    for place in (runs.settings.exports, runs.settings.catalog, "http://127.0.0.1:3000", "http://127.0.0.1:5000"):
        assert str(place) in runs.first.stdout
    assert runs.first.stderr == ""


def test_projections_report_and_catalog_can_be_opened(runs: Runs) -> None:
    settings = runs.settings
    assert (settings.exports / "projections_2025.csv").stat().st_size > 0
    assert "projections" in (settings.report / "projections_2025.html").read_text(encoding="utf-8").lower()
    with duckdb.connect(str(settings.catalog), read_only=True) as catalog:
        rows = catalog.execute("select system, count(*) from publish.projections group by all").fetchall()
    assert {system for system, _ in rows} == {
        "marcel_classic",
        "marcel",
        "ridge",
        "control",
        "control_parks",
        "control_physics",
        "ridge_minors",
        "control_minors",
        "control_full",
        "mle",
        "contextual",
        "ensemble",
    }


@pytest.mark.parametrize("command", shown_commands())
def test_a_command_of_the_readme_works_as_shown(
    runs: Runs, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of `fbm` run over the finished home, into a docs folder of their own; make says what it would run."""
    words = example(command, tmp_path)
    if words[0] == "make":
        subprocess.run(["make", "--dry-run", *words[1:]], cwd=REPOSITORY, check=True, capture_output=True)
        return
    assert words[0] == "fbm", f"{command}: README shows a program that the project does not install"
    if any(command.startswith(shown) for shown in PARSED_ONLY):
        parser().parse_args(words[1:])
        return
    for name, value in environment_of(runs.settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs" / "results").mkdir(parents=True)
    status = main(words[1:])
    said = capsys.readouterr()
    assert said.err == ""
    assert status == 0 or (status == 1 and command.startswith(GATE))
    assert said.out


def test_a_second_run_writes_nothing(runs: Runs) -> None:
    assert runs.second.returncode == 0, runs.second.stdout[-3000:] + runs.second.stderr[-3000:]
    assert runs.versions[0] == runs.versions[1]
    assert " written " not in runs.second.stdout
    assert " trained " not in runs.second.stdout
    steps = [line for line in runs.second.stdout.splitlines() if "  total " in line]
    again = {line.split("]")[1].split()[0] for line in steps if " unchanged " not in line}
    assets = {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}
    # The files that people open are written every time; this source is not there.
    assert again & assets == {"publish/catalog", "publish/report", "results/browser", "raw/partial_pitches"}
    # A check that read a table before its other player type was made asks once more.
    assert not any(step.startswith("future_appended") for step in again)
    assert len(again) < len(steps) / 4


def test_what_runs_while_a_table_is_made_is_in_its_code_key(runs: Runs) -> None:
    """Otherwise a change of it would leave the table as it was."""
    assert set(runs.called) >= {name for name, table in TABLES.items() if table.build}
    forgotten = {
        f"{table}: {file}:{line} {name}"
        for table, called in runs.called.items()
        for file, line, name in called
        if not file.startswith(KNOWN_OTHERWISE) and owner_of(file, line) not in closure(*TABLES[table].functions)
    }
    assert forgotten == set()


def owner_of(file: str, line: int) -> Symbol | None:
    """The symbol at a module's top level that a line of it belongs to; None for one that binds no name."""
    module = "fbm_pipeline." + file.removesuffix(".py").replace("/", ".")
    for name, nodes in load(module).bindings.items():
        for node in nodes:
            first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
            if first <= line <= (node.end_lineno or first):
                return Symbol(module, name)
    return None


def latest_records(instance: dg.DagsterInstance) -> Callable[..., EventLogRecord | None]:
    """Dagster's question for the latest record of a partition, asked once of each: it asks eight thousand times."""
    ask = instance.get_latest_data_version_record
    ask_once = cache(ask)

    def latest(
        key: dg.AssetKey,
        is_source: bool | None = None,
        partition_key: str | None = None,
        before_cursor: int | None = None,
        after_cursor: int | None = None,
    ) -> EventLogRecord | None:
        if before_cursor is not None:
            return ask(key, is_source, partition_key, before_cursor, after_cursor)
        record = ask_once(key, is_source, partition_key)
        return record if record and record.storage_id > (after_cursor or 0) else None

    return latest


def test_nothing_is_stale_and_automation_asks_for_nothing(
    runs: Runs, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = defs.resolve_asset_graph()
    monkeypatch.setattr(instance, "get_latest_data_version_record", latest_records(instance))
    resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
    stale = {
        f"{key.to_user_string()} {season or ''}": [cause.reason for cause in resolver.get_stale_causes(key, season)]
        for key in graph.get_all_asset_keys()
        for season in (map(str, range(2021, 2026)) if graph.get(key).is_partitioned else [None])
        if resolver.get_status(key, season).value == "STALE"
    }
    assert stale == {}
    assert runs.requested == 0


def test_level1_is_measured_in_every_section(runs: Runs) -> None:
    store = Store(runs.settings.store_root, TABLES)
    with session(store) as connection:
        sections = connection.execute("select distinct section from evaluation.level1 order by 1").fetchall()
        arms = connection.execute("select distinct arm from evaluation.level1 where section = 'useful'").fetchall()
        dates = connection.execute(
            "select count(*) from models.player_vectors where last_season >= season or as_of != make_date(season, 3, 1)"
        ).fetchone()
    assert [name for (name,) in sections] == ["collapse", "decoder", "pretraining", "useful"]
    assert {"control", "context", "vectors_on_top", "masked_averaged"} <= {name for (name,) in arms}
    assert dates == (0,)


def test_each_training_and_backtest_is_one_finished_mlflow_run(runs: Runs) -> None:
    client = connect(runs.settings)
    found = client.search_runs([experiment_id(client, runs.settings)])
    kinds = sorted(run.data.tags["fbm.kind"] for run in found)
    trained = ["decoder"] * 2 + ["encoder"] * 3 + ["network"] * 4
    assert kinds == ["backtest", "backtest", *trained]
    assert {run.info.status for run in found} == {"FINISHED"}
    for run in found:
        assert run.data.metrics, run.data.tags
        assert run.data.params["preset.seed"] == str(runs.settings.preset.seed)
        assert len(run.data.tags["fbm.data_hash"]) == 64


@pytest.mark.parametrize(
    ("asset", "kind"),
    [("batter/network", "network"), ("models/encoder", "encoder"), ("evaluation/backtest", "backtest")],
)
def test_the_address_of_its_mlflow_run_stands_beside_it_also_when_skipped(
    runs: Runs, instance: dg.DagsterInstance, asset: str, kind: str
) -> None:
    event = instance.get_latest_materialization_event(dg.AssetKey(asset.split("/")))
    assert event is not None
    assert event.asset_materialization is not None
    address = event.asset_materialization.metadata["MLflow run"].value
    run_id = str(address).rsplit("/", 1)[-1]
    assert connect(runs.settings).get_run(run_id).data.tags["fbm.kind"] == kind


def test_a_folder_without_data_ends_with_what_to_do(tmp_path: Path) -> None:
    done = run_driver(settings_of(tmp_path))
    assert done.returncode == 2
    assert "fbm simulate" in done.stderr


def test_a_failed_asset_is_named_with_its_reason(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    (settings.data / "lahman").mkdir(parents=True)
    (settings.data / "lahman" / "People.csv").write_text("<html>not found</html>", encoding="utf-8")
    done = run_driver(settings, "--seasons", "2024", "--select", "key:raw/lahman_people")
    assert done.returncode == 1
    assert "raw/lahman_people failed" in done.stderr
    assert "People.csv" in done.stderr
    assert not json.loads((settings.home / "run.json").read_text(encoding="utf-8"))["success"]


def test_a_range_that_is_none_is_refused(tmp_path: Path) -> None:
    done = run_driver(settings_of(tmp_path), "--seasons", "2024-2021")
    assert done.returncode == 2
    assert "2021-2024" in done.stderr


@pytest.mark.parametrize("name", PHASES)
def test_every_phase_of_the_roadmap_trains_an_epoch(runs: Runs, name: str, tmp_path: Path) -> None:
    settings, network = runs.settings, phases(runs.settings.preset.network)[name]
    store = Store(settings.store_root, TABLES)
    card = run_fold(store, settings, network, "batter", 2024, tmp_path, NullObserver())
    assert [epoch["validation_nll_marcel"] for epoch in card.history] == [card.marcel_nll] * 2
    assert math.isfinite(card.history[-1]["train_loss"])
    finished = require_finished(card.folder.parent)
    projected = project(projection_inputs(store, settings, network, "batter", 2024, finished))
    assert set(projected.windows.season.tolist()) == {2023, 2024}
    assert ((projected.read.rate >= 0) & (projected.read.rate <= 1)).all()
    # The phase's own folder holds it: asked again, nothing is trained.
    assert run_fold(store, settings, network, "batter", 2024, tmp_path, NullObserver()).skipped
