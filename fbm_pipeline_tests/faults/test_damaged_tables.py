"""R6: a byte that was changed anywhere in a table is found, named, never read, and mended by making it again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fbm_pipeline.store.engine import session
from fbm_pipeline.store.files import DamagedTableError
from fbm_pipeline.store.health import clear_the_way, faults
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.store.brief_tables import contract

GAMES = "counted.games"
TABLES = {
    GAMES: contract(GAMES, "one game", "season:i32 source:str number:i64", "season source number", "season source")
}
SOURCES = ("plain", "a b", "a%20b", "x#y?z", "br[1]", "ü é", "it's")
ROWS = [(season, source, number) for season in (2016, 2017) for source in SOURCES for number in range(3)]


def games(season: int, source: str) -> pa.Table:
    return pa.table({"season": [season] * 3, "source": [source] * 3, "number": [0, 1, 2]}).cast(TABLES[GAMES].schema)


def fill(store: Store) -> int:
    """Make every partition that is not there as it was made; how many were."""
    made = 0
    for season in (2016, 2017):
        for source in SOURCES:
            partition = {"season": season, "source": source}
            written = store.build(GAMES, partition, f"{season} {source}", lambda at=(season, source): games(*at))
            made += not written.skipped
    return made


def rows(store: Store) -> list[tuple]:
    """What DuckDB reads, and what Arrow reads."""
    with session(store) as connection:
        by_duckdb = connection.execute(f"select season, source, number from {GAMES} order by all").fetchall()
    by_arrow = store.delta(GAMES).to_pyarrow_table().select(["season", "source", "number"]).to_pylist()
    assert sorted(tuple(row.values()) for row in by_arrow) == by_duckdb
    return by_duckdb


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of twelve commits and a checkpoint of its log, under a folder with a name that is no plain word."""
    root = tmp_path_factory.mktemp("home with a ? #1 [x]") / "store"
    assert fill(Store(root, TABLES)) == 2 * len(SOURCES)
    return root


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Store:
    shutil.copytree(whole, tmp_path / "store")
    return Store(tmp_path / "store", TABLES)


def test_a_copied_store_is_whole_wherever_it_lies_and_never_reads_the_old_one(whole: Path, tmp_path: Path) -> None:
    for name in ("blank s", "100%", "what?", "hash#1", "br[1]", "ümlaut", "it's"):
        shutil.copytree(whole, tmp_path / name / "store")
        copy = Store(tmp_path / name / "store", TABLES)
        assert rows(copy) == sorted(ROWS), name
        assert fill(copy) == 0, name
        assert list(faults(copy)) == [], name
        assert all(file.startswith(str(tmp_path / name)) for file in copy.files(GAMES))


@given(place=st.floats(0, 1, exclude_max=True), byte=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flipped_byte_never_changes_an_answer(
    whole: Path, tmp_path: Path, place: float, byte: float, flip: int
) -> None:
    home = tmp_path / "flipped"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(whole, home)
    files = sorted(file for file in home.rglob("*") if file.is_file() and file.stat().st_size)
    chosen = files[int(place * len(files))]
    content = bytearray(chosen.read_bytes())
    content[int(byte * len(content))] ^= flip
    chosen.write_bytes(content)
    flipped = Store(home, TABLES)
    try:
        answer: object = rows(flipped)
    except DamagedTableError as error:
        answer = str(error)
        assert GAMES in answer
        assert "fbm repair" in answer
    assert answer == sorted(ROWS) or isinstance(answer, str), chosen
    clear_the_way(flipped)
    fill(flipped)
    assert rows(flipped) == sorted(ROWS), chosen
    assert fill(flipped) == 0, chosen


def test_a_partition_is_replaced_whatever_its_name(store: Store) -> None:
    for source in SOURCES:
        store.write(GAMES, {"season": 2016, "source": source}, games(2016, source).slice(0, 1))
    assert rows(store) == sorted(row for row in ROWS if row[0] == 2017 or row[2] == 0)
    store.drop(GAMES, {"season": 2016, "source": "a%20b"})
    assert (2016, "a%20b", 0) not in rows(store)
    assert (2016, "a b", 0) in rows(store)


def one_file(store: Store) -> Path:
    return Path(store.files(GAMES)[3])


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def change(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(("damage", "said"), [(Path.unlink, "is gone"), (cut, "bytes"), (change, "bytes")])
def test_a_damaged_file_is_named_with_its_partition_and_made_again(
    store: Store, damage: Callable[[Path], None], said: str
) -> None:
    file = one_file(store)
    damage(file)
    with pytest.raises(DamagedTableError, match=said) as refused:
        rows(store)
    assert str(file) in str(refused.value)
    assert "'season': 2016" in str(refused.value)
    (fault,) = faults(store)
    assert fault.place == file
    with pytest.raises(DamagedTableError):
        store.delta(GAMES)
    assert fill(store) == 1
    assert rows(store) == sorted(ROWS)


def test_a_damaged_file_is_found_by_its_length_without_reading_it(store: Store) -> None:
    cut(one_file(store))
    assert len(list(faults(store, deep=False))) == 1


def test_an_emptied_commit_is_no_table_without_rows(store: Store) -> None:
    newest = max((store.path(GAMES) / "_delta_log").glob("*.json"))
    newest.write_bytes(b"")
    with pytest.raises(DamagedTableError, match="log"):
        rows(store)
    clear_the_way(store)
    assert fill(store) > 0
    assert rows(store) == sorted(ROWS)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"partition": {}}'])
def test_a_damaged_memory_stops_nothing(store: Store, content: bytes) -> None:
    memory = min((store.memory.folder / GAMES).glob("*.json"))
    memory.write_bytes(content)
    assert rows(store) == sorted(ROWS)
    (fault,) = faults(store)
    assert fault.place == memory
    assert fill(store) == 1
    assert list(faults(store)) == []


def test_a_wider_write_forgets_the_narrower_ones_and_a_narrower_the_wider(store: Store) -> None:
    season = pa.concat_tables([games(2016, source) for source in SOURCES[:2]])
    store.write(GAMES, {"season": 2016}, season, inputs="whole")
    assert len(rows(store)) == 2 * 3 + len(SOURCES) * 3
    assert not store.made(GAMES, {"season": 2016, "source": SOURCES[0]})
    assert store.current(GAMES, {"season": 2016}, "whole") is not None
    store.write(GAMES, {"season": 2016, "source": SOURCES[0]}, games(2016, SOURCES[0]).slice(0, 1))
    assert not store.made(GAMES, {"season": 2016})
    assert len(rows(store)) == 1 + 3 + len(SOURCES) * 3
    assert list(faults(store)) == []
