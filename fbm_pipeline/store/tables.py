"""Delta tables: whole partitions replaced atomically, and work skipped when its inputs did not change.

A partition is remembered with the key of what it was made from and the hash of what it holds. The memory is a
small JSON beside the table, checked against the table's live files: when it is lost or disagrees, the partition is
made again. Readers see a whole version, never a half-written one, and no file whose bytes are not those written.
"""

import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from pyarrow.parquet import filters_to_expression

from fbm_pipeline.faultpoints import crash_point
from fbm_pipeline.store.contents import check, content_hash, partition_hashes
from fbm_pipeline.store.declarations import ContractError, Table
from fbm_pipeline.store.delta_log import address, forget_opened, replace_files, writing
from fbm_pipeline.store.files import LiveFile, fault_of, write_file
from fbm_pipeline.store.held_tables import HeldTables, Partition, shape_key

Change = tuple[dict, pa.Table | None]  # the memory of a partition, and its rows where they are not those it holds

logger = logging.getLogger("fbm_pipeline.store")


@dataclass(frozen=True)
class Written:
    """What a table's partition holds after a call. `skipped`: its inputs had not changed."""

    table: str
    partition: dict[str, int | str]
    rows: int
    content_hash: str
    skipped: bool


class Store(HeldTables):
    """The tables under one root, to be read and written."""

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
        if memory is None or memory["inputs"] != inputs or not self._holds(name, partition, memory["content_hash"]):
            return None
        return Written(name, dict(partition), memory["rows"], memory["content_hash"], skipped=True)

    def drop(self, name: str, partition: Partition) -> None:
        """Remove one partition: its rows and the memory of it. One that is not there is no error."""
        if self.exists(name):
            with writing(self.path(name)):
                replace_files(self.path(name), self.contracts[name], self.files_under(name, partition), [])
                self.memory.forget(name, partition)

    def write(self, name: str, partition: Partition, table: pa.Table, inputs: str = "") -> Written:
        """Replace one partition (or the whole table for an empty mapping) in one commit.

        Unchanged content is not written again. Raises ContractError listing every violation.
        """
        contract = self.contracts[name]
        check(contract, partition, table)
        table = table.select(contract.column_names).cast(contract.schema)
        digest = content_hash(table)
        unchanged = self._holds(name, partition, digest)
        memory = self._memory(name, partition, inputs, digest, table.num_rows)
        self._commit(contract, [(memory, None if unchanged else table)])
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
        hashes = partition_hashes(table, column, list(inputs))
        changes: list[Change] = []
        results = []
        for value, key in inputs.items():
            part, (count, digest) = {**partition, column: value}, hashes[value]
            unchanged = self._holds(name, part, digest)
            rows = None if unchanged else table.filter(pc.field(column) == value)
            changes.append((self._memory(name, part, key, digest, count), rows))
            results.append(Written(name, part, count, digest, skipped=unchanged))
        self._commit(contract, changes)
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
            address(self.path(name)),
            contract.schema,
            mode="ignore",
            partition_by=list(contract.partition_by) or None,
            configuration={"delta.checkpointInterval": "10"},
        )

    def _remove_outdated(self, name: str) -> None:
        """Take away a table whose columns are those of an older contract: all of it can be made again."""
        if not self.written(name):
            return
        with writing(self.path(name)):  # of two processes that find it outdated the second finds it gone
            if not self.written(name) or self._fits(name):
                return
            logger.warning("%s has the columns of an older contract: it is made anew", name)
            shutil.rmtree(self.path(name))
            self.memory.forget_table(name)
            forget_opened(self.path(name))

    def _commit(self, contract: Table, changes: Sequence[Change]) -> None:
        """Write the rows of the partitions in one commit, and remember them.

        In this order: the files, what is about to be, the commit, what is. A process that ends in between leaves the
        old rows or the new ones, and a memory that tells which.
        """
        name, folder = contract.name, self.path(contract.name)
        self.create(name)
        with writing(folder):
            into: list[LiveFile] = []
            out: list[LiveFile] = []
            for memory, rows in changes:
                if rows is None:
                    memory["files"] = self._live(name, memory["partition"])
                    continue
                files = [write_file(folder, part, of_part) for part, of_part in _split(rows, contract)]
                memory["files"] = sorted(file.path for file in files)
                into += files
                out += self.files_under(name, memory["partition"])
                crash_point("store.files_written")
                self.memory.announce(name, memory)
                self.memory.forget_overlapping(name, memory["partition"], contract.partition_by)
            crash_point("store.announced")
            replace_files(folder, contract, out, into)
            crash_point("store.committed")
            for memory, _ in changes:
                self.memory.keep(name, memory)
                crash_point("store.remembered")

    def _memory(self, name: str, partition: Partition, inputs: str, digest: str, rows: int) -> dict:
        made = {"partition": dict(partition), "inputs": inputs, "content_hash": digest, "rows": rows, "files": []}
        return {**made, "shape": shape_key(self.contracts[name])}

    def _holds(self, name: str, partition: Partition, digest: str) -> bool:
        """Whether the partition was written with this content, and its files are live and whole."""
        memory = self.memory.of(name, partition)
        if memory is None or memory["content_hash"] != digest or self._live(name, partition) != memory["files"]:
            return False
        return not any(fault_of(self.path(name), file) for file in self.files_under(name, partition))


def _split(rows: pa.Table, contract: Table) -> list[tuple[dict, pa.Table]]:
    """Rows by whole partition, in order."""
    by = list(contract.partition_by)
    if not by:
        return [({}, rows)] if rows.num_rows else []
    parts = rows.select(by).group_by(by).aggregate([]).sort_by([(column, "ascending") for column in by]).to_pylist()
    if len(parts) == 1:
        return [(parts[0], rows)]
    return [(part, rows.filter(filters_to_expression([(k, "==", v) for k, v in part.items()]))) for part in parts]
