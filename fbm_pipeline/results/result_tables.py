"""The tables of docs/results as files: rows of one kind of data replaced, others kept, rounded, in a fixed order.

Not here: where rows come from (results) and the page around them (results_page).
"""

import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.universes import COMMON, FULL, SYSTEMS, TOP_300, UNIVERSES
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.evaluation.comparisons import REGISTERED
from fbm_pipeline.evaluation.sheets import KINDS, RATE, scored_statistics
from fbm_pipeline.evaluation.tables import PAIRS, SCORES
from fbm_pipeline.publish.writing import replace_file

logger = logging.getLogger("fbm_pipeline.results")

SCORE_COLUMNS = tuple(SCORES.column_names)
PAIR_COLUMNS = tuple(PAIRS.column_names)
_STATISTICS = tuple(dict.fromkeys(name for player_type in PLAYER_TYPES for name in scored_statistics(player_type)))
PLACES = 5  # digits of a figure after the point
_FIGURES = {field.name for table in (SCORES, PAIRS) for field in table.schema if str(field.type) == "double"}


def replace_kind(target: Path, fresh: pd.DataFrame, columns: Sequence[str], data_kind: str) -> pd.DataFrame:
    """The file's rows of other kinds of data with the fresh ones. Raises EvaluationError for another command's file."""
    old = read_rows(target, columns)
    return merge(old[old["data"] != data_kind], fresh, columns)


def replace_comparison(target: Path, fresh: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The file's rows with those of the fresh ones' data, comparison and seasons replaced."""
    old = read_rows(target, columns)
    key = ["data", "comparison", "seasons"]
    stale = pd.MultiIndex.from_frame(old[key]).isin(pd.MultiIndex.from_frame(fresh[key]))
    return merge(old[~stale], fresh, columns)


def read_rows(target: Path, columns: Sequence[str]) -> pd.DataFrame:
    """The rows of a table of docs/results; none where there is no file or an older one with fewer columns.

    Raises EvaluationError for a file of other columns: it is not this command's.
    """
    nothing = pd.DataFrame(columns=list(columns))
    if not target.is_file():
        return nothing
    old = pd.read_csv(target, dtype={"seasons": "str", "comparison": "str"})
    if list(old.columns) == list(columns):
        return old
    if "data" in old.columns and set(old.columns) < set(columns):
        logger.warning("%s has the columns of an older contract: it is made anew", target.name)
        return nothing
    raise EvaluationError(
        f"{target.name} has the columns {list(old.columns)}, expected {list(columns)}: it was not written by "
        "this command. Next: move it away and write the results again."
    )


def without_parts(scores: pd.DataFrame) -> pd.DataFrame:
    """Rows as evaluation.scores less most single seasons of what is also pooled: those stay in the store.

    Rates in `full`, `common` and `top_300` keep theirs.
    """
    key = ["comparison", "universe", "kind"]
    together = scores["seasons"].astype(str).str.contains("-")
    pooled = pd.MultiIndex.from_frame(scores.loc[together, key].drop_duplicates())
    has_whole = pd.MultiIndex.from_frame(scores[key]).isin(pooled)
    by_season = (scores["kind"] == RATE) & scores["universe"].isin([FULL, COMMON, TOP_300])
    return scores[together | ~has_whole | by_season]


def merge(kept: pd.DataFrame, fresh: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Both, rounded and sorted."""
    parts = [part[list(columns)] for part in (kept, fresh) if len(part)]
    if not parts:
        return pd.DataFrame(columns=list(columns))
    table = pd.concat(parts, ignore_index=True)
    for name in set(columns) & _FIGURES:  # a figure that no row knows comes as objects
        table[name] = table[name].astype("float64").round(PLACES + name.startswith("d_"))  # differences are small
    known = {
        "comparison": tuple(REGISTERED), "universe": UNIVERSES, "kind": KINDS,
        "system": SYSTEMS, "base": SYSTEMS, "new": SYSTEMS, "stat": _STATISTICS,
    }  # fmt: skip
    keys = [
        name for name in ("data", "comparison", "universe", "seasons", "player_type", "kind", "stat", "base", "new",
                          "system")
        if name in columns
    ]  # fmt: skip

    def rank(column: pd.Series) -> pd.Series:
        names = known.get(str(column.name))
        if names is None:
            return column
        places = {name: f"{place:03d}" for place, name in enumerate(names)}
        return column.map(lambda value: places.get(value, f"~{value}"))

    return table.sort_values(keys, key=rank).reset_index(drop=True)


def write_rows(target: Path, table: pd.DataFrame) -> Path:
    """Write the table as CSV, whole or not at all."""
    return replace_file(target, lambda path: table.to_csv(path, index=False, lineterminator="\n"))
