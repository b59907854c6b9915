"""One declaration per table and training: what it holds, what it is made from, by which function. All else follows.

Dagster's dependencies and partition mappings, the content key, the partitions that a builder is shown, the audits'
lists and the page of contracts follow from `reads`; the code key from `build`. A room's tables stand in its `tables.py`
and name their builders as text, `fbm_pipeline.marcel.rates:marcel_rates`: torch and scikit-learn take seconds to
import, and every process that Dagster starts loads all declarations.
A `Training` is declared in the same way: its dependencies, its key, its code version and the tags of its run follow.
Not here: making a partition (making), and holding a builder to its windows (inputs).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any, Protocol

import pyarrow as pa

from fbm_pipeline.store.columns import Column
from fbm_pipeline.store.windows import Window


class DeclarationError(ValueError):
    """A table is declared in a way that cannot hold; the message names the table and the fault."""


class ContractError(ValueError):
    """A frame breaks its table's contract; the message lists every violation."""


class Declared(Protocol):
    """What tables and trainings declare alike, so that one view, one key and one set of dependencies serve both."""

    @property
    def name(self) -> str: ...

    @property
    def reads(self) -> Mapping[str, Window]: ...

    @property
    def awaits(self) -> Mapping[str, Window]: ...

    @property
    def settings(self) -> tuple[str, ...]: ...

    @property
    def partition_by(self) -> tuple[str, ...]: ...

    @property
    def trained(self) -> tuple["Training", ...]: ...

    @property
    def plan(self) -> str: ...

    @property
    def shape(self) -> str: ...

    @property
    def functions(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Training:
    """What is trained, once for each cutoff or fold: `name` is its asset's key, such as `models.encoder`.

    All is as a table's. `current` names a function `(store, settings, partition) -> Trained` that finds the finished
    training of a partition for what is made with it.
    """

    name: str
    description: str
    reads: Mapping[str, Window]
    settings: tuple[str, ...]
    code: tuple[str, ...]
    current: str
    partition_by: tuple[str, ...] = ("cutoff",)
    plan: str = ""
    trained: tuple["Training", ...] = ()  # trainings that it begins from
    seasons: str = ""
    awaits: Mapping[str, Window] = field(default_factory=dict)

    @property
    def shape(self) -> str:
        return self.name

    @property
    def functions(self) -> tuple[str, ...]:
        """All that the code key starts from."""
        return self.code


@dataclass(frozen=True)
class Trained:
    """A finished training, as a table is made with it."""

    weights: str  # their sha256: what is made with them depends on it
    checkpoint: Any  # verified, as `nn.checkpoint` reads it


@dataclass(frozen=True)
class Table:
    """One table: `name` is `schema.table`, `grain` one sentence, `key` unique together.

    `build` names a function `(inputs, **partition) -> pyarrow.Table`, where `inputs` is a store that shows nothing but
    what `reads` opens, and the settings named in `settings`. Tables that are made in another way (raw files, core
    months) leave it empty and name their code in `code`. `trained` are the trainings that it is made with.
    `plan` names a function `(store, settings, partition) -> values by name` of what a partition has of its own, such
    as the season that a fold is stopped on: these are settings too. A `cutoff` or an `arm` among them counts as the
    partition's where windows match it.
    `seasons` names a function `(store, settings) -> seasons` that have what they need; `type_seasons` one that takes a
    player type too, where batters and pitchers have others. `awaits` are the tables whose partitions it asks for beside
    those read: they are made first, and no builder sees them. A read's `content` names a function `(inputs) -> hash` of
    the rows that the builder takes of a table without seasons: a 40-man roster of a later day makes nothing again.
    Raises DeclarationError for a key or partition column that is no column.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    partition_by: tuple[str, ...] = ()
    description: str = ""  # what a person reads in Dagster, above the grain
    reads: Mapping[str, Window] = field(default_factory=dict)
    settings: tuple[str, ...] = ()  # fields of the preset, or of the run's settings, that change what is made
    build: str = ""
    code: tuple[str, ...] = ()  # further functions whose code is part of the key
    plan: str = ""
    trained: tuple[Training, ...] = ()  # the trainings whose weights it is made with
    seasons: str = ""
    type_seasons: str = ""
    awaits: Mapping[str, Window] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        faults = [f"{name} is no column" for name in (*self.key, *self.partition_by) if name not in names]
        faults += [f"{name} occurs twice" for name in sorted({name for name in names if names.count(name) > 1})]
        if faults:
            raise DeclarationError(f"{self.name}: {'; '.join(faults)}")

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.schema([column.field for column in self.columns])

    @property
    def shape(self) -> str:
        """Names and types of columns, key and partitions: what a builder's code depends on of its table."""
        fields = ", ".join(f"{item.name}:{item.type}{'?' if item.nullable else ''}" for item in self.columns)
        return f"{self.name}({fields}) key {' '.join(self.key)} by {' '.join(self.partition_by)}"

    @property
    def functions(self) -> tuple[str, ...]:
        """All that the code key starts from."""
        return (self.build, *self.code) if self.build else self.code


def resolve(reference: str) -> Callable[..., Any]:
    """The function that `module:name` refers to. Raises DeclarationError when there is none."""
    module, _, name = reference.partition(":")
    function = getattr(import_module(module), name, None)
    if not callable(function):
        raise DeclarationError(f"{reference} is no function; write it as module:function")
    return function


def violations(table: pa.Table, expected: Table) -> list[str]:
    """Every way in which `table` breaks its declaration: columns, types, nulls."""
    names = set(table.column_names)
    missing = [name for name in expected.column_names if name not in names]
    extra = [name for name in table.column_names if name not in expected.column_names]
    faults = [f"missing columns {missing}"] if missing else []
    faults += [f"unexpected columns {extra}"] if extra else []
    for declared in expected.schema:
        if declared.name not in names:
            continue
        column = table.column(declared.name)
        if column.type != declared.type:
            faults.append(f"{declared.name} is {column.type}, expected {declared.type}")
        if not declared.nullable and column.null_count:
            faults.append(f"{declared.name} has {column.null_count} nulls, expected none")
    return faults
