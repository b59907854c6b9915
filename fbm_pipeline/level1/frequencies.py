"""What a table of frequencies would predict at a hidden plate appearance: the honest bar of Level 1.

Belongs here: the base rate and lookups by the few things that stay visible without a network, and one by the number of
pitches, which is hidden: a walk needs four. A model that does not beat them has learned who plays when, not how.
"""

from dataclasses import dataclass

import numpy as np

from fbm_pipeline.level1.outings import Outings
from fbm_pipeline.level1.pretraining import MOST_COUNTED, OBJECTIVES, Shares, targets_of
from fbm_pipeline.level1.vocabulary import FIELD_SIZES, FIELDS

CHUNK = 200_000  # plate appearances at once, for memory
PRIOR = 50.0  # plate appearances of the base rate added to every cell

LOOKUPS: dict[str, tuple[str, ...]] = {
    "base": (),
    "hands": ("stand", "throws"),
    "hands_order": ("stand", "throws", "order"),  # the order in the outing gives away the batting slot and the role
    "hands_order_length": ("length", "stand", "throws", "order"),
}
_LENGTH = "length"  # no field of a token: the number of pitches, as the objective pitch_count counts it


@dataclass(frozen=True)
class Frequencies:
    """Mean shares per cell: tables[lookup][objective] is (cells, classes) float64, rows sum to one.

    A lookup by length has no table for pitch_count.
    """

    tables: dict[str, dict[str, np.ndarray]]

    def cross_entropies(self, outings: Outings, pas: np.ndarray) -> dict[str, dict[str, float]]:
        """Mean nats per plate appearance: by lookup, then objective. NaN for no plate appearance."""
        shares = targets_of(outings, pas)
        return {
            lookup: {
                name: float(-(share * np.log(tables[name][cells(outings, pas, lookup)])).sum(1).mean())
                for name, share in shares.items()
                if name in tables
            }
            for lookup, tables in self.tables.items()
        }


def fit_frequencies(outings: Outings) -> Frequencies:
    """Count every plate appearance of the outings; cells are shrunk by PRIOR to the mean of those that share their
    length, where they know it, and these to the base rate."""
    sums = {
        lookup: {name: np.zeros((_size(lookup), OBJECTIVES[name])) for name in _objectives(lookup)}
        for lookup in LOOKUPS
    }
    for begin in range(0, outings.plate_appearances, CHUNK):
        pas = np.arange(begin, min(begin + CHUNK, outings.plate_appearances))
        shares = targets_of(outings, pas)
        for lookup, tables in sums.items():
            _add(tables, cells(outings, pas, lookup), shares)
    base = {name: (table[0] + 1.0) / (table[0] + 1.0).sum() for name, table in sums["base"].items()}
    return Frequencies(
        {
            lookup: {name: _table(lookup, table, base[name]) for name, table in tables.items()}
            for lookup, tables in sums.items()
        }
    )


def cells(outings: Outings, pas: np.ndarray, lookup: str) -> np.ndarray:
    """The cell of each plate appearance in a lookup's table: (plate appearances,) int64."""
    first = outings.pa_starts[pas]
    lengths = np.minimum(outings.pa_starts[pas + 1] - first, MOST_COUNTED)
    cell = np.zeros(len(pas), dtype=np.int64)
    for field in LOOKUPS[lookup]:
        cell = cell * _values(field) + (lengths if field == _LENGTH else outings.ids[first, FIELDS.index(field)])
    return cell


def _objectives(lookup: str) -> list[str]:
    return [name for name in OBJECTIVES if name != "pitch_count" or _LENGTH not in LOOKUPS[lookup]]


def _size(lookup: str) -> int:
    return int(np.prod([_values(field) for field in LOOKUPS[lookup]], dtype=np.int64))


def _values(field: str) -> int:
    return MOST_COUNTED + 1 if field == _LENGTH else FIELD_SIZES[field]


def _add(tables: dict[str, np.ndarray], cell: np.ndarray, shares: Shares) -> None:
    for name, table in tables.items():
        share = shares[name]
        for index in range(share.shape[1]):
            table[:, index] += np.bincount(cell, weights=share[:, index], minlength=len(table))


def _table(lookup: str, sums: np.ndarray, base: np.ndarray) -> np.ndarray:
    fields = LOOKUPS[lookup]
    if not fields:
        return base[None, :]
    parents = base[None, :]
    if fields[0] == _LENGTH:
        by_length = sums.reshape(MOST_COUNTED + 1, -1, sums.shape[1])
        parents = np.repeat(_shrunk(by_length.sum(axis=1), parents), by_length.shape[1], axis=0)
    return _shrunk(sums, parents)


def _shrunk(sums: np.ndarray, parents: np.ndarray) -> np.ndarray:
    return (sums + PRIOR * parents) / (sums.sum(axis=1, keepdims=True) + PRIOR)
