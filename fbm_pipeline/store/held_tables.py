"""The tables of a store as they are read: which there are, what each partition holds, and only files that are whole.

Not here: writing them (tables).
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.delta_log import Opened, opened
from fbm_pipeline.store.files import DamagedTableError, LiveFile, fault_of
from fbm_pipeline.store.memory import Memory

Partition = Mapping[str, int | str]


class HeldTables:
    """The Delta tables under one root, by `schema.table` name."""

    def __init__(self, root: Path, contracts: Mapping[str, Table]) -> None:
        self.root = root
        self.contracts = contracts
        self.memory = Memory(root, self._live)

    def shown(self) -> list[str]:
        """The tables that a session shows where it is asked for none by name: all that were written."""
        return [name for name in self.contracts if self.exists(name)]

    def path(self, name: str) -> Path:
        schema, table = self.contracts[name].name.split(".")
        return self.root / schema / table

    def exists(self, name: str) -> bool:
        """Whether the table was written under its present contract. One of an older contract is made again.

        Raises DamagedTableError for a table whose log cannot be read, or tells other columns than were written.
        """
        if not self.written(name) or self._fits(name):
            return self.written(name)
        if any(memory["shape"] == shape_key(self.contracts[name]) for memory in self.memory.of_table(name)):
            raise DamagedTableError(name, self.path(name) / "_delta_log", "it tells other columns than were written")
        return False

    def written(self, name: str) -> bool:
        """Whether the table was written, be it under an older contract."""
        return (self.path(name) / "_delta_log").is_dir()

    def _fits(self, name: str) -> bool:
        return self._opened(name).schema.equals(self.contracts[name].schema)

    def _opened(self, name: str) -> Opened:
        log = self.path(name) / "_delta_log"
        try:
            return opened(self.path(name))
        except (DeltaError, ValueError, OSError) as error:
            raise DamagedTableError(name, log, f"the table's log cannot be read ({_first_line(error)})") from error

    def delta(self, name: str) -> DeltaTable:
        """The Delta table, every live file of it verified.

        Raises FileNotFoundError naming the table when it was never written, DamagedTableError for one whose files or
        log are not what was written.
        """
        return self._whole(name).delta

    def files(self, name: str) -> list[str]:
        """The live files of the current version, as local paths. Raises as `delta`."""
        return [str(self.path(name) / path) for path in self._whole(name).files]

    def _whole(self, name: str) -> Opened:
        if not self.exists(name):
            older = " under its present contract (an older one is there)" if self.written(name) else ""
            raise FileNotFoundError(f"table {name} does not exist under {self.root}{older}; materialize {name} first")
        known = self.remembered(name)
        for path, file in known.files.items():
            if fault := fault_of(self.path(name), file):
                raise DamagedTableError(name, self.path(name) / path, fault, file.partition)
        return known

    def remembered(self, name: str) -> Opened:
        """The table at a version that holds every file that is remembered. Raises DamagedTableError where none does.

        Judged only where no other process committed between the log's reading and the memories'.
        """
        while True:
            known = self._opened(name)
            lost = [memory for memory in self.memory.of_table(name) if not set(memory["files"]) <= known.files.keys()]
            if not lost and not known.misplaced:
                return known
            if self._opened(name) is known:
                break
        partition = lost[0]["partition"] if lost else known.misplaced[0].partition
        log = self.path(name) / "_delta_log"
        raise DamagedTableError(name, log, "it names other files than were written", partition)

    def partitions(self, name: str) -> list[dict[str, int | str]]:
        """Partitions with live rows, each as a mapping of column to value."""
        if not self.exists(name):
            return []
        by_text = {json.dumps(file.partition, sort_keys=True): file.partition for file in self._files(name)}
        return [dict(by_text[text]) for text in sorted(by_text)]

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

    def _files(self, name: str) -> list[LiveFile]:
        return list(self._opened(name).files.values()) if self.exists(name) else []

    def files_under(self, name: str, partition: Partition) -> list[LiveFile]:
        """The live files of the partitions under `partition`; not verified."""
        return [
            file
            for file in self._files(name)
            if all(file.partition.get(column) == value for column, value in partition.items())
        ]

    def _live(self, name: str, partition: Partition) -> list[str]:
        return [file.path for file in self.files_under(name, partition)]


def shape_key(contract: Table) -> str:
    """What tells a contract from an older one."""
    return hashlib.sha256(contract.shape.encode()).hexdigest()[:16]


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0][:200]
