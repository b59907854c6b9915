"""R2 and R3: a write that is killed leaves the old rows or the new, and writers beside each other lose nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fbm_pipeline.faultpoints import POINTS
from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.health import faults
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.faults.counted_games import GAMES, MONTHS, PER_MONTH, TABLES, rewrite

STORE_POINTS = [name for name in POINTS if name.startswith("store.")]
OLD, NEW = 100, 200


def start(root: Path, *firsts: int, crash_at: str = "") -> subprocess.Popen:
    command = [sys.executable, "-m", "fbm_pipeline_tests.faults.counted_games", str(root), *map(str, firsts)]
    return subprocess.Popen(command, env={**os.environ, "FBM_CRASH_AT": crash_at}, cwd=REPOSITORY)


def numbers(store: Store) -> dict[tuple[int, int], list[int]]:
    with session(store) as connection:
        found = connection.execute(
            f"select season, month, list(number order by number) from {GAMES} group by all"
        ).fetchall()
    return {(season, month): rows for season, month, rows in found}


def one_writing(first: int) -> list[int]:
    return list(range(first, first + PER_MONTH))


@pytest.mark.parametrize("point", STORE_POINTS)
def test_a_killed_write_leaves_the_old_rows_or_the_new(tmp_path: Path, point: str) -> None:
    root = tmp_path / "store"
    rewrite(Store(root, TABLES), 2016, OLD)
    assert start(root, NEW, crash_at=point).wait() == -signal.SIGKILL
    store = Store(root, TABLES)
    committed = point in ("store.committed", "store.remembered")
    assert numbers(store) == {(2016, month): one_writing(NEW if committed else OLD) for month in MONTHS}
    # What is remembered is what is there: with the same inputs nothing of it is made again, with others all of it.
    of = NEW if committed else OLD
    for month in MONTHS:
        part = {"season": 2016, "month": month}
        assert store.current(GAMES, part, str(of)) is not None
        assert store.current(GAMES, part, str(OLD + NEW - of)) is None
    assert list(faults(store)) == []
    rewrite(store, 2016, NEW)
    assert numbers(store) == {(2016, month): one_writing(NEW) for month in MONTHS}


def test_a_first_write_that_is_killed_leaves_no_rows(tmp_path: Path) -> None:
    root = tmp_path / "store"
    assert start(root, NEW, crash_at="store.announced").wait() == -signal.SIGKILL
    store = Store(root, TABLES)
    assert numbers(store) == {}
    assert not store.made(GAMES, {"season": 2016, "month": 4})
    rewrite(store, 2016, NEW)
    assert numbers(store) == {(2016, month): one_writing(NEW) for month in MONTHS}


def test_writers_beside_each_other_and_a_reader_see_whole_writings_only(tmp_path: Path) -> None:
    root = tmp_path / "store"
    rewrite(Store(root, TABLES), 2016, 0)
    writers = [start(root, *range(1000 * number, 1000 * number + 250, 10)) for number in range(1, 5)]
    reads = 0
    while any(writer.poll() is None for writer in writers):
        found = numbers(Store(root, TABLES))
        firsts = {rows[0] for rows in found.values()}
        assert len(firsts) == 1, found
        assert found == {(2016, month): one_writing(*firsts) for month in MONTHS}
        reads += 1
    assert [writer.returncode for writer in writers] == [0] * 4
    assert reads > 3
    assert Store(root, TABLES).delta(GAMES).version() == 1 + 4 * 25
    assert list(faults(Store(root, TABLES))) == []
