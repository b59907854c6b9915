"""Named places where a test may kill the process, to prove that what is left behind can be resumed.

FBM_CRASH_AT=<point> or <point>@<n> (the n-th passing, from 1) is read here and nowhere else. Unset costs nothing.
"""

import os
import signal
from collections import Counter

POINTS = (
    "store.files_written",  # the rows are on disk, nothing names them
    "store.announced",  # memories hold what was and what is to be, the log what was
    "store.committed",  # the log holds what is, memories both
    "store.remembered",  # of several partitions of one commit the first is remembered
    "checkpoint.files_written",  # tensors and card lie under a temporary name
    "checkpoint.renamed",  # the folder is complete, the pointer still names the one before
    "checkpoint.published",  # the pointer names the new folder, older ones not yet removed
    "training.step_done",  # between two checkpoints
)

_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Kill the process here, without any clean-up, when FBM_CRASH_AT asks for it.

    Raises KeyError for a point that is not registered in POINTS.
    """
    if name not in POINTS:
        raise KeyError(f"{name} is not a registered fault point; register it in POINTS and test it")
    wanted = os.environ.get("FBM_CRASH_AT")
    if not wanted:
        return
    point, _, passing = wanted.partition("@")
    if point != name:
        return
    _passed[name] += 1
    if _passed[name] == int(passing or 1):
        os.kill(os.getpid(), signal.SIGKILL)
