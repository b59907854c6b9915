"""Which rows of scores or pairs hold a set of seasons pooled, by their labels alone.

Not here: the labels themselves (evaluation.scoring).
"""

from collections.abc import Sequence

import pandas as pd

_CELL = ["comparison", "universe", "kind", "player_type", "stat"]


def pooled(rows: pd.DataFrame, seasons: Sequence[int]) -> pd.DataFrame:
    """Of every statistic of a comparison and universe the rows with most player-seasons within `seasons`.

    A label such as 2018-2024 lies within them when its first and its last season do.
    """
    bounds = rows["seasons"].astype(str).str.split("-")
    first, last = bounds.str[0].astype("int64"), bounds.str[-1].astype("int64")
    within = rows[first.isin(list(seasons)) & last.isin(list(seasons))]
    if within.empty:
        return within
    sizes = within.groupby([*_CELL, "seasons"], sort=False)["n"].max().reset_index().sort_values(["n", "seasons"])
    chosen = sizes.drop_duplicates(_CELL, keep="last")[[*_CELL, "seasons"]]
    kept = pd.MultiIndex.from_frame(within[[*_CELL, "seasons"]]).isin(pd.MultiIndex.from_frame(chosen))
    return within[kept]


def labels(rows: pd.DataFrame) -> str:
    """The seasons that the rows are of: one label, or several where statistics differ."""
    return ", ".join(sorted(set(rows["seasons"].astype(str))))
