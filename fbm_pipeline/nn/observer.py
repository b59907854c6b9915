"""What training reports while it runs, as a protocol: parameters, metrics, artefacts.

Belongs here: the protocol and the observer that does nothing. Not here: any tracker; `tracking` implements this.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Observer(Protocol):
    """A listener to one training or backtest. Its failures must never lose the training."""

    @property
    def url(self) -> str | None:
        """Where a person can look at the run; None where there is no such place."""

    def log_params(self, params: Mapping[str, object]) -> None:
        """Record the run's parameters, once."""

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        """Record metrics at a step; the same step is never reported twice by an uninterrupted run."""

    def log_artifact(self, path: Path) -> None:
        """Record a file, or a folder with all it holds."""


class NullObserver:
    """An observer that nobody listens to."""

    @property
    def url(self) -> str | None:
        return None

    def log_params(self, params: Mapping[str, object]) -> None:
        """Nothing to do."""

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        """Nothing to do."""

    def log_artifact(self, path: Path) -> None:
        """Nothing to do."""
