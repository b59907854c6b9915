"""What a table of frequencies would predict at a hidden plate appearance: the honest bar of Level 1.

Belongs here: the base rate and lookups by the few things that stay visible without a network. A model that does not
beat them has learned who plays when, not how.
"""

from dataclasses import dataclass

import numpy as np

from fbm_pipeline.model.pretraining import OBJECTIVES, Shares, targets_of
from fbm_pipeline.samples.outings import Outings
from fbm_pipeline.samples.vocabulary import FIELD_SIZES, FIELDS

CHUNK = 200_000  # plate appearances at once, for memory
PRIOR = 50.0  # plate appearances of the base rate added to every cell

LOOKUPS: dict[str, tuple[str, ...]] = {
    "base": (),
    "hands": ("stand", "throws"),
    "hands_order": ("stand", "throws", "order"),  # the order in the outing tells the batting slot and the role
}


@dataclass(frozen=True)
class Frequencies:
    """Mean shares per cell: tables[lookup][objective] is (cells, classes) float64, rows sum to one."""

    tables: dict[str, dict[str, np.ndarray]]

    def cross_entropies(self, outings: Outings, pas: np.ndarray) -> dict[str, dict[str, float]]:
        """Mean nats per plate appearance: by lookup, then objective. NaN for no plate appearance."""
        shares = targets_of(outings, pas)
        return {
            lookup: {
                name: float(-(share * np.log(tables[name][cells(outings, pas, lookup)])).sum(1).mean())
                for name, share in shares.items()
            }
            for lookup, tables in self.tables.items()
        }


def fit_frequencies(outings: Outings) -> Frequencies:
    """Count every plate appearance of the outings; cells are shrunk to the base rate by PRIOR."""
    sums = {
        lookup: {name: np.zeros((_size(lookup), classes)) for name, classes in OBJECTIVES.items()} for lookup in LOOKUPS
    }
    for begin in range(0, outings.plate_appearances, CHUNK):
        pas = np.arange(begin, min(begin + CHUNK, outings.plate_appearances))
        shares = targets_of(outings, pas)
        for lookup, tables in sums.items():
            _add(tables, cells(outings, pas, lookup), shares)
    base = {name: (table[0] + 1.0) / (table[0] + 1.0).sum() for name, table in sums["base"].items()}
    return Frequencies(
        {
            lookup: {
                name: _shrunk(table, base[name]) if LOOKUPS[lookup] else base[name][None, :]
                for name, table in tables.items()
            }
            for lookup, tables in sums.items()
        }
    )


def cells(outings: Outings, pas: np.ndarray, lookup: str) -> np.ndarray:
    """The cell of each plate appearance in a lookup's table: (plate appearances,) int64."""
    ids = outings.ids[outings.pa_starts[pas]]
    cell = np.zeros(len(pas), dtype=np.int64)
    for field in LOOKUPS[lookup]:
        cell = cell * FIELD_SIZES[field] + ids[:, FIELDS.index(field)]
    return cell


def _size(lookup: str) -> int:
    return int(np.prod([FIELD_SIZES[field] for field in LOOKUPS[lookup]], dtype=np.int64))


def _add(tables: dict[str, np.ndarray], cell: np.ndarray, shares: Shares) -> None:
    for name, share in shares.items():
        table = tables[name]
        for index in range(share.shape[1]):
            table[:, index] += np.bincount(cell, weights=share[:, index], minlength=len(table))


def _shrunk(sums: np.ndarray, base: np.ndarray) -> np.ndarray:
    return (sums + PRIOR * base) / (sums.sum(axis=1, keepdims=True) + PRIOR)
