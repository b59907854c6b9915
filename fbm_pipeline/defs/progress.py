"""What a terminal shows while a run goes on: one line for each asset or check, with rows and seconds.

Belongs here: turning Dagster's events into lines and seconds. Not here: starting a run.
"""

import logging
import time
from typing import TextIO

import dagster as dg


class Progress:
    """A listener to the events of one run of `steps` steps, in one process and so one step at a time."""

    def __init__(self, steps: int, out: TextIO) -> None:
        self.seconds: dict[str, float] = {}
        self.failures: dict[str, str] = {}
        self.unchanged: set[str] = set()  # steps whose every partition had been made from the same inputs
        self._steps = steps
        self._out = out
        self._transient = out.isatty()
        self._current: str | None = None
        self._closed = False
        self._began = time.monotonic()
        self._step_began = self._began
        self._rows: int | None = None
        self._seasons = 0
        self._notes: list[str] = []

    def see(self, entry: dg.EventLogEntry) -> None:
        """Take one event of the run; called by the instance as it is written."""
        event = entry.dagster_event
        if event is None or event.step_key is None:
            return
        step = event.step_key
        if event.is_step_start:
            self._start(step)
        elif event.is_step_materialization:
            self._materialized(event.step_materialization_data.materialization)
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            summary = check.metadata.get("summary")
            told = f"{'passed' if check.passed else 'FAILED'}: {summary.value if summary else ''}"
            self._notes.append("skipped" if check.metadata.get("written") else told)
        elif event.is_step_success or event.is_step_skipped:
            self._end(step, "" if event.is_step_success else "skipped: what it needs was not made")
        elif event.is_step_failure:
            error = event.step_failure_data.error
            self.failures[step] = (error.cause or error).message.strip() if error else str(event.message)
            self._end(step, "FAILED")

    @property
    def spent(self) -> str:
        """The time since the run began, as minutes and seconds."""
        return clock(time.monotonic() - self._began)

    @property
    def finished(self) -> int:
        """How many steps have ended well."""
        return len(set(self.seconds) - set(self.failures))

    @property
    def steps(self) -> int:
        """How many steps the run has."""
        return self._steps

    @property
    def current(self) -> str | None:
        """The step under way, None between two of them."""
        return self._current

    def close(self) -> None:
        """Print nothing from now on: the run was stopped, and others speak."""
        if self._transient:
            self._out.write("\r\033[K")
            self._out.flush()
        self._closed = True

    def line(self, text: str) -> None:
        """Print a line of its own, also while a step's line stands there."""
        if self._closed:
            return
        self._out.write(("\r\033[K" if self._transient else "") + text + "\n")
        self._out.flush()

    def _start(self, step: str) -> None:
        self._step_began, self._current = time.monotonic(), label(step)
        self._rows, self._seasons, self._notes = None, 0, []
        number = f"[{len(self.seconds) + 1:3d}/{self._steps}]"
        if self._transient and not self._closed:
            self._out.write(f"\r\033[K{number} {label(step)} ...")
            self._out.flush()
        else:
            self.line(f"{number} {label(step)} ...")

    def _materialized(self, made: dg.AssetMaterialization) -> None:
        rows = made.metadata.get("dagster/row_count")
        if rows is not None and isinstance(rows.value, int):
            self._rows = (self._rows or 0) + rows.value
        self._seasons += made.partition is not None
        written = made.metadata.get("written")
        if written is not None:
            self._notes.append(str(written.value).split(":")[0])

    def _end(self, step: str, note: str) -> None:
        self._current = None
        if step in self.seconds:  # a retry: both attempts count
            self._steps += 1
        spent = time.monotonic() - self._step_began
        self.seconds[step] = round(self.seconds.get(step, 0.0) + spent, 3)
        parts = [f"[{len(self.seconds):3d}/{self._steps}] {label(step):<38}"]
        if self._seasons:
            parts.append(f"{self._seasons:3d} seasons")
        if self._rows is not None:
            parts.append(f"{self._rows:>12,} rows")
        summary = self._summary()
        if summary == "unchanged":
            self.unchanged.add(step)
        parts += [summary, note, f"{spent:7.1f} s", f"total {self.spent}"]
        self.line("  ".join(part for part in parts if part))

    def _summary(self) -> str:
        states = set(self._notes)
        if not states:
            return ""
        if states == {"skipped"}:
            return "unchanged"
        kept = self._notes.count("skipped")
        notes = [note for note in dict.fromkeys(self._notes) if note != "skipped"]
        return ", ".join(notes) + (f" ({kept} unchanged)" if kept else "")


class ProgressHandler(logging.Handler):
    """Warnings of the pipeline, and what trainings say of their own progress, as indented lines between the steps.

    The rest of its log is in Dagster's event log.
    """

    def __init__(self, progress: Progress) -> None:
        super().__init__(logging.INFO)
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.WARNING and not record.name.startswith("fbm_pipeline.training"):
            return
        level = "" if record.levelno < logging.WARNING else f"{record.levelname}: "
        self._progress.line(f"          {level}{record.getMessage()}")


def label(step: str) -> str:
    """`core/pitches` for the step `core__pitches`."""
    return step.replace("__", "/")


def clock(seconds: float) -> str:
    """`4:05` for 245 seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
