"""Ctrl-C and SIGTERM end a command in seconds, in the middle of whatever it does; the next start goes on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from fbm_pipeline.settings import REPOSITORY, UNFINISHED_LEAGUE
from fbm_pipeline.simulated_league.league import write_league

PROMISED_S = 5.0  # on idle cores
SELECTION = 'key:"raw/*" or key:core/games'
DRIVER = (sys.executable, "-m", "fbm_pipeline.defs.materialize", "--select", SELECTION)

pytestmark = pytest.mark.timeout(900)  # minutes on a busy machine: whole processes are started


def limit_s() -> float:
    """What is promised, longer by as much as more processes than cores want to run."""
    return PROMISED_S * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def take_signals() -> None:
    """Ignored signals are inherited: a shell's job in the background ignores SIGINT, and Dagster then SIGTERM too."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> Iterator[tuple[subprocess.Popen, Path]]:
    """The command in a process group of its own, and the file of all that it prints; nothing of it outlives this."""
    said = folder / "said.txt"
    with said.open("w", encoding="utf-8") as out:
        child = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdout=out,
            stderr=out,
            start_new_session=True,
            cwd=REPOSITORY,
            preexec_fn=take_signals,
        )
    try:
        yield child, said
    finally:
        if alive(child.pid):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(text: str, said: Path, child: subprocess.Popen) -> None:
    while text not in said.read_text(encoding="utf-8"):
        assert child.poll() is None, f"ended before it said {text!r}:\n{said.read_text(encoding='utf-8')[-3000:]}"
        time.sleep(0.02)


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a run over the smallest league."""
    data = tmp_path / "league"
    write_league(data, first_season=2022, last_season=2023, first_statcast_season=2023, teams=2, games_per_team=6)
    return {
        "FBM_HOME": str(tmp_path),
        "FBM_DATA": str(data),
        "FBM_PRESET": "tiny",
        "FBM_COMMAND": "make demo",
    }


def statuses(home: Mapping[str, str]) -> list[dg.DagsterRunStatus]:
    with dg.DagsterInstance.from_config(str(Path(home["FBM_HOME"]) / "dagster")) as instance:
        return [run.status for run in instance.get_runs()]


def test_a_stopped_run_says_what_is_finished_and_the_next_start_goes_on(home: dict[str, str], tmp_path: Path) -> None:
    with started(DRIVER, home, tmp_path) as (child, said):
        wait_for("core/games ...", said, child)
        asked = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.wait(limit_s()) == 128 + signal.SIGINT
        assert time.monotonic() - asked < limit_s()
        end = said.read_text(encoding="utf-8").rpartition("Stopped by Ctrl-C after ")[2]
    assert "Finished and kept: " in end
    assert end.splitlines()[-1] == "To go on, the same command: make demo"
    assert statuses(home) == [dg.DagsterRunStatus.CANCELED]
    again = subprocess.run(DRIVER, env={**os.environ, **home}, capture_output=True, text=True, cwd=REPOSITORY)
    assert again.returncode == 0, again.stdout[-3000:] + again.stderr[-3000:]
    assert again.stdout.count(" unchanged ") >= 5  # the raw tables
    assert "core/games " in again.stdout
    assert statuses(home) == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.CANCELED]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_make_leaves_nothing_running(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C reaches the whole group of a terminal; SIGTERM only make, which passes it on."""
    if shutil.which("make") is None:
        pytest.skip("no make on this machine")
    demo = f"FBM_HOME={tmp_path} FBM_PRESET=tiny"
    command = ("make", "demo", "-o", ".venv/installed", f"BIN={Path(sys.executable).parent}", f"DEMO={demo}")
    with started(command, {}, tmp_path) as (make, said):
        wait_for("Writing the simulated league", said, make)
        asked = time.monotonic()
        if number is signal.SIGINT:
            os.killpg(make.pid, number)
        else:
            make.send_signal(number)
        assert make.wait(limit_s()) != 0
        while alive(make.pid):
            assert time.monotonic() - asked < limit_s()
            time.sleep(0.02)
        text = said.read_text(encoding="utf-8")
    assert "fbm simulate: stopped by" in text
    assert "To go on, the same command: make demo" in text
    assert "Traceback" not in text
    assert (tmp_path / "simulated_league" / UNFINISHED_LEAGUE).is_file()  # so that the next start writes it again


BUSY = {
    "a query": "import duckdb; duckdb.sql('select sum(a.range) from range(1000000) a, range(1000000) b').fetchall()",
    "a matrix product": "import numpy as np; a = np.ones((4000, 4000)); print([a := a @ a / 4000 for _ in range(999)])",
    "a lock": "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
}


@pytest.mark.parametrize("work", BUSY)
def test_work_that_never_comes_back_to_python_ends_too(tmp_path: Path, work: str) -> None:
    script = (
        "from fbm_pipeline.interruption import run_interruptibly\n"
        f"def work():\n    print('at work', flush=True)\n    {BUSY[work]}\n    return 0\n"
        "run_interruptibly(work, lambda reason: print(f'stopped by {reason}'))\n"
    )
    with started([sys.executable, "-c", script], {}, tmp_path) as (child, said):
        wait_for("at work", said, child)
        time.sleep(0.6)  # the import is over
        child.send_signal(signal.SIGTERM)
        assert child.wait(limit_s()) == 128 + signal.SIGTERM
        assert said.read_text(encoding="utf-8").endswith("stopped by SIGTERM\n")
