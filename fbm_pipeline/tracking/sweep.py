"""The sweep over MLflow runs whose process is gone: a killed training cannot close its own run."""

import os
import platform
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient

OWNER_TAG = "fbm.owner"  # host and process of whoever writes a run


def owner() -> str:
    return f"{platform.node()}:{os.getpid()}"


def close_stale_runs(client: "MlflowClient", experiment: str) -> list[str]:
    """Mark RUNNING runs of this machine KILLED when the process that wrote them is gone; returns their ids.

    A run of another machine is left alone: from here nobody can see whether it lives.
    """
    running = client.search_runs([experiment], "attributes.status = 'RUNNING'", max_results=1000)
    stale = [run.info.run_id for run in running if _is_gone(run.data.tags.get(OWNER_TAG, ""))]
    for run_id in stale:
        client.set_terminated(run_id, "KILLED")
    return stale


def _is_gone(tag: str) -> bool:
    host, _, process = tag.rpartition(":")
    if host != platform.node() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's process: it lives
        return False
    return False
