"""The law of the trainer: whatever is trained, killed anywhere and started again, comes out to the last bit."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fbm_pipeline.faultpoints import POINTS
from fbm_pipeline_tests.nn.trainings import TRAININGS, write_seasons

# All places where the trainer can be killed, and for the dearer trainings one within a save and one between two.
ALL = (
    "checkpoint.files_written@1",
    "checkpoint.files_written@3",
    "checkpoint.renamed@2",
    "checkpoint.published@3",
    "training.step_done@3",
)
TWO = ("checkpoint.renamed@2", "training.step_done@3")
CRASHES = {name: ALL if name == "network" else TWO for name in TRAININGS}
# One process imports everything and hashes all code once, and forks a child for each crash. It has one thread: what
# other threads hold when a process forks is held for ever in the child.
KILLED = """
import os, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from fbm_pipeline.level1.tables import ENCODER
from fbm_pipeline.player_vectors.tables import DECODER
from fbm_pipeline.store.code import code_key
from fbm_pipeline_tests.nn.test_kill_and_resume import CRASHES
from fbm_pipeline_tests.nn.trainings import TRAININGS
seasons, homes = Path(sys.argv[1]), Path(sys.argv[2])
code_key(*ENCODER.functions), code_key(*DECODER.functions)
TRAININGS["network"](seasons, homes / "imports")
for name, train in TRAININGS.items():
    for point in CRASHES[name]:
        child = os.fork()
        if not child:
            os.environ["FBM_CRASH_AT"] = point
            train(seasons, homes / name / point)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_every_fault_point_has_a_crash() -> None:
    assert {point.partition("@")[0] for point in ALL} == {name for name in POINTS if not name.startswith("store.")}


@pytest.fixture(scope="module")
def seasons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("seasons")
    write_seasons(root)
    return root


@pytest.fixture(scope="module")
def killed(seasons: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the home of each training killed at each point."""
    homes = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-c", KILLED, str(seasons), str(homes)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.stdout.split() == [str(-signal.SIGKILL)] * sum(map(len, CRASHES.values())), done.stderr
    return homes


@pytest.mark.parametrize("name", TRAININGS)
def test_killed_and_resumed_is_the_same_to_the_last_bit(name: str, seasons: Path, killed: Path, tmp_path: Path) -> None:
    straight = TRAININGS[name](seasons, tmp_path)
    for point in CRASHES[name]:
        assert TRAININGS[name](seasons, killed / name / point) == straight, point
        assert list((killed / name / point).rglob(".step-*")) == [], "what a kill left half-written"
