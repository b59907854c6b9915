"""What a table holds and what it was made from, as hashes, and the faults that keep rows out of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache

import duckdb
import pyarrow as pa

from fbm_pipeline.store.declarations import ContractError, Table, violations
from fbm_pipeline.store.windows import Value


@cache
def _scratch() -> duckdb.DuckDBPyConnection:
    """One DuckDB for hashes and key checks: opening one for each costs more than they do. Use a cursor of it."""
    return duckdb.connect()


def content_hash(table: pa.Table) -> str:
    """Hash of a table as a set of rows: the same rows in another order hash alike.

    DuckDB's row hash summed as integers: exact whatever the number of threads, and null slots do not count.
    """
    return partition_hashes(table, None, [None])[None][1]


def partition_hashes(table: pa.Table, column: str | None, values: Sequence) -> dict:
    """(rows, content hash) of the rows with each value of a column; of the whole table under None for no column."""
    schema = ",".join(f"{field.name}:{field.type}" for field in table.schema)
    columns = ", ".join(f'"{name}"' for name in table.column_names)
    by = f'"{column}"' if column else "null"
    amounts: dict = dict.fromkeys(values, (0, None, None))
    with _scratch().cursor() as connection:
        connection.register("content", table)
        rows = connection.execute(
            f"select {by}, count(*), sum(hash({columns})::hugeint), bit_xor(hash({columns})) from content group by 1"
        ).fetchall()
    amounts.update({row[0]: row[1:] for row in rows})
    return {value: (row[0], hashlib.sha256(f"{schema}|{row}".encode()).hexdigest()) for value, row in amounts.items()}


def duplicate_keys(table: pa.Table, key: Sequence[str]) -> list[str]:
    """One line naming the count and a sample when rows share a key."""
    columns = ", ".join(f'"{name}"' for name in key)
    with _scratch().cursor() as connection:
        connection.register("content", table)
        # As many hashes as rows prove that no key repeats, and are quicker to count; fewer prove nothing.
        counts = connection.execute(f"select count(*), count(distinct hash({columns})) from content").fetchone()
        if counts is not None and counts[0] == counts[1]:
            return []
        rows = connection.execute(
            f"select {columns}, count(*) from content group by all having count(*) > 1 order by all limit 3"
        ).fetchall()
        if not rows:
            return []
        total = connection.execute(
            f"select count(*) from (select 1 from content group by {columns} having count(*) > 1)"
        ).fetchone()
    return [f"{total[0] if total else 0} keys ({', '.join(key)}) occur more than once, such as {rows}"]


def check(contract: Table, partition: Mapping[str, Value], table: pa.Table) -> None:
    """Raise ContractError, with every violation, for rows that are not those of the partition by the contract."""
    faults = violations(table, contract)
    if not faults and table.num_rows:
        faults += [
            f"{column} is not {value!r} in every row"
            for column, value in partition.items()
            if set(table.column(column).unique().to_pylist()) != {value}
        ]
        faults += duplicate_keys(table, contract.key)
    if faults:
        raise ContractError(
            f"{contract.name} {dict(partition)} ({contract.grain}): {'; '.join(faults)}"
            ". Nothing was written. Mend the source or the statement that makes this table."
        )


def inputs_key(**parts: object) -> str:
    """Hash of named inputs: content hashes, the statement's text, constants. Paths and clocks never belong here."""
    text = json.dumps(parts, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    # What knows how it differs from its defaults stands in a key with that alone: a new option leaves it as it was.
    if hasattr(value, "differences"):
        return value.differences()
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)  # type: ignore[call-overload]
    return str(value)
