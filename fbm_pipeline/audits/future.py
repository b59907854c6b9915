"""Future appended: what is made as of a date must come out the same, to the last bit, whatever happens from then on.

Tables are made again in a copy of the store whose future was changed at random, and compared by their content hashes.
Not here: how the future is changed (altered_store), which tables a run audits (defs).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.audits.altered_store import altered_copy, remove_partition
from fbm_pipeline.store.contents import content_hash
from fbm_pipeline.store.held_tables import Partition
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import CheckResult

NAME = "future_appended"


@dataclass(frozen=True)
class Rebuild:
    """One partition to be made again by the function that made it: `build(store)` writes it into the store given."""

    table: str
    partition: Partition
    build: Callable[[Store], object]

    def described(self) -> str:
        """The table and its partition in words."""
        return f"{self.table} {' '.join(str(value) for value in self.partition.values())}"


def audit_future(store: Store, as_of: dt.date, rebuilds: Sequence[Rebuild]) -> CheckResult:
    """Make the partitions again, in this order, beside an altered future, and compare rows as of `as_of` or earlier.

    Partitions that the store does not hold are named and not judged. A builder that fails over the altered future has
    read it, and fails the audit like one whose rows differ. Raises UnauditableStoreError (see altered_copy).
    """
    made = [item for item in rebuilds if _holds(store, item)]
    absent = [item.described() for item in rebuilds if item not in made]
    if not made:
        return CheckResult(NAME, True, f"nothing to audit as of {as_of}: {', '.join(absent) or 'no table'} not made")
    outcomes: dict[str, str] = {}
    with altered_copy(store, as_of) as copy:
        for item in made:
            remove_partition(copy, item.table, item.partition)
        for item in made:
            outcomes[item.described()] = _compare(store, copy, item, as_of)
    differing = {name: outcome for name, outcome in outcomes.items() if outcome != "identical"}
    summary = "; ".join(f"{name}: {outcome}" for name, outcome in differing.items())
    if not summary:
        summary = f"{len(made)} tables are byte-identical beside an altered future"
    if absent:
        summary += f" (not made: {', '.join(absent)})"
    return CheckResult(NAME, not differing, f"as of {as_of}: {summary}", {"tables": outcomes, "absent": absent})


def _holds(store: Store, item: Rebuild) -> bool:
    wanted = dict(item.partition)
    return any(wanted.items() <= part.items() for part in store.partitions(item.table))


def _compare(store: Store, copy: Store, item: Rebuild, as_of: dt.date) -> str:
    try:
        item.build(copy)
    except Exception as error:  # any failure that the altered future causes is what this audit looks for
        return f"its builder failed over the altered future: {type(error).__name__}: {error}"
    real, again = (_rows(one, item, as_of) for one in (store, copy))
    if content_hash(real) == content_hash(again):
        return "identical"
    return f"differs: {_difference(real, again, store.contracts[item.table].key)}"


def _rows(store: Store, item: Rebuild, as_of: dt.date) -> pa.Table:
    """The partition's rows of the as-of date and before; all of them where the table has no as-of date."""
    contract = store.contracts[item.table]
    if not store.exists(item.table):
        return contract.schema.empty_table()
    filters = [(column, "=", value) for column, value in item.partition.items()]
    rows = store.delta(item.table).to_pyarrow_table(filters=filters)
    table = rows.select(contract.column_names).cast(contract.schema)
    return table.filter(pc.less_equal(table.column("as_of"), as_of)) if "as_of" in contract.column_names else table


def _difference(real: pa.Table, again: pa.Table, key: Sequence[str]) -> str:
    """Rows on either side, and the columns that differ where both hold the same keys."""
    if real.num_rows != again.num_rows:
        return f"{real.num_rows} rows, {again.num_rows} beside the altered future"
    order: list[tuple[str, str]] = [(name, "ascending") for name in key]
    real, again = real.sort_by(order), again.sort_by(order)
    columns = [name for name in real.column_names if real.column(name) != again.column(name)]
    return f"{real.num_rows} rows, in columns {columns}"
