"""Named columns for players, as the controls take them in: the form that every provider of features hands over.

Not here: what the columns mean; each provider (``<x>_block.py``) documents its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Block:
    """Named columns for the players of a `Histories`, row by row; 0 where nothing is known beyond the league. No NaN.

    Raises ``ValueError`` when names and columns do not match, a name occurs twice, or a value is not finite.
    """

    name: str
    columns: tuple[str, ...]
    values: np.ndarray  # (n, len(columns)) float64

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.columns):
            raise ValueError(
                f"Block {self.name}: {len(self.columns)} names for values of shape {self.values.shape}; "
                "hand over one named column per column of the values"
            )
        twice = sorted({column for column in self.columns if self.columns.count(column) > 1})
        if twice:
            raise ValueError(f"Block {self.name}: columns named twice: {', '.join(twice)}; give each its own name")
        finite = np.isfinite(self.values).all(axis=0)
        wrong = [column for column, good in zip(self.columns, finite, strict=True) if not good]
        if wrong:
            raise ValueError(f"Block {self.name}: not finite in {', '.join(wrong)}; a player without any count gets 0")


def joined(blocks: Sequence[Block], name: str = "joined") -> Block:
    """The columns of all ``blocks`` side by side, in their order; the rows must be the same players.

    Raises ``ValueError`` for no block, for blocks of unlike length, and for a column that two of them have.
    """
    lengths = sorted({len(block.values) for block in blocks})
    if len(lengths) != 1:
        lengths_by_block = ", ".join(f"{block.name} ({len(block.values)} rows)" for block in blocks) or "no block"
        raise ValueError(
            f"Joining blocks takes some of equal length, found {lengths_by_block}; build them for the same players"
        )
    columns = tuple(column for block in blocks for column in block.columns)
    return Block(name, columns, np.concatenate([block.values for block in blocks], axis=1))
