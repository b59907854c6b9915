"""Rows that a person asks for, as a file of his choice: whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from pyarrow import csv, parquet

from fbm_pipeline.cli.errors import CommandError

_WRITERS: dict[str, Callable[[pa.Table, Path], None]] = {".csv": csv.write_csv, ".parquet": parquet.write_table}


def write_rows(rows: pa.Table, target: Path) -> None:
    """Write a table to a .csv or .parquet file and print its path. Raises CommandError for another ending."""
    if target.suffix not in _WRITERS:
        raise CommandError(f"{target}: choose a name that ends in {' or '.join(_WRITERS)}")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    _WRITERS[target.suffix](rows, temporary)
    temporary.replace(target)
    print(target)
