"""Sessions share one DuckDB and nothing in it: neither tables nor what was registered, also after an error."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.store.brief_tables import contract

NUMBERS = contract("core.numbers", "one row per number", "n:i16", "n")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    stored = Store(tmp_path, {NUMBERS.name: NUMBERS})
    stored.write(NUMBERS.name, {}, pa.table({"n": [1, 2]}, NUMBERS.schema))
    return stored


def chosen(connection: duckdb.DuckDBPyConnection) -> list[int]:
    return [n for (n,) in connection.execute("select n from chosen order by n").fetchall()]


def test_a_session_within_another_has_relations_of_its_own(store: Store) -> None:
    with session(store, chosen=pa.table({"n": [1]})) as outer:
        with session(store, tables=(), chosen=pa.table({"n": [7, 8]})) as inner:
            inner.execute("create table kept as select * from chosen")
            assert (chosen(outer), chosen(inner)) == ([1], [7, 8])
            with pytest.raises(duckdb.CatalogException, match="numbers"):
                inner.execute("from core.numbers")
        assert outer.execute("select sum(n) from core.numbers").fetchone() == (3,)
        with pytest.raises(duckdb.CatalogException, match="kept"):
            outer.execute("from kept")


def fail(store: Store) -> None:
    with session(store, chosen=pa.table({"n": [1]})) as connection:
        connection.execute("create table kept as select 1 as n")
        connection.execute("select nonsense from kept")


def test_a_session_that_failed_leaves_nothing_to_the_next(store: Store) -> None:
    with pytest.raises(duckdb.BinderException, match="nonsense"):
        fail(store)
    with session(store) as connection:
        relations = connection.execute("select table_name from information_schema.tables").fetchall()
        databases = connection.execute("select count(*) from duckdb_databases() where not internal").fetchone()
    assert relations == [("numbers",)]
    assert databases == (2,)  # DuckDB's own, and this session's
