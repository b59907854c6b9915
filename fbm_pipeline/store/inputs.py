"""What a builder is shown: the tables that its declaration reads, and of these the partitions that lie in its window.

A leak is then not caught afterwards but cannot be written: a table that is not declared, and a partition outside the
window that is asked for by name, fail at the read; all else outside the window is not there.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import DeltaTable
from pyarrow.parquet import filters_to_expression

from fbm_pipeline.settings import Settings
from fbm_pipeline.store.declarations import DeclarationError, Declared, Trained, resolve
from fbm_pipeline.store.held_tables import Partition
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.store.windows import MATCHED, SEASON_COLUMNS, Value, Window

Filters = Sequence[tuple[str, str, Any]]


class WindowError(LookupError):
    """A builder reads what its declaration does not open; the message names the table, the partition and the window."""


class Inputs(Store):
    """A store that shows one builder or training what it declared, and takes nothing.

    `settings` are the declared ones only: what is planned for the partition, fields of the preset, and what the run's
    settings know beside it (`data_kind`). `trained` are the finished trainings that a table is made with, by name.
    """

    def __init__(
        self,
        store: Store,
        table: Declared,
        partition: Partition,
        settings: object = None,
        trained: Mapping[str, Trained] | None = None,
        plan: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(store.root, store.contracts)
        self.store = store
        self.table = table
        self.partition = dict(partition)
        self.settings: Any = DeclaredSettings(table, settings, plan or {})
        self._planned = matched_columns(plan or {})
        self._trained = dict(trained or {})
        self._hashes: dict[str, list[tuple[dict[str, Value], str]]] = {}

    def narrowed(self, **further: Value) -> "Inputs":
        """The inputs of a part of the partition, such as one month of a season. Content hashes are not read again."""
        narrower = copy(self)
        narrower.partition = {**self.partition, **further}
        return narrower

    def trained(self, name: str) -> Trained:
        """A finished training that the table is made with. Raises WindowError for one that is not declared."""
        if name not in self._trained:
            raise WindowError(
                f"the builder of {self.table.name} takes {name}, which it does not declare; it declares "
                f"{', '.join(sorted(self._trained)) or 'none'}. Add the training to `trained`."
            )
        return self._trained[name]

    def shown(self) -> list[str]:
        """Every declared table; one that is optional and was never written is without rows."""
        return list(self.table.reads)

    def exists(self, name: str) -> bool:
        self._require_declared(name)
        return self.store.exists(name)

    def partitions(self, name: str) -> list[dict[str, int | str]]:
        self._require_declared(name)
        return [part for part in self.store.partitions(name) if self._allows(name, part)]

    def delta(self, name: str) -> DeltaTable:
        """The table, its rows narrowed to the window. Raises WindowError for a table that is not declared."""
        self._require_declared(name)
        return _Narrowed(self, name)  # type: ignore[return-value]

    def files(self, name: str) -> list[str]:
        self._require_declared(name)
        folders = len(self.contracts[name].partition_by)  # the last ones: a store's root may be relative, files are not
        return [
            file
            for file in self.store.files(name)
            if self._allows(name, partition_of(Path(*Path(file).parts[-1 - folders :])))
        ]

    def content(self, name: str, partition: Partition | None = None) -> str:
        self._require_open(name, partition or {})
        return self.store.content(name, partition)

    def made(self, name: str, partition: Partition) -> bool:
        self._require_open(name, partition)
        return self.store.made(name, partition)

    def contents(self) -> dict[str, dict[str, str]]:
        """The content hash of every open partition, by table, and of weights: what the result depends on."""
        weights = {name: {"weights": trained.weights} for name, trained in sorted(self._trained.items())}
        return weights | {name: self._contents(name, window) for name, window in sorted(self.table.reads.items())}

    def _contents(self, name: str, window: Window) -> dict[str, str]:
        if window.content:
            return {"chosen rows": resolve(window.content)(self)}
        return {
            str(sorted(part.items())): digest for part, digest in self._content_hashes(name) if self._allows(name, part)
        }

    def _content_hashes(self, name: str) -> list[tuple[dict[str, Value], str]]:
        if name not in self._hashes:
            self._hashes[name] = self.store.content_hashes(name)
        return self._hashes[name]

    def build(self, *arguments: object, **options: object) -> Written:
        raise WindowError(f"the builder of {self.table.name} writes; it returns rows and its own partition is written")

    write = write_many = drop = create = build  # type: ignore[assignment]

    def require_open(self, name: str, filters: Filters | None) -> None:
        """Raise WindowError where `column = value` of a read names partitions that are all closed."""
        wanted = {column: value for column, operator, value in filters or () if operator in ("=", "==")}
        by = self.contracts[name].partition_by
        self._require_open(name, {column: value for column, value in wanted.items() if column in by})

    def _allows(self, name: str, part: Mapping[str, Value]) -> bool:
        window = self.table.reads[name]
        last = int(getattr(self.settings, window.until)) if window.until else None
        first = getattr(self.settings, window.since) if isinstance(window.since, str) else window.since
        return window.allows({**self._planned, **self.partition}, part, last, first)

    def _require_open(self, name: str, partition: Mapping[str, Value]) -> None:
        self._require_declared(name)
        if partition and not self._allows(name, partition):
            raise WindowError(
                f"the builder of {self.table.name} {self.partition} reads {name} {dict(partition)}, outside its window "
                f"({self.table.reads[name]}); read within it, or declare a wider one"
            )

    def _require_declared(self, name: str) -> None:
        if name not in self.table.reads:
            raise WindowError(
                f"the builder of {self.table.name} reads {name}, which it does not declare; it declares "
                f"{', '.join(sorted(self.table.reads)) or 'nothing'}. Add the table to `reads` with its window."
            )


class DeclaredSettings:
    """The settings that a table or training declares. Raises WindowError for any other."""

    def __init__(self, table: Declared, settings: object, plan: Mapping[str, Any]) -> None:
        self._table = table
        asked = [name for name in table.settings if settings is not None or name in plan]
        self._values = {name: plan[name] if name in plan else _value(table, settings, name) for name in asked}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise WindowError(f"the builder of {self._table.name} reads the setting {name}, which it does not declare")
        return self._values[name]

    def values(self) -> dict[str, Any]:
        return dict(self._values)


def matched_columns(plan: Mapping[str, Any]) -> dict[str, Value]:
    """What is planned of the columns that windows match: the cutoff of the encoder that a fold reads."""
    return {column: plan[column] for column in MATCHED if column in plan}


def _value(table: Declared, settings: object, name: str) -> Any:
    """A field of the preset, or what stands beside it in the run's settings."""
    preset = settings.preset if isinstance(settings, Settings) else settings
    for place in (preset, settings):
        if hasattr(place, name):
            return getattr(place, name)
    raise DeclarationError(
        f"{table.name} declares the setting {name}, which is neither planned nor one of the preset's; name a field of "
        "Preset, or hand over the run's Settings where it is a property of theirs"
    )


