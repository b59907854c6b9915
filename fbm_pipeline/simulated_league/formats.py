"""The columns and types of every file that the simulated league writes (formats.json), and how they reach the disk.

Not here: what the values are.
"""

import csv
import gzip
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fbm_pipeline.store.columns import TYPES

Value = TypeVar("Value")


def _schema(text: str) -> pa.Schema:
    """A schema from `name:type|name:type`; names may hold blanks and signs, as FanGraphs' do."""
    pairs = (item.rsplit(":", 1) for item in text.split("|"))
    return pa.schema([pa.field(name, TYPES[kind]) for name, kind in pairs])


_LINES: dict[str, list[str]] = json.loads(Path(__file__).with_name("formats.json").read_text(encoding="utf-8"))
SAVANT_CSV_HEADER = tuple(" ".join(_LINES.pop("savant csv")).split())
SCHEMAS = {kind: _schema("|".join(lines)) for kind, lines in _LINES.items()}


def renamed(counts: Mapping[str, Value], names: str) -> dict[str, Value]:
    """Counts under a file's own names, from `name:count name:count`."""
    return {name: counts[count] for name, count in (pair.split(":") for pair in names.split())}


def table(schema: pa.Schema, values: Mapping[str, object]) -> pa.Table:
    """A table of `schema`; columns without values are null. Raises KeyError for a value without a column."""
    unknown = set(values) - set(schema.names)
    if unknown:
        raise KeyError(f"columns {sorted(unknown)} are not in the format {schema.names}")
    rows = len(next(iter(values.values())))  # type: ignore[arg-type]
    arrays = []
    for field in schema:
        column = values.get(field.name)
        if column is None:
            arrays.append(pa.nulls(rows, field.type))
        else:
            arrays.append(_array(column, field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: object, kind: pa.DataType) -> pa.Array:
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        array = pa.array(values, from_pandas=True)  # NaN is how the arrays say null
        return array.cast(kind)
    if isinstance(values, pa.Array):
        return values.cast(kind)
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        return pa.array(values).cast(kind)
    return pa.array(values, type=kind, from_pandas=True)


def write_parquet(path: Path, schema: pa.Schema, values: Mapping[str, object]) -> int:
    """Write one file; the same values always give the same bytes. Returns the number of rows."""
    made = table(schema, values)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(made, path, compression="zstd")
    return int(made.num_rows)


def write_savant_csv(path: Path, rows: pa.Table) -> int:
    """Write Statcast rows as Savant's download: every column of its header, gzip, `NA` for a missing number.

    Columns that the simulation does not know are missing throughout; a missing text is empty.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(SAVANT_CSV_HEADER)
    filled: list[list[object]] = []
    for name in SAVANT_CSV_HEADER:
        if name not in rows.column_names:
            filled.append(["NA"] * rows.num_rows)
            continue
        missing = "" if pa.types.is_string(rows.schema.field(name).type) else "NA"
        filled.append([missing if value is None else _plain(value) for value in rows[name].to_pylist()])
    writer.writerows(zip(*filled, strict=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    # A fixed time in the header: the same league is the same bytes.
    path.write_bytes(gzip.compress(text.getvalue().encode(), compresslevel=6, mtime=0))
    return int(rows.num_rows)


def _plain(value: object) -> object:
    """Whole numbers without a point, as Savant writes them."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
