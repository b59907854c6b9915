"""The observer against a real MLflow store in a folder, and against a tracker that is away."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.tracking import mlflow_observer
from fbm_pipeline.tracking.mlflow_observer import open_run
from fbm_pipeline.tracking.mlflow_store import connect, experiment_id
from fbm_pipeline.tracking.sweep import OWNER_TAG, close_stale_runs


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("home")
    return Settings(home=home, data=home / "league", preset=PRESETS["large"])


def _runs(settings: Settings, key: str) -> list:
    client = connect(settings)
    return client.search_runs([experiment_id(client, settings)], f"tags.`fbm.run_key` = '{key}'")


def test_a_run_holds_what_training_said(settings: Settings, tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text("{}", encoding="utf-8")
    with open_run(settings, kind="encoder", run_key="whole", tags={"fbm.code": "abc"}) as observer:
        observer.log_params({"width": 32, "long": "x" * 9000})
        observer.log_metrics({"loss": 1.5, "other": float("nan")}, step=0)
        observer.log_metrics({"loss": 1.25}, step=1)
        observer.log_artifact(card)
        url = observer.url
    (run,) = _runs(settings, "whole")
    assert run.info.status == "FINISHED"
    assert url is not None
    assert url.endswith(f"/runs/{run.info.run_id}")
    assert run.data.params["width"] == "32"
    assert run.data.params["preset.seed"] == str(settings.preset.seed)
    assert run.data.tags["fbm.code"] == "abc"
    assert run.data.metrics["loss"] == 1.25
    assert (settings.mlflow_artifacts / run.info.run_id / "artifacts" / "card.json").is_file()
    assert observer.problems == []


def test_a_failed_training_closes_its_run_as_failed_and_raises(settings: Settings) -> None:
    def train() -> None:
        with open_run(settings, kind="encoder", run_key="fails", tags={}) as observer:
            observer.log_params({"width": 1})
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        train()
    assert [run.info.status for run in _runs(settings, "fails")] == ["FAILED"]


def test_a_resumed_run_has_one_history_without_repeats(settings: Settings) -> None:
    for steps in (range(3), range(1, 5)):  # the second attempt repeats steps 1 and 2 from its checkpoint
        with open_run(settings, kind="network", run_key="resumed", tags={}) as observer:
            observer.log_params({"width": 8})
            for step in steps:
                observer.log_metrics({"loss": float(step)}, step=step)
        assert observer.problems == []
    (run,) = _runs(settings, "resumed")
    history = connect(settings).get_metric_history(run.info.run_id, "loss")
    assert sorted(point.step for point in history) == [0, 1, 2, 3, 4]


def test_a_changed_parameter_is_reported_and_the_first_value_kept(settings: Settings) -> None:
    for width in (8, 9):
        with open_run(settings, kind="network", run_key="changed", tags={}) as observer:
            observer.log_params({"width": width})
    assert "width" in observer.problems[0]
    assert _runs(settings, "changed")[0].data.params["width"] == "8"


def test_nothing_recorded_makes_no_run(settings: Settings) -> None:
    with open_run(settings, kind="network", run_key="idle", tags={}) as observer:
        pass
    assert observer.url is None
    assert _runs(settings, "idle") == []


def test_records_wait_while_the_tracker_is_away_and_arrive_in_order(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = iter(range(3))

    def flaky(of: Settings) -> object:
        if next(refusals, None) is not None:
            raise ConnectionError("the tracker is away")
        return connect(of)

    monkeypatch.setattr(mlflow_observer, "connect", flaky)
    with open_run(settings, kind="network", run_key="away", tags={}) as observer:
        for step in range(5):
            observer.log_metrics({"loss": float(step)}, step=step)
    assert len(observer.problems) == 3
    assert observer.unsent == 0
    (run,) = _runs(settings, "away")
    history = connect(settings).get_metric_history(run.info.run_id, "loss")
    assert sorted(point.step for point in history) == [0, 1, 2, 3, 4]
    assert run.info.status == "FINISHED"


def test_a_tracker_that_never_comes_back_loses_no_training(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(of: Settings) -> object:
        raise ConnectionError("the tracker is away")

    monkeypatch.setattr(mlflow_observer, "connect", away)
    monkeypatch.setattr(mlflow_observer, "_LAST_PAUSES", (0.0,))
    with open_run(settings, kind="network", run_key="gone", tags={}) as observer:
        observer.log_metrics({"loss": 1.0}, step=0)
    assert observer.unsent == 2  # the metrics and the end of the run
    assert observer.url is None
    assert "did not take 2 records of gone" in caplog.text


def _run_of(settings: Settings, owner: str) -> str:
    client = connect(settings)
    return str(client.create_run(experiment_id(client, settings), tags={OWNER_TAG: owner}).info.run_id)


def _dead_process() -> int:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    return child.pid


def test_the_sweep_closes_only_runs_whose_process_is_gone(settings: Settings) -> None:
    client = connect(settings)
    host = platform.node()
    owners = {"dead": f"{host}:{_dead_process()}", "alive": f"{host}:{os.getpid()}", "elsewhere": "far-away:1"}
    runs = {name: _run_of(settings, owner) for name, owner in owners.items()}
    experiment = experiment_id(client, settings)
    assert close_stale_runs(client, experiment) == [runs["dead"]]
    states = {name: client.get_run(run_id).info.status for name, run_id in runs.items()}
    assert states == {"dead": "KILLED", "alive": "RUNNING", "elsewhere": "RUNNING"}
    assert close_stale_runs(client, experiment) == []


def test_opening_a_run_sweeps_what_a_killed_training_left(settings: Settings) -> None:
    left = _run_of(settings, f"{platform.node()}:{_dead_process()}")
    with open_run(settings, kind="network", run_key="next", tags={}) as observer:
        observer.log_params({"width": 8})
    assert connect(settings).get_run(left).info.status == "KILLED"
