"""The memory of partitions: what each was made from and what it holds, a small JSON beside its table.

Not here: whether a memory is still true. The store compares it with the table's live files.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fbm_pipeline.store.windows import Value

# Memories as last read, each with its file's inode, size and time: a run asks for the same hundreds again and again.
_MEMORIES: dict[Path, tuple[tuple[int, int, int], dict]] = {}


class Memory:
    """The memories of all tables of a store, under its root."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "_memory"

    def of(self, name: str, partition: Mapping[str, Value]) -> dict[str, Any] | None:
        """Inputs, content hash, rows and files of a partition as it was last written; None for one never made."""
        file = self._file(name, partition)
        return _read(file) if file.is_file() else None

    def of_table(self, name: str) -> list[dict[str, Any]]:
        """The memory of every partition of a table, in a fixed order."""
        return [_read(file) for file in sorted((self.folder / name).glob("*.json"))]

    def keep(self, name: str, memory: Mapping[str, Any]) -> None:
        """Keep the memory of its `partition` in place of the one before. A reader sees either, never half of one."""
        file = self._file(name, memory["partition"])
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(memory, indent=1), encoding="utf-8")
        temporary.replace(file)

    def forget(self, name: str, partition: Mapping[str, Value]) -> None:
        """Forget a partition. One that was never made is no error."""
        self._file(name, partition).unlink(missing_ok=True)

    def forget_table(self, name: str) -> None:
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def _file(self, name: str, partition: Mapping[str, Value]) -> Path:
        label = "-".join(f"{k}={partition[k]}" for k in sorted(partition)) or "all"
        safe = label if len(label) < 120 and "/" not in label else hashlib.sha256(label.encode()).hexdigest()
        return self.folder / name / f"{safe}.json"


def _read(file: Path) -> dict[str, Any]:
    status = file.stat()
    mark = (status.st_ino, status.st_size, status.st_mtime_ns)
    remembered = _MEMORIES.get(file)
    if remembered is None or remembered[0] != mark:
        remembered = _MEMORIES[file] = (mark, json.loads(file.read_text(encoding="utf-8")))
    return remembered[1]
