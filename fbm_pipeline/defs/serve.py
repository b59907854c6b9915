"""`python -m fbm_pipeline.defs.serve`: Dagster's and MLflow's pages on this machine, until Ctrl-C or SIGTERM.

Started from Python and not from a shell's background: a child of `&` inherits an ignored SIGINT and then also
ignores SIGTERM, so that only `kill -9` would end it. Ports: FBM_DAGSTER_PORT and FBM_MLFLOW_PORT.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from types import FrameType

from fbm_pipeline.defs.home import prepare_home
from fbm_pipeline.settings import REPOSITORY, Settings, load_settings

HOST = "127.0.0.1"
PATIENCE_S = 20.0  # for a clean end, before a child is killed


def commands(settings: Settings, dagster_port: int, mlflow_port: int) -> dict[str, list[str]]:
    """What is started, by name."""
    workspace, artifacts = str(REPOSITORY / "workspace.yaml"), settings.mlflow_artifacts.as_uri()
    dagster = ["dagster", "dev", "--workspace", workspace, "--host", HOST, "--port", str(dagster_port)]
    mlflow = ["mlflow", "server", "--backend-store-uri", settings.mlflow_uri, "--default-artifact-root", artifacts]
    mlflow += ["--host", HOST, "--port", str(mlflow_port), "--workers", "1", "--uvicorn-opts", "--log-level warning"]
    python = [sys.executable, "-m"]
    return {"Dagster": [*python, *dagster, "--log-level", "warning"], "MLflow": [*python, *mlflow]}


def environment(settings: Settings) -> dict[str, str]:
    """The environment of the children: this one, with the settings and DAGSTER_HOME spelled out."""
    return {
        **os.environ,
        "FBM_HOME": str(settings.home),
        "FBM_DATA": str(settings.data),
        "FBM_PRESET": settings.preset.name,
        "FBM_DEVICE": settings.device,
        "DAGSTER_HOME": str(prepare_home(settings)),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_LOGGING_LEVEL": "WARNING",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # its queues judge language models; they take 700 MB
        "PYTHONWARNINGS": "ignore",  # Dagster announces its next command line on every start
    }


def serve(settings: Settings, ports: Mapping[str, int]) -> int:
    """Run both until a signal, or until one of them ends by itself: then the other ends too and 1 is returned."""
    stopping: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    settings.mlflow_artifacts.mkdir(parents=True, exist_ok=True)
    # Not in the repository: Dagster would warn that the dagster.yaml there is not the one in force.
    children = {
        name: subprocess.Popen(command, cwd=settings.home, env=environment(settings), start_new_session=True)
        for name, command in commands(settings, ports["Dagster"], ports["MLflow"]).items()
    }
    for name in children:
        print(f"{name:<8} http://{HOST}:{ports[name]}", flush=True)
    try:
        while not stopping and all(child.poll() is None for child in children.values()):
            time.sleep(0.2)
        ended = [name for name, child in children.items() if child.poll() is not None]
    finally:
        _end(children)
    if ended:
        print(f"{', '.join(ended)} ended by itself; its last lines above say why", file=sys.stderr)
    return 1 if ended else 0


def _end(children: Mapping[str, subprocess.Popen]) -> None:
    """Ask each child to end, and end its whole process group when it does not in time."""
    for child in children.values():
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
    deadline = time.monotonic() + PATIENCE_S
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def main() -> int:
    ports = {
        "Dagster": int(os.environ.get("FBM_DAGSTER_PORT", "3000")),
        "MLflow": int(os.environ.get("FBM_MLFLOW_PORT", "5000")),
    }
    return serve(load_settings(), ports)


if __name__ == "__main__":
    sys.exit(main())
