"""Runs what is missing of a plan: a finished cell is never computed again, a killed one goes on where it was.

Belongs here: the order of cells and what is reported of each. Not here: the fits themselves, MLflow (tracking).
"""

import logging
import shutil
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

import pandas as pd

from fbm_pipeline.ablations.configuration import described
from fbm_pipeline.ablations.control_cells import control_cell
from fbm_pipeline.ablations.kept import CARD, PREDICTIONS, Kept, Summary, keep, load_kept, only_one, progress_folder
from fbm_pipeline.ablations.network_cells import network_cell
from fbm_pipeline.ablations.plan import Cell
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.presets.network import Network
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store

logger = logging.getLogger("fbm_pipeline.ablations")


class PlanObserver(Protocol):
    """A listener to a plan: one run per cell. Its failures must never lose a cell."""

    def knows(self, cell: Cell) -> bool:
        """Whether the cell has a finished run already: a kept cell is then not reported again."""

    def open(self, cell: Cell) -> AbstractContextManager[Observer]:
        """The listener to one cell, closed as failed when the body raises."""


@dataclass(frozen=True)
class Outcome:
    """A finished cell and whether this call computed it."""

    cell: Cell
    kept: Kept
    computed: bool


def run_cells(store: Store, settings: Settings, wanted: Sequence[Cell], observer: PlanObserver) -> list[Outcome]:
    """Finish every cell, in order. Raises what a fit raises; what was finished before it stays."""
    outcomes = []
    for index, cell in enumerate(wanted):
        with only_one(settings, cell.key):
            kept = load_kept(settings, cell.key)
            if kept is not None and observer.knows(cell):
                outcomes.append(Outcome(cell, kept, computed=False))
                continue
            began = time.monotonic()
            with observer.open(cell) as listener:
                listener.log_params(parameters(cell))
                finished = kept or _compute(store, settings, cell, listener)
                _tell(listener, finished)
            outcomes.append(Outcome(cell, finished, computed=kept is None))
        spent = time.monotonic() - began
        logger.info("cell %d of %d: %s, %.1f s", index + 1, len(wanted), cell.label, spent)
    return outcomes


def parameters(cell: Cell) -> dict[str, object]:
    """All that the cell is, flat, for trackers."""
    return {
        "arm": cell.arm,
        "player_type": cell.player_type,
        "season": cell.season,
        "key": cell.key,
        **described(cell.configuration),
        "seed": cell.seed,
    }


def _compute(store: Store, settings: Settings, cell: Cell, listener: Observer) -> Kept:
    began = time.monotonic()
    progress = progress_folder(settings, cell.key)
    rates, summary = _fit(store, settings, cell, listener)
    card = {
        "arm": cell.arm,
        "configuration": described(cell.configuration),
        "player_type": cell.player_type,
        "season": cell.season,
        "seed": cell.seed,
        "summary": summary,
        "seconds": round(time.monotonic() - began, 2),
    }
    kept = keep(settings, cell.key, rates, card)
    shutil.rmtree(progress, ignore_errors=True)
    return kept


def _fit(store: Store, settings: Settings, cell: Cell, listener: Observer) -> tuple[pd.DataFrame, Summary]:
    if isinstance(cell.configuration, Network):
        network, folder = replace(cell.configuration, seed=cell.seed), progress_folder(settings, cell.key)
        return network_cell(store, settings, network, cell.player_type, cell.season, folder, listener)
    return control_cell(store, cell.configuration, cell.player_type, cell.season, cell.reads)


def _tell(listener: Observer, kept: Kept) -> None:
    summary = kept.card["summary"]
    assert isinstance(summary, dict)
    numbers = {f"cell.{name}": float(value) for name, value in summary.items() if isinstance(value, int | float)}
    listener.log_metrics({**numbers, "cell.rows": float(len(kept.rates))}, step=0)
    for name in (PREDICTIONS, CARD):
        listener.log_artifact(kept.folder / name)
