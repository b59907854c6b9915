"""The memory of partitions: what each was made from and what it holds, a small JSON beside its table.

While a commit goes on a memory holds both what was and what is to be (`next`); the table's live files tell which of
them is true, also when the process ended in between. Not here: whether those files are whole (files, tables).
"""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from fbm_pipeline.store.files import sync_folder
from fbm_pipeline.store.windows import Value

logger = logging.getLogger("fbm_pipeline.store")

# Memories as last read, each with its file's inode, size and time: a run asks for the same hundreds again and again.
_MEMORIES: dict[Path, tuple[tuple[int, int, int], dict]] = {}


class Memory:
    """The memories of all tables of a store, under its root."""

    def __init__(self, root: Path, live: Callable[[str, Mapping[str, Value]], list[str]]) -> None:
        self.folder = root / "_memory"
        self._live = live  # the live files of a partition, in order

    def of(self, name: str, partition: Mapping[str, Value]) -> dict[str, Any] | None:
        """Inputs, content hash, rows and files of a partition as it was last written; None for one never made."""
        file = self._file(name, partition)
        return self._settled(name, _read(file)) if file.is_file() else None

    def of_table(self, name: str) -> list[dict[str, Any]]:
        """The memory of every partition of a table, in a fixed order."""
        settled = (self._settled(name, _read(file)) for file in sorted((self.folder / name).glob("*.json")))
        return [memory for memory in settled if memory is not None]

    def announce(self, name: str, memory: Mapping[str, Any]) -> None:
        """Note what a partition is about to hold beside what it holds."""
        before = self.of(name, memory["partition"]) or {"partition": memory["partition"]}
        self.keep(name, {**before, "next": dict(memory)}, durable=True)

    def keep(self, name: str, memory: Mapping[str, Any], *, durable: bool = False) -> None:
        """Keep the memory of its `partition` in place of the one before. A reader sees either, never half of one.

        After a commit it need not be on disk at once: what was announced tells the same.
        """
        file = self._file(name, memory["partition"])
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(f".{os.getpid()}.tmp")
        with temporary.open("w", encoding="utf-8") as handle:
            handle.write(json.dumps({**memory, "check": _check(memory)}, indent=1))
            handle.flush()
            if durable:
                os.fsync(handle.fileno())
        temporary.replace(file)
        if durable:
            sync_folder(file.parent)

    def forget(self, name: str, partition: Mapping[str, Value]) -> None:
        """Forget a partition. One that was never made is no error."""
        self._file(name, partition).unlink(missing_ok=True)

    def forget_overlapping(self, name: str, partition: Mapping[str, Value], by: Sequence[str]) -> None:
        """Forget what a wider or a narrower partition was remembered as: its rows are about to be replaced."""
        for count in range(len(partition)):
            for columns in combinations(sorted(partition), count):
                self.forget(name, {column: partition[column] for column in columns})
        if len(partition) < len(by):
            for memory in self.of_table(name):
                narrower = len(memory["partition"]) > len(partition)
                if narrower and partition.items() <= memory["partition"].items():
                    self.forget(name, memory["partition"])

    def forget_table(self, name: str) -> None:
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def _settled(self, name: str, memory: dict[str, Any] | None) -> dict[str, Any] | None:
        """Of what was and what was to be, that which the table holds."""
        if memory is None or "next" not in memory:
            return memory
        if memory["next"]["files"] == self._live(name, memory["partition"]):
            return memory["next"]
        return memory if "files" in memory else None

    def _file(self, name: str, partition: Mapping[str, Value]) -> Path:
        label = "-".join(f"{k}={partition[k]}" for k in sorted(partition)) or "all"
        safe = label if len(label) < 120 and "/" not in label else hashlib.sha256(label.encode()).hexdigest()
        return self.folder / name / f"{safe}.json"


def _check(memory: Mapping[str, Any]) -> str:
    """What tells a memory from a damaged one."""
    return hashlib.sha256(json.dumps(memory, sort_keys=True).encode()).hexdigest()


def is_memory(file: Path) -> bool:
    """Whether a file holds the memory of a partition."""
    return _read(file) is not None


def _read(file: Path) -> dict[str, Any] | None:
    """The memory in a file; None, with a warning, where it is no memory: its partition is then made again."""
    status = file.stat()
    mark = (status.st_ino, status.st_size, status.st_mtime_ns)
    remembered = _MEMORIES.get(file)
    if remembered is None or remembered[0] != mark:
        try:
            content = json.loads(file.read_bytes())
            if not isinstance(content, dict) or content.pop("check", None) != _check(content):
                raise ValueError("it is not what this version wrote")
        except ValueError as error:
            logger.warning("%s is damaged (%s): what it was about is made again", file, error)
            return None
        remembered = _MEMORIES[file] = (mark, content)
    return remembered[1]
