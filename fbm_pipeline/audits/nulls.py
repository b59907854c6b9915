"""Nulls and dead columns of feature tables, by season and player type, against what each column declares.

A join that breaks for one season leaves nulls, or one value for everybody. Not here: whether rows are there at all
(id_match).
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.store.columns import Column
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import CheckResult

NAME = "nulls"
# Fewer rows than this may well agree in a rare count by chance.
MINIMUM_ROWS = 200


def audit_nulls(store: Store, table: str, player_type: str | None, seasons: Sequence[int]) -> CheckResult:
    """Shares of nulls above the declared ones, and columns with one value for everybody, by season.

    Partition columns, keys and as-of dates are not judged. A table without these seasons passes with these words.
    """
    parts = [part for part in store.partitions(table) if part["season"] in set(seasons)]
    parts = [part for part in parts if player_type is None or part["player_type"] == player_type]
    if not parts:
        return CheckResult(NAME, True, f"nothing to audit: {table} holds none of the seasons of the run")
    faults: dict[str, list[str]] = {}
    rows = 0
    for part in parts:
        filters = [(column, "=", value) for column, value in part.items()]
        content = store.delta(table).to_pyarrow_table(filters=filters)
        rows += content.num_rows
        of_season = column_faults(content, store.contracts[table], player_type)
        if of_season:
            faults[str(part["season"])] = of_season
    judged = f"{table} {player_type or ''}".strip()
    summary = "; ".join(f"{judged} {season}: {', '.join(lines)}" for season, lines in sorted(faults.items()))
    summary = summary or f"{judged}: {rows} rows of {len(parts)} seasons, no column is emptier or deader than declared"
    return CheckResult(NAME, not faults, summary, {"faults": faults, "rows": rows, "seasons": len(parts)})


def column_faults(content: pa.Table, table: Table, player_type: str | None) -> list[str]:
    """One line for each column of one season that is emptier than declared or the same for everybody."""
    faults = []
    not_judged = {*table.key, *table.partition_by, "as_of"}
    for declared in table.columns if content.num_rows else ():
        if declared.name in not_judged:
            continue
        column = content.column(declared.name)
        share, allowed = column.null_count / len(column), largest_null_share(declared, player_type)
        if share > allowed:
            faults.append(f"{declared.name} is null in {share:.1%} of rows, at most {allowed:.1%} allowed")
        elif len(column) >= MINIMUM_ROWS and not may_be_constant(declared, player_type) and _is_constant(column):
            faults.append(f"{declared.name} is {column.drop_null()[0].as_py()!r} for everybody")
    return faults


def largest_null_share(column: Column, player_type: str | None) -> float:
    """The largest share of nulls that a column may hold among rows of a player type."""
    return 1.0 if _is_foreign(column, player_type) else column.largest_null_share


def may_be_constant(column: Column, player_type: str | None) -> bool:
    """Whether one value for everybody is no fault."""
    return column.may_be_constant or _is_foreign(column, player_type)


def _is_foreign(column: Column, player_type: str | None) -> bool:
    """Whether the column is of the other player type only."""
    return column.only_for not in (None, player_type)


def _is_constant(column: pa.ChunkedArray) -> bool:
    if pa.types.is_nested(column.type) or column.null_count == len(column):
        return False
    bounds = pc.min_max(column)
    return bounds["min"] == bounds["max"]
