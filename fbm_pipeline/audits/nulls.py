"""Nulls and dead columns of feature tables, by season and player type, against what each column is allowed.

A join that breaks for one season leaves nulls, or one value for everybody. Not here: whether rows are there at all
(id_match).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.statistics import head_statistics
from fbm_pipeline.store.columns import Column
from fbm_pipeline.store.contracts import HORIZONS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.checks import CheckResult

NAME = "nulls"
# Fewer rows than this may well agree in a rare count by chance.
MINIMUM_ROWS = 200


@dataclass(frozen=True)
class Allowance:
    """What the columns of one table may do; patterns match whole names. All else must be filled and must vary."""

    nulls: Mapping[str, float] = field(default_factory=dict)  # pattern: largest share of nulls
    constant: tuple[str, ...] = ()  # patterns of columns that may hold one value

    def largest_share(self, column: str) -> float:
        """The largest share of nulls that the column may hold."""
        return max((share for pattern, share in self.nulls.items() if re.fullmatch(pattern, column)), default=0.0)

    def may_be_constant(self, column: str) -> bool:
        """Whether one value for everybody is no fault."""
        return any(re.fullmatch(pattern, column) for pattern in self.constant)


def allowance(table: str, player_type: str | None) -> Allowance:
    """What a feature table's columns declare; where they declare nothing they may hold no null and no dead column."""
    if table == "features.stat_profiles" and player_type is not None:
        return _profiles(player_type)
    return _DECLARED.get(table) or _of_columns(TABLES[table].columns, player_type)


def _of_columns(columns: Sequence[Column], player_type: str | None) -> Allowance:
    """A column of one player type is null for the other."""
    foreign = {column.name for column in columns if column.only_for not in (None, player_type)}
    shares = {column.name: 1.0 if column.name in foreign else column.largest_null_share for column in columns}
    return Allowance(shares, tuple(column.name for column in columns if column.may_be_constant))


def _profiles(player_type: str) -> Allowance:
    others = {item.name for name in ("batter", "pitcher") for item in head_statistics(name)}
    others -= {item.name for item in head_statistics(player_type)}
    rates = {f"({'|'.join(HORIZONS)})_{name}": 1.0 for name in others}
    # Nobody plays in February: the shortest horizon of a preseason profile is always empty.
    constant = ("identity_source", "career_supplied_by", "thirty_day_(opportunities|supplied_by)")
    # Newcomers have played no game; a league whose minors nobody published has none, and no opportunities there.
    constant = (*constant, "minor_opportunities", *(("role",) if player_type == "batter" else ()))
    return Allowance({**rates, "days_since_last_game": 0.7}, constant)


# How a row was made (when its model was trained, on how many) is the same for all rows of a season.
_PROVENANCE = ("trained_from", "trained_until", "n")
# Of tables whose columns declare nothing yet.
_DECLARED = {
    # Of whom the minors say nothing they tell no rate; a concentration is told of the heads by two of three systems.
    "features.mle_rates": Allowance(
        nulls={"minor_rate|concentration": 1.0}, constant=("minor_weight|source", *_PROVENANCE)
    ),
}


def audit_nulls(store: Store, table: str, player_type: str | None, seasons: Sequence[int]) -> CheckResult:
    """Shares of nulls above the allowance, and columns with one value for everybody, by season.

    Partition columns, keys and as-of dates are not judged. A table without these seasons passes and says so.
    """
    parts = [part for part in store.partitions(table) if part["season"] in set(seasons)]
    parts = [part for part in parts if player_type is None or part["player_type"] == player_type]
    if not parts:
        return CheckResult(NAME, True, f"nothing to audit: {table} holds none of the seasons of the run")
    allowed = allowance(table, player_type)
    faults: dict[str, list[str]] = {}
    rows = 0
    for part in parts:
        filters = [(column, "=", value) for column, value in part.items()]
        content = store.delta(table).to_pyarrow_table(filters=filters)
        rows += content.num_rows
        found = column_faults(content.drop_columns([*part]), store.contracts[table].key, allowed)
        if found:
            faults[str(part["season"])] = found
    judged = f"{table} {player_type or ''}".strip()
    told = "; ".join(f"{judged} {season}: {', '.join(found)}" for season, found in sorted(faults.items()))
    told = told or f"{judged}: {rows} rows of {len(parts)} seasons, no column is emptier or deader than declared"
    return CheckResult(NAME, not faults, told, {"faults": faults, "rows": rows, "seasons": len(parts)})


def column_faults(content: pa.Table, key: Sequence[str], allowed: Allowance) -> list[str]:
    """One line for each column of one season that is emptier than allowed or the same for everybody."""
    found = []
    for name in content.column_names:
        if name in key or name == "as_of" or not content.num_rows:
            continue
        column = content.column(name)
        share = column.null_count / len(column)
        if share > allowed.largest_share(name):
            found.append(f"{name} is null in {share:.1%} of rows, at most {allowed.largest_share(name):.1%} allowed")
        elif len(column) >= MINIMUM_ROWS and not allowed.may_be_constant(name) and _is_constant(column):
            found.append(f"{name} is {column.drop_null()[0].as_py()!r} for everybody")
    return found


def _is_constant(column: pa.ChunkedArray) -> bool:
    if pa.types.is_nested(column.type) or column.null_count == len(column):
        return False
    bounds = pc.min_max(column)
    return bounds["min"] == bounds["max"]
