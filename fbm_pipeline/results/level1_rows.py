"""The rows of evaluation.level1 as the results show them: their sections, their order in the file, what they name.

Belongs here: docs/results/level1.csv read and merged, and the words of its columns. Not here: who computes the rows
(training, evaluation), the page (level1_page).
"""

import re
from pathlib import Path

import pandas as pd

from fbm_pipeline.results.result_tables import read_rows
from fbm_pipeline.results.tables import LEVEL1

TABLE = "evaluation.level1"
COLUMNS = tuple(LEVEL1.column_names)
# nats of hidden plate appearances; the same of the heads that decode player vectors (arms `vectors`, `lookup`, `base`)
PRETRAINING, DECODER = "pretraining", "decoder"
USEFUL = "useful"
COLLAPSE = "collapse"  # stat `epoch_1` and so on, one measure each
SECTIONS = (PRETRAINING, DECODER, USEFUL, COLLAPSE)
NATS = "nats"

_WORDS = [field.name for field in LEVEL1.schema if str(field.type) == "string"]
_FIGURES = [field.name for field in LEVEL1.schema if str(field.type) == "double"]
_PLACES = 6  # a difference of two errors is small beside them


def merged_rows(target: Path, fresh: pd.DataFrame, data_kind: str) -> pd.DataFrame:
    """The file's rows of other kinds of data with the fresh ones, rounded, in a fixed order.

    Raises EvaluationError for another command's file.
    """
    old = read_rows(target, COLUMNS)
    parts = [part[list(COLUMNS)] for part in (old[old["data"] != data_kind], fresh) if len(part)]
    table = pd.concat(parts, ignore_index=True)
    table[_WORDS] = table[_WORDS].astype("object").fillna("").astype("str")
    table[_FIGURES] = table[_FIGURES].astype("float64").round(_PLACES) + 0.0  # no -0.0
    return table.sort_values(list(LEVEL1.key), key=_rank, kind="stable").reset_index(drop=True)


def epoch_of(stat: str) -> int:
    """The number of `epoch_12`; 0 for a statistic that names no epoch."""
    found = re.fullmatch(r"epoch_(\d+)", stat)
    return int(found.group(1)) if found else 0


def _rank(column: pd.Series) -> pd.Series:
    if column.name == "section":
        places = {name: f"{place:02d}" for place, name in enumerate(SECTIONS)}
        return column.map(lambda name: places.get(name, f"~{name}"))
    if column.name == "stat":
        return column.map(lambda name: f"{epoch_of(name):04d}{name}")
    return column
