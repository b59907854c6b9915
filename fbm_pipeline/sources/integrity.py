"""What one file's rows must be among themselves: keys once, dates inside their season. Across files: the warehouse."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.calendar import season_bounds
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.files import seasons_named


def check_unique(path: Path, table: pa.Table, key: Sequence[str], row_name: str) -> None:
    """Raises SourceError when two rows share the key, with the row of the first repetition."""
    counts = table.select(list(key)).group_by(list(key)).aggregate([([], "count_all")])
    repeated = counts.filter(pc.greater(counts.column("count_all"), 1))
    if repeated.num_rows == 0:
        return
    sample = {name: repeated.column(name)[0].as_py() for name in key}
    rows = pc.and_kleene(pa.scalar(True), _equal_to(table, sample))
    second = [index for index, hit in enumerate(rows.to_pylist()) if hit][1]
    raise SourceError(
        path,
        f"{repeated.num_rows} {row_name} occur more than once",
        found=f"{sample} again",
        expected=f"every {', '.join(key)} once",
        row=second + 1,
        next_step="remove the repeated rows, or get the file again",
    )


def _equal_to(table: pa.Table, values: dict[str, object]) -> pa.ChunkedArray:
    mask = pa.chunked_array([pa.repeat(True, table.num_rows)])
    for name, value in values.items():
        column = table.column(name)
        same = pc.is_null(column) if value is None else pc.equal(column, pa.scalar(value, column.type))
        mask = pc.and_(mask, pc.fill_null(same, False))
    return mask


def check_one_season(path: Path, dates: pa.ChunkedArray, column: str) -> int:
    """The season of a file of games, which must be one, inside its bounds, and the one the file's name tells.

    Raises SourceError with the row of the first date that breaks this.
    """
    named = seasons_named(path)
    years = pc.year(dates)
    first = years[0].as_py()
    other = pc.index(pc.not_equal(years, first), True).as_py()
    if other >= 0:
        raise SourceError(
            path,
            "the file holds several seasons",
            found=f"{dates[0].as_py()} and {dates[other].as_py()}",
            expected="games of one season",
            next_step="split the file by season",
            row=other + 1,
            column=column,
        )
    if first not in named:
        raise SourceError(
            path,
            "the dates are not of the season in the file's name",
            found=str(dates[0].as_py()),
            expected=f"dates of {named[0]}",
            next_step="give the file its season's name",
            row=1,
            column=column,
        )
    check_dates(path, dates, column)
    return first


def check_dates(path: Path, dates: pa.ChunkedArray, column: str) -> None:
    """Raises SourceError for the first date outside the bounds of its own year's season."""
    for year in pc.unique(pc.year(dates)).to_pylist():
        low, high = season_bounds(year)
        inside = pc.and_(pc.greater_equal(dates, pa.scalar(low)), pc.less_equal(dates, pa.scalar(high)))
        outside = pc.and_(pc.equal(pc.year(dates), year), pc.invert(inside))
        row = pc.index(outside, True).as_py()
        if row >= 0:
            raise SourceError(
                path,
                "a date lies outside its season",
                found=str(dates[row].as_py()),
                expected=f"{low} to {high}",
                next_step="correct the date or take the row out",
                row=row + 1,
                column=column,
            )
