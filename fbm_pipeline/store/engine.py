"""DuckDB over the current version of every table, and the statements of `sql/`.

A session is in memory and holds no lock: table names are views over the live files at the moment it was opened.
"""

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count

import duckdb
import pyarrow as pa

from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.store.tables import Store

SQL = REPOSITORY / "sql"
_NUMBERS = count()  # of the sessions of this process: each has a database of that number


def statement(name: str) -> str:
    """The text of `sql/<name>.sql`, such as `core/pitches`. Raises FileNotFoundError for an unknown one."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def session(
    store: Store,
    *,
    threads: int = 2,
    memory: str = "5GB",
    tables: Sequence[str] | None = None,
    **relations: pa.Table,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection in which every written table is a view named `schema.table`.

    `tables` narrows the views to these (and is quicker to open): one of them that was never written is without rows.
    `relations` are registered under their own names beside them.
    """
    name = f"session_{next(_NUMBERS)}"
    with _engine(threads, memory).cursor() as connection:
        connection.execute(f"attach ':memory:' as {name}; use {name}")
        try:
            create_views(connection, store, tables)
            for relation, table in relations.items():
                connection.register(relation, table)
            yield connection
        finally:
            connection.execute(f"use memory; detach {name}")


@contextmanager
def reading_session(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session for a statement that somebody typed: it sees the store's live files and nothing else of the machine.

    No other file, no network, no extension, no variable of this program; and none of that can be switched on in it.
    """
    with duckdb.connect() as connection:
        files = [file for name in create_views(connection, store) for file in store.files(name)]
        allowed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        connection.execute(f"set allowed_paths = [{allowed}]; set python_enable_replacements = false")
        connection.execute("set enable_external_access = false; set lock_configuration = true")
        yield connection


@cache
def _engine(threads: int, memory: str) -> duckdb.DuckDBPyConnection:
    """One DuckDB for all sessions of a process: to start one costs 10 ms, to attach a database to it 1 ms.

    What it has read of files is not kept: sessions would hold the memory of those before them.
    """
    spill = tempfile.mkdtemp(prefix="fbm_duckdb_")
    atexit.register(shutil.rmtree, spill, ignore_errors=True)
    connection = duckdb.connect()
    connection.execute(f"set threads = {threads}; set memory_limit = '{memory}'; set temp_directory = '{spill}'")
    connection.execute("set enable_progress_bar = false; set enable_external_file_cache = false")
    return connection


def create_views(connection: duckdb.DuckDBPyConnection, store: Store, tables: Sequence[str] | None = None) -> list[str]:
    """Create the views of all tables that exist, or of the named ones, written or not; returns their names."""
    made = list(store.shown() if tables is None else tables)
    schemas = dict.fromkeys(name.split(".")[0] for name in made)
    views = [f"create or replace view {name} as {_scan(store, name)}" for name in made]
    # One script: a call for each costs a third more.
    connection.execute("; ".join(["select 1", *(f"create schema if not exists {name}" for name in schemas), *views]))
    return made


def _scan(store: Store, name: str) -> str:
    contract = store.contracts[name]
    files = store.files(name) if store.exists(name) else []
    columns = ", ".join(f'"{column}"' for column in contract.column_names)
    if not files:
        fields = ", ".join(f'null::{_duckdb_type(field.type)} as "{field.name}"' for field in contract.schema)
        return f"select {fields} where false"
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    types = ", ".join(
        f"'{column}': {_duckdb_type(contract.schema.field(column).type)}" for column in contract.partition_by
    )
    hive = f", hive_partitioning = true, hive_types = {{{types}}}" if contract.partition_by else ""
    return f"select {columns} from read_parquet([{listed}]{hive})"


def _duckdb_type(kind: pa.DataType) -> str:
    names = {
        "int8": "tinyint",
        "int16": "smallint",
        "int32": "integer",
        "int64": "bigint",
        "float": "float",
        "double": "double",
        "string": "varchar",
        "bool": "boolean",
        "date32[day]": "date",
        "binary": "blob",
        "list<element: float>": "float[]",
        "list<item: float>": "float[]",
        "timestamp[us, tz=UTC]": "timestamptz",
    }
    return names[str(kind)]


def query(connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
    """Run `sql/<name>.sql` with named parameters (`$season`) and return its rows."""
    return connection.execute(statement(name), dict(parameters or {})).to_arrow_table()


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Cast a result to a contract's column order and types. Raises pyarrow.ArrowInvalid when a value does not fit."""
    return table.select(schema.names).cast(schema)
