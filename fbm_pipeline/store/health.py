"""Is every table what was written? A run makes again what is not, and readers refuse it until then.

Not here: making it (a run does), checkpoints (nn.checkpoint), databases (cli.health).
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fbm_pipeline.store.delta_log import forget_opened, writing
from fbm_pipeline.store.files import DamagedTableError, fault_of
from fbm_pipeline.store.memory import is_memory
from fbm_pipeline.store.tables import Store


@dataclass(frozen=True)
class Fault:
    """One thing of a table that is not what was written: where, and why."""

    table: str
    place: Path
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}; it belongs to {self.table}"


def faults(store: Store, *, deep: bool = True) -> Iterator[Fault]:
    """Every fault of every table. Without `deep` no bytes are read: files are there and as long as was written."""
    for name in store.contracts:
        if store.written(name):
            yield from _faults_of(store, name, deep)


def clear_the_way(store: Store) -> list[Fault]:
    """Take away what a run could not write over: tables whose log is damaged, and memories that are none.

    Which of a table's files are live is told by its log alone, so all of it is made again. Damaged data files stay:
    a run replaces them, and nobody reads a table without them in between. Returns what was taken away.
    """
    found = [fault for fault in faults(store, deep=False) if not fault.place.name.endswith(".parquet")]
    for fault in found:
        if fault.place.is_file():
            fault.place.unlink()
        elif fault.place.is_dir():
            with writing(store.path(fault.table)):
                shutil.rmtree(store.path(fault.table))
                forget_opened(store.path(fault.table))
                store.memory.forget_table(fault.table)
    return found


def _faults_of(store: Store, name: str, deep: bool) -> Iterator[Fault]:
    folder, log = store.path(name), store.path(name) / "_delta_log"
    for file in sorted((store.memory.folder / name).glob("*.json")):
        if not is_memory(file):
            yield Fault(name, file, "it is not the memory of a partition")
    try:
        live = store.remembered(name).files.values() if store.exists(name) else []
    except DamagedTableError as error:
        yield Fault(name, log, str(error).partition(": ")[2].partition(";")[0])
        return
    for held in live:
        place = folder / held.path
        why = fault_of(folder, held) if deep else _shortly(place, held.size)
        if why:
            yield Fault(name, place, f"{why} {held.partition or ''}".strip())


def _shortly(file: Path, size: int) -> str:
    if not file.is_file():
        return "the file is gone"
    found = file.stat().st_size
    return "" if found == size else f"it holds {found} bytes where {size} were written"
