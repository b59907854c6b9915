"""Makes one partition of a declared table: shows its builder what it declared, and skips what was made from the same.

Not here: which partitions there are to make (defs, audits).
"""

from collections.abc import Iterable

from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.declarations import Table, resolve
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Partition, Store, Written, inputs_key


class MissingInputError(FileNotFoundError):
    """A table that another is made from was never written; the message says which to materialize first."""


def make(store: Store, table: Table, partition: Partition, preset: object) -> Written:
    """Make a partition of a table by its declared builder, unless it was made from the same inputs before.

    Raises MissingInputError when a table that is not optional was never written, WindowError when the builder reads
    what it does not declare, ContractError when the rows break the declaration; nothing is written then.
    """
    inputs = Inputs(store, table, partition, preset)
    require_inputs(store, table)

    def rows() -> object:
        return resolve(table.build)(inputs, **partition)

    return store.build(table.name, partition, partition_key(inputs), rows)


def partition_key(inputs: Inputs) -> str:
    """What a partition depends on: code, declared settings, and the contents of the partitions that are open."""
    table = inputs.table
    return inputs_key(
        shape=table.shape,
        code=code_key(*table.functions),
        settings=inputs.preset.values(),
        reads=inputs.contents(),
    )


def require_inputs(store: Store, table: Table) -> None:
    """Raise MissingInputError naming the tables that are read, are not optional and were never written."""
    absent = [name for name, window in table.reads.items() if not window.optional and not store.exists(name)]
    if absent:
        raise MissingInputError(f"{table.name} is made from {_listed(absent)}, never written; materialize them first")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
