"""Ctrl-C and SIGTERM end a command within seconds, whatever it is computing at that moment.

The work runs in a thread of its own while the main thread waits: Python runs signal handlers in the main thread only,
and a query, a matrix product or a fit in C would hold one up for minutes. The process then ends by `os._exit`: tables
are committed and files replaced whole, so that what was half written is never read. Not here: what is said at the end.
"""

import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

FAREWELL_S = 3.0  # for what is said and recorded at the end; the process goes when it is over, done or not
_POLL_S = 0.2
_STACK_BYTES = 64 * 2**20  # a thread's default can be far below the main thread's
_NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}

Farewell = Callable[[str], None]


def run_interruptibly(work: Callable[[], int], farewell: Farewell) -> int:
    """Run `work` and return its exit status, or raise what it raised.

    On SIGINT or SIGTERM `farewell` is called with the signal's name for people, for at most FAREWELL_S seconds; then
    the process ends with 128 plus the signal's number. A second signal ends it at once. To be called in the main
    thread, and only for a process of its own.
    """
    signals: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if signals:
            os._exit(128 + number)
        signals.append(number)

    for kind in _NAMES:
        signal.signal(kind, note)
    outcome = _Outcome(work)
    worker = _start(outcome.run)
    while worker.is_alive() and not signals:
        worker.join(_POLL_S)
    if not signals:
        return outcome.status()
    number = signals[0]
    _start(lambda: _end(farewell, _NAMES[signal.Signals(number)])).join(FAREWELL_S)
    os._exit(128 + number)


def same_command(arguments: list[str]) -> str:
    """What a person types to go on: FBM_COMMAND, which the Makefile sets, or the arguments of this process."""
    return os.environ.get("FBM_COMMAND") or shlex.join(arguments)


class _Outcome:
    """What the work returned or raised, carried from its thread to the main one."""

    def __init__(self, work: Callable[[], int]) -> None:
        self._work = work
        self._status = 0
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._status = self._work()
        except BaseException as error:
            self._error = error

    def status(self) -> int:
        if self._error is not None:
            raise self._error
        return self._status


def _start(target: Callable[[], None]) -> threading.Thread:
    before = threading.stack_size(_STACK_BYTES)
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    threading.stack_size(before)
    return thread


def _end(farewell: Farewell, signal_name: str) -> None:
    farewell(signal_name)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # the reader at the other end of the pipe is gone
            continue
