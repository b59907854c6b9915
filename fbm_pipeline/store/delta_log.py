"""Delta's log of a table: opened at its newest commit and kept, and commits that are durable, one writer at a time.

A session binds thirty tables, and most did not change since the last one.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.transaction import AddAction, RemoveAction

from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.files import LiveFile, place_of, sync_folder
from fbm_pipeline.store.windows import Value

Commit = tuple[str, int, int]  # name, inode and time


class Opened:
    """A table at the commit that was its newest. Its columns are asked for a hundred times as often as they change."""

    def __init__(self, newest: Commit, delta: DeltaTable) -> None:
        self.newest = newest
        self.delta = delta

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.schema(self.delta.schema().to_arrow())

    @cached_property
    def files(self) -> dict[str, LiveFile]:
        """The live files by their paths under the table's folder."""
        by = self.delta.metadata().partition_columns
        columns = ["path", "size_bytes", *(f"partition.{column}" for column in by)]
        rows = pa.table(self.delta.get_add_actions(flatten=True)).select(columns).to_pylist()
        files = [  # the log holds paths as URLs
            LiveFile(unquote(row["path"]), row["size_bytes"], {name: row[f"partition.{name}"] for name in by})
            for row in rows
        ]
        return {file.path: file for file in sorted(files, key=lambda file: file.path)}

    @cached_property
    def misplaced(self) -> list[LiveFile]:
        """Files that the log counts to another partition than that of their folder."""
        return [file for file in self.files.values() if file.path.rpartition("/")[0] != place_of(file.partition)[:-1]]


_OPENED: dict[Path, Opened] = {}


def address(path: Path) -> str:
    """The folder as a URL: as a plain path, Delta would take a `%20` in it for a blank."""
    return path.absolute().as_uri()


def opened(path: Path) -> Opened:
    """The Delta table of a folder at its newest commit."""
    newest = _newest_commit(path / "_delta_log")
    known = _OPENED.get(path)
    if known is None or known.newest != newest:
        known = _OPENED[path] = Opened(newest, DeltaTable(address(path)))
    return known


def keep_opened(path: Path, delta: DeltaTable) -> None:
    """Keep a table that was just written to, unless another process wrote after us: then it is opened anew."""
    newest = _newest_commit(path / "_delta_log")
    if int(Path(newest[0]).stem) == delta.version():
        _OPENED[path] = Opened(newest, delta)


def forget_opened(path: Path) -> None:
    """Let go of a table whose folder was taken away, or whose log is to be read anew."""
    _OPENED.pop(path, None)


def _newest_commit(log: Path) -> Commit:
    """A table made anew under an old path has another one."""
    commits = (entry for entry in os.scandir(log) if entry.name[0].isdigit() and entry.name.endswith(".json"))
    newest = max(commits, key=lambda entry: entry.name)
    return newest.name, newest.inode(), newest.stat().st_mtime_ns


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the table against every other writer on this machine, for the moment of a commit."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file is closed, however that comes about
        yield


def replace_files(folder: Path, contract: Table, out: Sequence[LiveFile], into: Sequence[LiveFile]) -> None:
    """One commit that takes the files of `out` from the table and adds those of `into`, which are on disk already."""
    now = time.time_ns() // 1_000_000
    actions: list[AddAction | RemoveAction] = [
        AddAction(file.path, file.size, _texts(file.partition), now, True, json.dumps({})) for file in into
    ]
    actions += [RemoveAction(path=file.path, data_change=True, deletion_timestamp=now) for file in out]
    if not actions:
        return
    delta = opened(folder).delta
    delta.create_write_transaction(actions, "append", contract.schema, list(contract.partition_by))
    delta.update_incremental()
    _sync_log(folder / "_delta_log", delta.version())
    keep_opened(folder, delta)


def _texts(partition: Mapping[str, Value]) -> dict[str, str | None]:
    return {column: str(value) for column, value in partition.items()}


def _sync_log(log: Path, version: int) -> None:
    with (log / f"{version:020d}.json").open("rb") as commit:
        os.fsync(commit.fileno())
    sync_folder(log)