@dataclass(frozen=True)
class _Narrowed:
    """The reads of a DeltaTable, of open partitions only."""

    inputs: Inputs
    name: str

    def to_pyarrow_dataset(self) -> ds.Dataset:
        dataset = self.inputs.store.delta(self.name).to_pyarrow_dataset()
        window = self._window()
        return dataset if window is None else dataset.filter(window)

    def to_pyarrow_table(self, filters: Filters | None = None, columns: list[str] | None = None) -> pa.Table:
        self.inputs.require_open(self.name, filters)
        asked = filters_to_expression(list(filters)) if filters else None
        return self.to_pyarrow_dataset().to_table(filter=asked, columns=columns)

    def _window(self) -> pc.Expression | None:
        """The open partitions as an expression; None where all are."""
        parts, allowed = self.inputs.store.partitions(self.name), self.inputs.partitions(self.name)
        if len(allowed) == len(parts):
            return None
        return reduce(or_, (_is(part) for part in allowed)) if allowed else pc.scalar(False)


def _is(part: Mapping[str, Value]) -> pc.Expression:
    return reduce(lambda left, right: left & right, (pc.field(column) == value for column, value in part.items()))


def partition_of(file: Path) -> dict[str, Value]:
    """The partition that a file of a table holds, as its folders below the table say: `season=2024/month=4`."""
    values: dict[str, Value] = {}
    for folder in file.parts[:-1]:
        column, _, value = folder.partition("=")
        values[column] = int(value) if column in (*SEASON_COLUMNS, "month") else unquote(value)
    return values
