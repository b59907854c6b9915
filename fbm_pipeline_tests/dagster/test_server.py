"""The server of `make dev`, started as it starts and driven over GraphQL: assets, a launched run, the sensors."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fbm_pipeline.simulated_league.league import write_league

PATIENCE_S = 180
ASSETS = "{ assetNodes { assetKey { path } isPartitioned opNames } }"
SENSORS = """
{ sensorsOrError(
    repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "fbm_pipeline.definitions"})
  { ... on Sensors { results { name sensorState { status } } } } }
"""
LAUNCH = """
mutation launch($params: ExecutionParams!) { launchPipelineExecution(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  ... on RunConfigValidationInvalid { errors { message } } } }
"""
RUN = "query run($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"

pytestmark = pytest.mark.timeout(600)  # minutes on a busy machine: whole processes are started


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The two pages over a home of their own."""

    def __init__(self, home: Path) -> None:
        self.dagster, self.mlflow = _free_port(), _free_port()
        environment = {
            **os.environ,
            "FBM_HOME": str(home),
            "FBM_DATA": str(home / "league"),
            "FBM_PRESET": "tiny",
            "FBM_DAGSTER_PORT": str(self.dagster),
            "FBM_MLFLOW_PORT": str(self.mlflow),
        }
        self.log = home / "server.log"
        with self.log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fbm_pipeline.defs.serve"], env=environment, stdout=log, stderr=log
            )

    def ask(self, query: str, **variables: object) -> dict:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.dagster}/graphql",
            data=json.dumps({"query": query, "variables": variables}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())["data"]

    def wait(self, what: str, attempt: Callable[[], object]) -> object:
        """The first true answer of `attempt`; what the server printed when there is none in time."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                answer = attempt()
            except OSError:
                answer = None
            if answer:
                return answer
            time.sleep(0.5)
        raise AssertionError(f"no {what} in {PATIENCE_S} s:\n{self.log.read_text(encoding='utf-8')[-4000:]}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    write_league(
        home / "league", first_season=2022, last_season=2023, first_statcast_season=2023, teams=2, games_per_team=6
    )
    started = Server(home)
    yield started
    if started.process.poll() is None:
        started.process.kill()


def test_the_server_of_make_dev_over_graphql(server: Server) -> None:
    nodes = server.wait("assets", lambda: server.ask(ASSETS)["assetNodes"])
    assert isinstance(nodes, list)
    assert {"raw/lahman_people", "core/pitches", "publish/projections"} <= {
        "/".join(node["assetKey"]["path"]) for node in nodes
    }
    _launch_and_wait(server)
    states = server.wait("sensors", lambda: server.ask(SENSORS)["sensorsOrError"]["results"])
    assert isinstance(states, list)
    assert {item["name"]: item["sensorState"]["status"] for item in states} == {
        "follow_changed_inputs": "RUNNING",
        "incident_file": "RUNNING",
    }
    server.wait("MLflow page", lambda: urllib.request.urlopen(f"http://127.0.0.1:{server.mlflow}/", timeout=10).status)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=60) == 0
    with pytest.raises(OSError, match="refused"):
        server.ask(ASSETS)


def _launch_and_wait(server: Server) -> None:
    selector = {
        "repositoryName": "__repository__",
        "repositoryLocationName": "fbm_pipeline.definitions",
        "pipelineName": "full_pipeline",
        "assetSelection": [{"path": ["raw", "lahman_people"]}],
    }
    launched = server.ask(LAUNCH, params={"selector": selector, "mode": "default"})["launchPipelineExecution"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]

    def ended() -> str | None:
        status = server.ask(RUN, id=run_id)["runOrError"]["status"]
        return status if status in ("SUCCESS", "FAILURE", "CANCELED") else None

    assert server.wait("end of the run", ended) == "SUCCESS"
    latest = server.ask(
        '{ assetNodeOrError(assetKey: {path: ["raw", "lahman_people"]}) { ... on AssetNode '
        "{ assetMaterializations(limit: 1) { metadataEntries { label ... on IntMetadataEntry { intValue } } } } } }"
    )["assetNodeOrError"]["assetMaterializations"][0]
    rows = {entry["label"]: entry.get("intValue") for entry in latest["metadataEntries"]}
    assert rows["dagster/row_count"] > 0
