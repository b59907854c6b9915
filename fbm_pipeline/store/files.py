"""Parquet files of tables: named by what they hold, on disk before anything names them, verified before they are read.

`season=2016/month=4/<sha256>-<token>.parquet` stands in Delta's log, so the log itself says what each live file must
hold. The token tells a file from an earlier one with the same rows. Paths are relative to the table's folder: a store
that was copied or moved is whole, and never reads the old one.
"""

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from fbm_pipeline.store.windows import Value

# Files whose bytes were compared with their names, each with its inode, size and time then.
_VERIFIED: dict[Path, tuple[int, int, int]] = {}


class DamagedTableError(ValueError):
    """A table's file or log is not what was written. The message names file, table and partition, and what mends it."""

    def __init__(self, name: str, what: Path, why: str, partition: Mapping[str, Value] | None = None) -> None:
        of = f" {dict(partition)}" if partition else ""
        super().__init__(f"{what}: {why}; it belongs to {name}{of}. Nothing was read. `fbm repair` mends it")


@dataclass(frozen=True)
class LiveFile:
    """One file of a table: its path under the table's folder, its bytes, and the partition whose rows it holds."""

    path: str
    size: int
    partition: dict[str, Value]


def write_file(folder: Path, partition: Mapping[str, Value], rows: pa.Table) -> LiveFile:
    """Write the rows of one whole partition under the table's folder, durable when this returns."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows.drop_columns(list(partition)), sink, compression="zstd", compression_level=1)
    payload = sink.getvalue()
    path = f"{place_of(partition)}{hashlib.sha256(payload).hexdigest()}-{secrets.token_hex(4)}.parquet"
    file = folder / path
    _make_folder(file.parent)
    with file.open("wb") as handle:
        handle.write(payload)
        handle.flush()
        os.fsync(handle.fileno())
    sync_folder(file.parent)
    _VERIFIED[file] = _mark(file)
    return LiveFile(path, len(payload), dict(partition))


def place_of(partition: Mapping[str, Value]) -> str:
    """The folder of a partition's files under the table's."""
    return "".join(f"{column}={quote(str(value), safe='')}/" for column, value in partition.items())


def fault_of(folder: Path, live: LiveFile) -> str:
    """What is wrong with a file of a table in words; empty where its bytes are those that were written."""
    file = folder / live.path
    try:
        mark = _mark(file)
        if mark[1] != live.size:
            return f"it holds {mark[1]} bytes, the table's log says {live.size}"
        if _VERIFIED.get(file) == mark:
            return ""
        with file.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        return "the file is gone" if isinstance(error, FileNotFoundError) else f"it cannot be read ({error.strerror})"
    if digest != file.name.partition("-")[0]:
        older = file.name.startswith("part-")
        return "an older version wrote it" if older else f"its {mark[1]} bytes are not those that were written"
    _VERIFIED[file] = mark
    return ""


def sync_folder(folder: Path) -> None:
    """Put the folder's list of files on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each durable in its parent."""
    absent = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in absent:
        sync_folder(each.parent)


def _mark(file: Path) -> tuple[int, int, int]:
    status = file.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns
