"""Where results lie, the run's tables of them, and the rows of scores.csv, rounded and in a fixed order.

Real results go to docs/results, which is committed. Those of a simulated league stay in the run: they show that the
machinery works, and nobody should read them for baseball. All figures lie in the run, unrounded, one Parquet file per
kind; the pages show some of them. Not here: who scores (evaluation).
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.universes import COMMON, FULL, SYSTEMS, TIERS, UNIVERSES
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.evaluation.comparisons import REGISTERED
from fbm_pipeline.evaluation.learned_gains import MAIN_STATISTICS
from fbm_pipeline.evaluation.sheets import KINDS, RATE, scored_statistics
from fbm_pipeline.evaluation.tables import PAIRS, SCORES
from fbm_pipeline.publish.writing import replace_file
from fbm_pipeline.settings import Settings

RESULTS = ("scores", "pairs", "ablations", "level1", "newcomers")
SCORE_COLUMNS = tuple(SCORES.column_names)
PAIR_COLUMNS = tuple(PAIRS.column_names)
# `physics` and `network_minors` ask about parts of these; their rows are in the run.
COMPARISONS = ("controls", "public", "network", "minors", "minors_public")
PAGE_UNIVERSES = (FULL, COMMON, *TIERS)
MOST_ROWS = 2000  # a file that people open and that is committed

_PLACES = 5  # digits after the point
_ORDER = ("data", "comparison", "universe", "seasons", "player_type", "kind", "stat", "base", "new", "system")
_STATISTICS = tuple(dict.fromkeys(name for player_type in PLAYER_TYPES for name in scored_statistics(player_type)))
_KNOWN = {
    "comparison": tuple(REGISTERED),
    "universe": UNIVERSES,
    "kind": KINDS,
    "stat": _STATISTICS,
    "system": SYSTEMS,
    "base": SYSTEMS,
    "new": SYSTEMS,
}


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
    if kind not in RESULTS:
        raise ValueError(f"there is no result {kind!r}; choose one of {', '.join(RESULTS)}")
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


def rounded(rows: pd.DataFrame) -> pd.DataFrame:
    """Figures as the pages read them: five digits, six for differences, which are small."""
    table = rows.copy()
    fields = [*SCORES.schema, *PAIRS.schema]
    for name in {field.name for field in fields if str(field.type) == "double"} & set(table.columns):
        table[name] = table[name].astype("float64").round(_PLACES + name.startswith("d_"))
    return table


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Comparisons, universes, statistics and systems as they are listed everywhere, not by the alphabet."""

    def rank(column: pd.Series) -> pd.Series:
        if column.name not in _KNOWN:
            return column
        places = {name: f"{place:03d}" for place, name in enumerate(_KNOWN[str(column.name)])}
        return column.map(lambda value: places.get(value, f"~{value}"))

    return rows.sort_values([name for name in _ORDER if name in rows.columns], key=rank).reset_index(drop=True)


def page_rows(scores: pd.DataFrame) -> pd.DataFrame:
    """Of pooled test rows those that scores.csv keeps: main statistics, all systems, main universes and tiers."""
    main = [stat in MAIN_STATISTICS[kind] for kind, stat in zip(scores["player_type"], scores["stat"], strict=True)]
    chosen = scores[
        pd.Series(main, index=scores.index, dtype="bool")
        & (scores["kind"] == RATE)
        & scores["comparison"].isin(COMPARISONS)
        & scores["universe"].isin(PAGE_UNIVERSES)
    ]
    return chosen[list(SCORE_COLUMNS)]


def write_scores(target: Path, rows: pd.DataFrame) -> Path:
    """Write the CSV, whole or not at all. Raises ValueError for more rows than a person opens."""
    if len(rows) > MOST_ROWS:
        raise ValueError(f"{len(rows)} rows for {target.name}, at most {MOST_ROWS}: leave a comparison to the run")
    return replace_file(target, lambda path: rows.to_csv(path, index=False, lineterminator="\n"))
