"""One file to typed columns, selected by name: CSV (plain or gzip) and Parquet.

What a column means, and what rows must be among themselves, is not known here.
"""

import contextlib
import csv
import functools
import gzip
import io
import logging
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from fbm_pipeline.sources.casting import cast_column
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.layout import Layout

READER_VERSION = 1  # raise when the same file should be read into other rows: every raw partition is then made again
_LOGGER = logging.getLogger("fbm_pipeline.sources")


def read_columns(path: Path, layout: Layout, schema: pa.Schema) -> pa.Table:
    """The columns of `schema` from one file, cast to its types; optional ones that the file lacks are null.

    Raises SourceError for an empty, truncated, half-written, undecodable or HTML file, for a file without rows, for
    missing required columns (all of them named), and for a value that does not fit (row and column named).
    """
    again = f"get the file again from {layout.origin}" if layout.origin else "get the file again from its source"
    if path.stat().st_size == 0:
        raise SourceError(path, "the file is empty", found="0 bytes", expected=f"{layout.kind}", next_step=again)
    header = _parquet_header(path, again) if path.suffix == ".parquet" else _csv_header(path, layout, again)
    taken = _choose(path, header, layout, schema, again)
    if path.suffix == ".parquet":
        table = _read_parquet(path, list(taken.values()), again)
    else:
        table = _read_csv(path, header, list(taken.values()), layout, again)
    if table.num_rows == 0:
        raise SourceError(
            path, "the file holds a header and no rows", found="0 rows", expected=f"{layout.kind}", next_step=again
        )
    columns = []
    for field in schema:
        if field.name in taken:
            columns.append(cast_column(path, table.column(taken[field.name]), field, again))
        else:
            columns.append(pa.chunked_array([pa.nulls(table.num_rows, field.type)]))
    return pa.table(columns, schema=schema)


def with_constants(table: pa.Table, schema: pa.Schema, **constants: object) -> pa.Table:
    """The table with constant columns added, in the schema's order."""
    for name, value in constants.items():
        column = pa.repeat(pa.scalar(value, schema.field(name).type), table.num_rows)
        table = table.append_column(schema.field(name), column)
    return table.select(schema.names)


def without(schema: pa.Schema, *names: str) -> pa.Schema:
    """The schema less the columns that the reader makes itself."""
    return pa.schema([field for field in schema if field.name not in names])


def _choose(path: Path, header: list[str], layout: Layout, schema: pa.Schema, again: str) -> dict[str, str]:
    """Name of ours -> name in the file, for every column that we take."""
    taken = {name: name for name in header if name in schema.names}
    for theirs, ours in layout.renamed.items():
        if theirs in header and ours in schema.names:
            taken.setdefault(ours, theirs)
    missing = [name for name in layout.required if name not in taken]
    if missing:
        raise SourceError(
            path,
            f"these are not {layout.kind}: required columns are missing: {', '.join(missing)}",
            found=f"{len(header)} columns: {', '.join(header[:8])}{', …' if len(header) > 8 else ''}",
            expected=", ".join(layout.required),
            next_step=again,
        )
    unknown = set(header) - set(taken.values()) - layout.passed_over - set(layout.renamed)
    _name_once(layout.kind, frozenset(unknown))
    return taken


@functools.cache  # a season of daily files has the same unknown columns: one line says enough
def _name_once(kind: str, unknown: frozenset[str]) -> None:
    if unknown:
        _LOGGER.warning("%s: %d unknown columns ignored: %s", kind, len(unknown), ", ".join(sorted(unknown)))


def _parquet_header(path: Path, again: str) -> list[str]:
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise _half_written(path, error, again) from None


def _read_parquet(path: Path, names: list[str], again: str) -> pa.Table:
    try:
        return pq.read_table(path, columns=names, partitioning=None)
    except (pa.ArrowInvalid, OSError) as error:
        raise _half_written(path, error, again) from None


def _half_written(path: Path, error: Exception, again: str) -> SourceError:
    return SourceError(
        path,
        "the file is not whole Parquet; it was half written or damaged",
        found=str(error).splitlines()[0],
        expected="a complete Parquet file",
        next_step=again,
    )


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    if path.suffix == ".gz":
        with gzip.open(path) as file:
            yield file
    else:
        with path.open("rb") as plain:
            yield plain


def _csv_header(path: Path, layout: Layout, again: str) -> list[str]:
    try:
        with _opened(path) as file:
            first = file.readline()
            text = _decode(path, first if first.strip() else first + file.read(512), 0, again)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _bad_gzip(path, error, again) from None
    if text.lstrip().startswith("<"):
        raise SourceError(
            path,
            "the file is a web page, not CSV",
            found=text.strip()[:60],
            expected=f"{layout.kind} as CSV",
            next_step=f"open it to read what the server said, then {again}",
        )
    if not first.strip():
        raise SourceError(
            path,
            "the first line is blank",
            found=repr(text[:60]),
            expected=f"the header of {layout.kind}",
            next_step=again,
        )
    return next(csv.reader(io.StringIO(text)))


def _read_csv(path: Path, header: list[str], names: list[str], layout: Layout, again: str) -> pa.Table:
    # Savant writes some names twice (pitcher, fielder_2), with the same values: the first is the one we take.
    unique = [name if name not in header[:i] else f"{name}#{i}" for i, name in enumerate(header)]
    convert = pa_csv.ConvertOptions(
        include_columns=names,
        column_types={name: pa.string() for name in names},
        strings_can_be_null=True,
        null_values=list(layout.nulls),
    )
    ragged: list[int] = []

    def refuse(row: pa_csv.InvalidRow) -> str:
        ragged.append(row.number)
        return "error"

    def read(threads: bool) -> pa.Table:
        return pa_csv.read_csv(
            path,
            read_options=pa_csv.ReadOptions(column_names=unique, skip_rows=1, use_threads=threads),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=refuse),
            convert_options=convert,
        )

    try:
        return read(threads=True)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error) or "Could not skip" in str(error):  # nothing lies after the header
            return pa.table({name: pa.array([], pa.string()) for name in names})
        if "UTF8" in str(error):
            raise _undecodable(path, again) from None
        if ragged:
            ragged.clear()
            with contextlib.suppress(pa.ArrowInvalid):
                read(threads=False)  # only a single thread counts rows
        raise SourceError(
            path,
            "a row does not have the header's number of columns",
            found=str(error),
            expected=f"{len(header)} columns in every row",
            next_step=again,
            row=ragged[0] - 1 if ragged and ragged[0] else None,
        ) from None
    except OSError as error:
        raise _bad_gzip(path, error, again) from None


def _bad_gzip(path: Path, error: Exception, again: str) -> SourceError:
    return SourceError(
        path,
        "the gzip file is truncated or damaged",
        found=str(error),
        expected="a complete gzip file",
        next_step=again,
    )


def _undecodable(path: Path, again: str) -> SourceError:
    with _opened(path) as file:
        for number, line in enumerate(file):
            try:
                _decode(path, line, number, again)
            except SourceError as error:
                return error
    return SourceError(path, "the text is not UTF-8", found="bad bytes", expected="UTF-8", next_step=again)


def _decode(path: Path, line: bytes, number: int, again: str) -> str:
    try:
        return line.decode("utf-8-sig" if number == 0 else "utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            path,
            "the text is not UTF-8",
            found=repr(line[max(0, error.start - 12) : error.start + 8]),
            expected="UTF-8",
            next_step=f"convert it (iconv -f latin1 -t utf8) or {again}",
            row=number or None,
        ) from None
