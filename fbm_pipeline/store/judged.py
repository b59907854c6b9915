"""What a check of tables found, kept until its code, its settings or a table that it read changes.

A check reads what it likes; the tables that it asks for are noted, so that nobody declares them. Only what passed is
kept: a failed check is asked again. Not here: which checks there are.
"""

import json
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.held_tables import Partition
from fbm_pipeline.store.tables import Store


@dataclass(frozen=True)
class Judged:
    """Whether a check passed, and what it says of it, as JSON. `as_before`: nothing had changed since it was asked."""

    passed: bool
    said: dict[str, Any]
    as_before: bool = False


class NotedReads(Store):
    """A store that notes the names of the tables that are asked for."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.root, store.contracts)
        self.names: set[str] = set()

    def exists(self, name: str) -> bool:
        self.names.add(name)
        return super().exists(name)

    def content(self, name: str, partition: Partition | None = None) -> str:
        self.names.add(name)
        return super().content(name, partition)

    def content_hashes(self, name: str) -> list[tuple[dict[str, int | str], str]]:
        self.names.add(name)
        return super().content_hashes(name)


def judge(
    store: Store,
    name: str,
    depends_on: Mapping[str, object],
    check: Callable[[Store], Judged],
    reads: Collection[str] | None = None,
) -> Judged:
    """What the check says of the store, or what it said when nothing was different.

    `depends_on` names what it depends on beside the tables: its code, the settings, the seasons. `reads` are the tables
    where the check asks for more than its answer depends on.
    """
    file = store.root / "_memory" / "_checks" / f"{name.replace('/', '__')}.json"
    if file.is_file():
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["key"] == _key(store, kept["reads"], depends_on):
            return Judged(True, kept["said"], as_before=True)
    noted = NotedReads(store)
    judged = check(noted)
    if judged.passed:
        names = sorted(noted.names if reads is None else reads)
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(f".{os.getpid()}.tmp")
        record = {"reads": names, "key": _key(store, names, depends_on), "said": judged.said}
        temporary.write_text(json.dumps(record, indent=1), encoding="utf-8")
        temporary.replace(file)
    return judged


def _key(store: Store, reads: Collection[str], depends_on: Mapping[str, object]) -> str:
    return inputs_key(**depends_on, reads={name: store.state(name) for name in reads if name in store.contracts})
