"""`fbm doctor` and `fbm repair`: is what lies in the home what was written, and a run that makes again what is not.

Not here: how a table or checkpoint is verified (store.health, nn.checkpoint).
"""

import argparse
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from fbm_pipeline.settings import Settings
from fbm_pipeline.store.health import clear_the_way, faults
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES


def tell_faults(settings: Settings, *, deep: bool) -> int:
    """Print every fault of the home, 1 where there is one. Without `deep` files are counted and measured only."""
    store = Store(settings.store_root, TABLES)
    found = [str(fault) for fault in faults(store, deep=deep)]
    if deep:
        found += [
            *(why for _, why in _damaged_checkpoints(settings.checkpoints)),
            *_database_faults(settings.home),
            *_record_faults(settings),
        ]
    for line in found:
        print(f"damaged   {line}")
    if found:
        print("          `fbm repair` makes again what is damaged, and nothing else")
    else:
        files = sum(len(store.files_under(name, {})) for name in store.contracts if store.written(name))
        print(f"whole     {files} files of tables{', every byte; checkpoints and databases' if deep else ''}")
    return 1 if found else 0


def repair(settings: Settings, options: argparse.Namespace) -> int:
    """Take away what no run could write over, then run: what is damaged is made again, all else is unchanged."""
    store = Store(settings.store_root, TABLES)
    for fault in faults(store):
        print(f"damaged   {fault}")
    for gone in clear_the_way(store):
        print(f"dropped   {gone.place}")
    for folder, why in _damaged_checkpoints(settings.checkpoints):
        shutil.rmtree(folder)
        print(f"dropped   {folder}: {why}")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "fbm_pipeline.defs.materialize"])


def _damaged_checkpoints(folder: Path) -> Iterator[tuple[Path, str]]:
    from fbm_pipeline.nn.checkpoint import LATEST, CorruptCheckpoint, load_checkpoint

    for pointer in sorted(folder.rglob(LATEST)):
        try:
            load_checkpoint(pointer.parent)
        except CorruptCheckpoint as error:
            yield pointer.parent, str(error)


def _database_faults(home: Path) -> Iterator[str]:
    for file in sorted([*home.glob("*.db"), *(home / "dagster").rglob("*.db")]):
        try:
            with sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True) as database:
                answer = str(database.execute("pragma integrity_check").fetchone()[0])
        except sqlite3.Error as error:
            answer = str(error)
        if answer != "ok":
            yield f"{file}: {answer.splitlines()[0]}; move it away: the next run begins a new one"


def _record_faults(settings: Settings) -> Iterator[str]:
    record = settings.home / "run.json"
    try:
        if record.is_file():
            json.loads(record.read_bytes())
    except ValueError as error:
        yield f"{record}: it is no JSON ({error}); remove it: the next run writes it"
