"""Where finished columns wait: some files hold one season, others all of them.

Belongs here: collecting and writing. Not here: what a column means.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from fbm_pipeline.simulated_league import formats
from fbm_pipeline.sources.statsapi import document_bytes


@dataclass
class Shelf:
    """`files` counts the rows of what has been written, by path within the folder."""

    folder: Path
    files: dict[str, int] = field(default_factory=dict)
    _kept: dict[str, dict[str, list[object]]] = field(default_factory=lambda: defaultdict(dict))
    _documents: dict[str, Mapping[str, object]] = field(default_factory=dict)
    _rows: dict[str, int] = field(default_factory=dict)

    def write(self, name: str, schema: pa.Schema, columns: Mapping[str, object]) -> None:
        """Write one file at once."""
        self.files[name] = formats.write_parquet(self.folder / name, schema, columns)

    def write_savant_csv(self, name: str, rows: pa.Table) -> None:
        """Write Statcast rows as a download of one day."""
        self.files[name] = formats.write_savant_csv(self.folder / name, rows)

    def keep(self, kind: str, columns: Mapping[str, Iterable[object]]) -> None:
        """Keep columns for a file of all seasons."""
        kept = self._kept[kind]
        for column, values in columns.items():
            kept.setdefault(column, []).extend(values.tolist() if isinstance(values, np.ndarray) else values)

    def keep_rows(self, kind: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Keep rows, each a mapping with the same keys."""
        if rows:
            self.keep(kind, {name: [row[name] for row in rows] for name in rows[0]})

    def write_kept(self, kind: str, name: str) -> None:
        """Write what was kept under `kind`; nothing when nothing was."""
        if self._kept[kind]:
            schema = formats.SCHEMAS[kind]
            columns: dict[str, object] = {}
            for column, values in self._kept[kind].items():
                whole = pa.types.is_integer(schema.field(column).type)
                columns[column] = [_whole(value) for value in values] if whole else values
            self.write(name, schema, columns)

    def keep_document(self, name: str, document: Mapping[str, object], rows: int) -> None:
        """Keep a document of StatsAPI that is a file of its own; `rows` counts what it holds."""
        self._documents[name] = document
        self._rows[name] = rows

    def write_documents(self) -> None:
        """Write the documents that were kept."""
        for name, document in self._documents.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(document_bytes(document))
        self.files |= self._rows


def _whole(value: object) -> object:
    """A float that stands for an integer or, as NaN, for nothing."""
    if isinstance(value, float):
        return None if np.isnan(value) else int(value)
    return value
