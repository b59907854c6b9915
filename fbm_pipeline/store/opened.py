"""Opened Delta tables, kept from one read to the next: a session binds thirty tables, and most did not change."""

import os
from functools import cached_property
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable

Commit = tuple[str, int, int]  # name, inode and time


class Opened:
    """A table at the commit that was its newest. Its columns are asked for a hundred times as often as they change."""

    def __init__(self, newest: Commit, delta: DeltaTable) -> None:
        self.newest = newest
        self.delta = delta

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.schema(self.delta.schema().to_arrow())


_OPENED: dict[Path, Opened] = {}


def opened(path: Path) -> Opened:
    """The Delta table of a folder at its newest commit."""
    newest = _newest_commit(path / "_delta_log")
    known = _OPENED.get(path)
    if known is None or known.newest != newest:
        known = _OPENED[path] = Opened(newest, DeltaTable(str(path)))
    return known


def keep_opened(path: Path, delta: DeltaTable) -> None:
    """Keep a table that was just written to, unless another process wrote after us: then it is opened anew."""
    newest = _newest_commit(path / "_delta_log")
    if int(Path(newest[0]).stem) == delta.version():
        _OPENED[path] = Opened(newest, delta)


def forget_opened(path: Path) -> None:
    """Let go of a table whose folder was taken away."""
    _OPENED.pop(path, None)


def _newest_commit(log: Path) -> Commit:
    """A table made anew under an old path has another one."""
    commits = (entry for entry in os.scandir(log) if entry.name[0].isdigit() and entry.name.endswith(".json"))
    newest = max(commits, key=lambda entry: entry.name)
    return newest.name, newest.inode(), newest.stat().st_mtime_ns
