"""Opened Delta tables, kept from one read to the next: a session binds thirty tables, and most did not change."""

import os
from pathlib import Path

from deltalake import DeltaTable

# Each with the commit that was its newest.
_OPENED: dict[Path, tuple[tuple[str, int, int], DeltaTable]] = {}


def opened(path: Path) -> DeltaTable:
    """The Delta table of a folder at its newest commit."""
    newest = _newest_commit(path / "_delta_log")
    known = _OPENED.get(path)
    if known is None or known[0] != newest:
        known = _OPENED[path] = (newest, DeltaTable(str(path)))
    return known[1]


def keep_opened(path: Path, delta: DeltaTable) -> None:
    """Keep a table that was just written to, unless another process wrote after us: then it is opened anew."""
    newest = _newest_commit(path / "_delta_log")
    if int(Path(newest[0]).stem) == delta.version():
        _OPENED[path] = (newest, delta)


def forget_opened(path: Path) -> None:
    """Let go of a table whose folder was taken away."""
    _OPENED.pop(path, None)


def _newest_commit(log: Path) -> tuple[str, int, int]:
    """Name, inode and time of the newest commit: a table made anew under an old path has another one."""
    commits = (entry for entry in os.scandir(log) if entry.name[0].isdigit() and entry.name.endswith(".json"))
    newest = max(commits, key=lambda entry: entry.name)
    return newest.name, newest.inode(), newest.stat().st_mtime_ns
