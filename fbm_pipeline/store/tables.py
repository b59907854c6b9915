"""Delta tables: whole partitions replaced atomically, and work skipped when its inputs did not change.

A partition is remembered with the key of what it was made from and the hash of what it holds. The memory is a
small JSON beside the table, checked against the table's live files: when it is lost or disagrees, the partition is
made again. Readers always see a whole version, never a half-written one: that is Delta's promise, not ours.
"""

import fcntl
import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, WriterProperties, write_deltalake

from fbm_pipeline.store.contents import check, content_hash, partition_hashes
from fbm_pipeline.store.declarations import ContractError, Table
from fbm_pipeline.store.memory import Memory
from fbm_pipeline.store.opened import forget_opened, keep_opened, opened

Partition = Mapping[str, int | str]

logger = logging.getLogger("fbm_pipeline.store")


@dataclass(frozen=True)
class Written:
    """What a table's partition holds after a call. `skipped`: its inputs had not changed."""

    table: str
    partition: dict[str, int | str]
    rows: int
    content_hash: str
    skipped: bool


class Store:
    """The Delta tables under one root, by `schema.table` name."""

    def __init__(self, root: Path, contracts: Mapping[str, Table]) -> None:
        self.root = root
        self.contracts = contracts
        self.memory = Memory(root)

    def shown(self) -> list[str]:
        """The tables that a session shows where it is asked for none by name: all that were written."""
        return [name for name in self.contracts if self.exists(name)]

    def path(self, name: str) -> Path:
        schema, table = self.contracts[name].name.split(".")
        return self.root / schema / table

    def exists(self, name: str) -> bool:
        """Whether the table was written under its present contract. One of an older contract is made again."""
        return self._written(name) and self._fits(name)

    def _written(self, name: str) -> bool:
        return (self.path(name) / "_delta_log").is_dir()

    def _fits(self, name: str) -> bool:
        return opened(self.path(name)).schema.equals(self.contracts[name].schema)

    def delta(self, name: str) -> DeltaTable:
        """The Delta table. Raises FileNotFoundError naming the table when it was never written."""
        if not self.exists(name):
            older = " under its present contract (an older one is there)" if self._written(name) else ""
            raise FileNotFoundError(f"table {name} does not exist under {self.root}{older}; materialize {name} first")
        return opened(self.path(name)).delta

    def files(self, name: str) -> list[str]:
        """The live files of the current version, as local paths."""
        return [unquote(uri.removeprefix("file://")) for uri in self.delta(name).file_uris()]

    def partitions(self, name: str) -> list[dict[str, int | str]]:
        """Partitions with live rows, each as a mapping of column to value."""
        if not self.exists(name):
            return []
        types = {field.name: field.type for field in self.contracts[name].schema}
        seen = {}
        for raw in self.delta(name).partitions():
            values = {k: int(v) if pa.types.is_integer(types[k]) else str(v) for k, v in raw.items()}
            seen[json.dumps(values, sort_keys=True)] = values
        return [seen[key] for key in sorted(seen)]

    def build(self, name: str, partition: Partition, inputs: str, compute: Callable[[], pa.Table]) -> Written:
        """Make one partition unless it was already made from the same inputs.

        `inputs` identifies everything the result depends on (see `inputs_key`). `partition` may name fewer columns
        than the table is partitioned by: then all partitions under it are replaced together.

        Raises ContractError when the computed table breaks its contract; the stored table stays as it was.
        """
        return self.current(name, partition, inputs) or self.write(name, partition, compute(), inputs)

    def current(self, name: str, partition: Partition, inputs: str) -> Written | None:
        """What the partition holds when it was made from these inputs and is still whole, else None."""
        memory = self.memory.of(name, partition)
        if memory is None or memory["inputs"] != inputs or self._live(name, partition) != memory["files"]:
            return None
        return Written(name, dict(partition), memory["rows"], memory["content_hash"], skipped=True)

    def drop(self, name: str, partition: Partition) -> None:
        """Remove one partition: its rows and the memory of it. One that is not there is no error."""
        if self._live(name, partition):
            self.delta(name).delete(_predicate(partition))
        self.memory.forget(name, partition)

    def write(self, name: str, partition: Partition, table: pa.Table, inputs: str = "") -> Written:
        """Replace one partition (or the whole table for an empty mapping) in one commit.

        Unchanged content is not written again. Raises ContractError listing every violation.
        """
        contract = self.contracts[name]
        check(contract, partition, table)
        table = table.select(contract.column_names).cast(contract.schema)
        digest = content_hash(table)
        if not (unchanged := self._holds(name, partition, digest)):
            self._commit(contract, partition, table)
        self._remember(name, partition, inputs, digest, table.num_rows)
        return Written(name, dict(partition), table.num_rows, digest, skipped=unchanged)

    def write_many(
        self, name: str, partition: Partition, column: str, table: pa.Table, inputs: Mapping[int, str]
    ) -> list[Written]:
        """Replace the partitions under `partition` that have the keys of `inputs` in `column`, in one commit.

        As `write` for each of them with its own inputs, but a commit costs more than the rows of a month. Unchanged
        ones are not written again. Raises ContractError listing every violation.
        """
        contract = self.contracts[name]
        check(contract, partition, table)
        unexpected = set(table.column(column).unique().to_pylist()) - set(inputs)
        if unexpected:
            raise ContractError(f"{name} {dict(partition)}: {column} {sorted(unexpected)} is not asked for")
        table = table.select(contract.column_names).cast(contract.schema)
        parts = {value: {**partition, column: value} for value in inputs}
        hashes = partition_hashes(table, column, list(inputs))
        changed = [value for value, part in parts.items() if not self._holds(name, part, hashes[value][1])]
        if changed:
            rows = table if len(changed) == len(inputs) else table.filter(pc.field(column).isin(changed))
            self._commit(contract, partition, rows, f"{column} in ({', '.join(map(str, changed))})")
        results = []
        for value, part in parts.items():
            count, digest = hashes[value]
            self._remember(name, part, inputs[value], digest, count)
            results.append(Written(name, part, count, digest, skipped=value not in changed))
        return results

    def create(self, name: str) -> None:
        """Make the table without rows unless it is there. Its own commit, because two processes that both took their
        partition's first write for the table's would each replace the whole of it."""
        if self.exists(name):
            return
        contract = self.contracts[name]
        self._remove_outdated(name)
        self.path(name).mkdir(parents=True, exist_ok=True)
        # A checkpoint every ten commits: a table of 170 months opens in 6 ms instead of 40, and is opened often.
        DeltaTable.create(
            str(self.path(name)),
            contract.schema,
            mode="ignore",
            partition_by=list(contract.partition_by) or None,
            configuration={"delta.checkpointInterval": "10"},
        )

    def _remove_outdated(self, name: str) -> None:
        """Take away a table whose columns are those of an older contract: all of it can be made again."""
        if not self._written(name):
            return
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # of two processes that find it outdated the second finds it gone
            if not self._written(name) or self._fits(name):
                return
            logger.warning("%s has the columns of an older contract: it is made anew", name)
            shutil.rmtree(self.path(name))
            self.memory.forget_table(name)
            forget_opened(self.path(name))

    def made(self, name: str, partition: Partition) -> bool:
        """Whether the partition was ever made, be it without rows: `partitions` lists those that have some."""
        return self.exists(name) and self.memory.of(name, partition) is not None

    def content(self, name: str, partition: Partition | None = None) -> str:
        """Hash of what the table (or the partitions under `partition`) holds now: the key for what reads it."""
        wanted = dict(partition or {})
        exact = self.memory.of(name, wanted) if set(wanted) == set(self.contracts[name].partition_by) else None
        if exact is not None:
            return hashlib.sha256(exact["content_hash"].encode()).hexdigest()
        hashes = [
            memory["content_hash"]
            for memory in self.memory.of_table(name)
            if all(memory["partition"].get(k, v) == v for k, v in wanted.items())
        ]
        return hashlib.sha256("".join(hashes).encode()).hexdigest()

    def content_hashes(self, name: str) -> list[tuple[dict[str, int | str], str]]:
        """Every partition that was written, with the hash of what it holds, in a fixed order."""
        return [(memory["partition"], memory["content_hash"]) for memory in self.memory.of_table(name)]

    def state(self, name: str) -> str:
        """Hash of what every partition holds and was made from: code and weights, which contents alone do not show."""
        parts = [(item["partition"], item["inputs"], item["content_hash"]) for item in self.memory.of_table(name)]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _commit(self, contract: Table, partition: Partition, table: pa.Table, narrower: str = "") -> None:
        self.create(contract.name)
        delta = self.delta(contract.name)
        # An overwrite with a predicate replaces the partition in one commit.
        write_deltalake(
            delta,
            table,
            mode="overwrite",
            partition_by=list(contract.partition_by) or None,
            predicate=" and ".join(filter(None, (_predicate(partition), narrower))) or None,
            writer_properties=WriterProperties(compression="ZSTD", compression_level=1),
        )
        keep_opened(self.path(contract.name), delta)

    def _holds(self, name: str, partition: Partition, digest: str) -> bool:
        """Whether the partition was written with this content and its files are still the live ones."""
        memory = self.memory.of(name, partition)
        return (
            memory is not None and memory["content_hash"] == digest and self._live(name, partition) == memory["files"]
        )

    def _live(self, name: str, partition: Partition) -> list[str]:
        if not self.exists(name):
            return []
        filters = [(column, "=", str(value)) for column, value in partition.items()]
        return sorted(self.delta(name).file_uris(partition_filters=filters or None))

    def _remember(self, name: str, partition: Partition, inputs: str, digest: str, rows: int) -> None:
        files = self._live(name, partition)
        memory = {"partition": dict(partition), "inputs": inputs, "content_hash": digest, "rows": rows, "files": files}
        self.memory.keep(name, memory)


def _predicate(partition: Partition) -> str | None:
    """The partition as SQL; None for the whole table."""
    conditions = []
    for column, value in partition.items():
        text = "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
        conditions.append(f"{column} = {text}")
    return " and ".join(conditions) or None
