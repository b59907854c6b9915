"""Where results lie, and the run's tables of them.

Real results go to docs/results, which is committed. Those of a simulated league stay in the run: they show that the
machinery works, and nobody should read them for baseball. All figures lie in the run, unrounded, one Parquet file per
kind; the pages show some of them. Not here: the rows themselves.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.publish.writing import replace_file
from fbm_pipeline.settings import Settings

KINDS = ("scores", "pairs", "ablations", "level1", "trainings", "newcomers")


def run_results(settings: Settings) -> Path:
    """The folder of a run's Parquet files and of its `results.html`."""
    return settings.home / "results"


def page_folder(settings: Settings, docs: Path | None) -> Path:
    """The folder of the pages: `docs`/results where a folder is named, else docs/results, for a league the run's."""
    if docs is None and settings.data_kind == "simulated":
        return run_results(settings)
    return (docs or Path("docs")) / "results"


def table_path(settings: Settings, kind: str) -> Path:
    """The file of one kind. Raises ValueError for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"there is no result {kind!r}; choose one of {', '.join(KINDS)}")
    return run_results(settings) / f"{kind}.parquet"


def read_table(settings: Settings, kind: str, columns: Sequence[str]) -> pd.DataFrame:
    """The rows of a kind; none where the file was never written.

    Raises EvaluationError when the file has other columns than those expected.
    """
    target = table_path(settings, kind)
    if not target.is_file():
        return pd.DataFrame(columns=list(columns))
    table = pd.read_parquet(target)
    if list(table.columns) != list(columns):
        raise EvaluationError(
            f"{target} has the columns {list(table.columns)}, expected {list(columns)}: it is of an older version or "
            "another program. Next: remove the file and write the results again."
        )
    return table


def write_table(settings: Settings, kind: str, rows: pd.DataFrame) -> Path:
    """Replace the file of a kind, whole or not at all."""
    target = table_path(settings, kind)
    return replace_file(target, lambda path: rows.to_parquet(path, index=False, compression="zstd"))


def replace_rows(settings: Settings, kind: str, fresh: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Put the fresh rows in place of those with the same values in `key`; returns all rows of the file."""
    rows = read_table(settings, kind, list(fresh.columns))
    stale = pd.MultiIndex.from_frame(rows[list(key)]).isin(pd.MultiIndex.from_frame(fresh[list(key)]))
    parts = [part for part in (rows[~stale], fresh) if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else fresh
    write_table(settings, kind, table)
    return table
