"""What many tests read is made once in a whole run: the first worker that asks makes it, the others wait for it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

# The folder of one run, which all of its workers see; conftest names it. A process outside pytest has one of its own.
FOLDER = "FBM_TEST_RUN"


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder that `make` filled, in whichever worker that was: to be read or copied, never written to."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="fbm_tests_")
    run = Path(os.environ[FOLDER])
    folder, finished = run / name, run / f"{name}.finished"
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file is closed, however that comes about
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            finished.touch()
    return folder


def copy_store(made: Path, root: Path) -> None:
    """A copy of a store, which knows its partitions as the original does."""
    shutil.copytree(made, root)
