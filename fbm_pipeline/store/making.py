"""Makes one partition of a declared table: shows its builder what it declared, and skips what was made from the same.

Not here: which partitions there are to make (defs, audits).
"""

from collections.abc import Iterable, Mapping

from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.declarations import Declared, Table, Trained, resolve
from fbm_pipeline.store.held_tables import Partition
from fbm_pipeline.store.inputs import Inputs, matched_columns
from fbm_pipeline.store.tables import Store, Written


class MissingInputError(FileNotFoundError):
    """A table that another is made from was never written; the message says which to materialize first."""


def make(store: Store, table: Table, partition: Partition, settings: object) -> Written:
    """Make a partition of a table by its declared builder, unless it was made from the same inputs before.

    The preset is enough for tables that declare none but its fields and no training: checkpoints lie under the run's
    settings. Raises MissingInputError when a table that is not optional was never written, WindowError when the
    builder reads what it does not declare, ContractError when the rows break the declaration; nothing is written then.
    """
    inputs = open_inputs(store, table, partition, settings)

    def rows() -> object:
        return resolve(table.build)(inputs, **partition)

    return store.build(table.name, partition, partition_key(inputs), rows)


def open_inputs(
    store: Store,
    table: Declared,
    partition: Partition,
    settings: object,
    trained: Mapping[str, Trained] | None = None,
) -> Inputs:
    """What a table or training is shown while a partition is made; `trained` are taken in the current ones' place.

    Raises MissingInputError as `make`.
    """
    require_inputs(store, table)
    plan = resolve(table.plan)(store, settings, partition) if table.plan else {}
    wanted = {**matched_columns(plan), **partition}
    made_with = dict(trained or {})
    for each in table.trained:
        if each.name not in made_with:
            made_with[each.name] = resolve(each.current)(store, settings, wanted)
    return Inputs(store, table, partition, settings, made_with, plan)


def training_key(inputs: Inputs) -> str:
    """What names a training: its partition, such as cutoff and arm, and all that its weights depend on."""
    return inputs_key(partition=inputs.partition, made_from=partition_key(inputs))


def partition_key(inputs: Inputs) -> str:
    """What a partition depends on: code, declared settings, and the contents of the partitions that are open."""
    table = inputs.table
    return inputs_key(
        shape=table.shape,
        code=code_key(*table.functions),
        settings=inputs.settings.values(),
        reads=inputs.contents(),
    )


def require_inputs(store: Store, table: Declared) -> None:
    """Raise MissingInputError naming the tables that are read, are not optional and were never written.

    The table itself is not asked for: nothing comes before its first partition.
    """
    needed = [name for name, window in table.reads.items() if not window.optional and name != table.name]
    absent = [name for name in needed if not store.exists(name)]
    if absent:
        raise MissingInputError(f"{table.name} is made from {_listed(absent)}, never written; materialize them first")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
