"""What a check found is kept until its code, its settings or a table that it read changes, and only if it passed."""

from pathlib import Path

import pyarrow as pa
import pytest

from fbm_pipeline.store.judged import Judged, judge
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.store.brief_tables import contract

COUNTS, OTHERS = "counted.games", "counted.others"


class Check:
    """Passes while the table holds at most so many rows; counts how often it was asked."""

    def __init__(self, at_most: int = 10) -> None:
        self.at_most = at_most
        self.asked = 0

    def __call__(self, store: Store) -> Judged:
        self.asked += 1
        rows = store.delta(COUNTS).to_pyarrow_table().num_rows
        return Judged(rows <= self.at_most, {"summary": f"{rows} rows"})


def games(season: int, *numbers: int) -> pa.Table:
    return pa.table({"season": pa.array([season] * len(numbers), pa.int32()), "number": pa.array(numbers, pa.int64())})


@pytest.fixture
def counted(tmp_path: Path) -> Store:
    columns = "season:i32 number:i64"
    tables = {name: contract(name, "one game", columns, "season number", "season") for name in (COUNTS, OTHERS)}
    store = Store(tmp_path / "store", tables)
    for name in tables:
        store.write(name, {"season": 2016}, games(2016, 1, 2), inputs="first")
    return store


def test_it_is_asked_once(counted: Store) -> None:
    check = Check()
    first, again = (judge(counted, "few", {"code": "a"}, check) for _ in range(2))
    assert (first.as_before, again.as_before, check.asked) == (False, True, 1)
    assert (first.said, first.passed) == (again.said, again.passed) == ({"summary": "2 rows"}, True)


def test_what_it_read_asks_again_and_what_it_did_not_read_does_not(counted: Store) -> None:
    check = Check()
    judge(counted, "few", {}, check)
    counted.write(OTHERS, {"season": 2017}, games(2017, 1))
    assert judge(counted, "few", {}, check).as_before
    counted.write(COUNTS, {"season": 2017}, games(2017, 1))
    assert judge(counted, "few", {}, check).said == {"summary": "3 rows"}
    assert check.asked == 2


def test_the_same_rows_made_from_something_else_ask_again(counted: Store) -> None:
    """A builder that was changed may read what it must not, and make the same rows."""
    check = Check()
    judge(counted, "few", {}, check)
    counted.write(COUNTS, {"season": 2016}, games(2016, 1, 2), inputs="second")
    assert not judge(counted, "few", {}, check).as_before
    assert check.asked == 2


def test_a_table_made_later_asks_again_where_its_absence_was_read(counted: Store) -> None:
    def absent(store: Store) -> Judged:
        return Judged(True, {"summary": "there" if store.exists(OTHERS) else "absent"})

    counted.drop(OTHERS, {"season": 2016})
    store = Store(counted.root.parent / "empty", counted.contracts)
    assert judge(store, "absent", {}, absent).said == {"summary": "absent"}
    store.write(OTHERS, {"season": 2016}, games(2016, 1))
    assert judge(store, "absent", {}, absent).said == {"summary": "there"}


@pytest.mark.parametrize("changed", [{"code": "b", "seasons": [2016]}, {"code": "a", "seasons": [2016, 2017]}])
def test_other_code_and_other_seasons_ask_again(counted: Store, changed: dict[str, object]) -> None:
    check = Check()
    judge(counted, "few", {"code": "a", "seasons": [2016]}, check)
    assert not judge(counted, "few", changed, check).as_before
    assert check.asked == 2


def test_what_failed_is_asked_every_time(counted: Store) -> None:
    check = Check(at_most=1)
    assert [judge(counted, "few", {}, check).passed for _ in range(2)] == [False, False]
    assert check.asked == 2


def test_a_failure_after_a_success_is_not_forgotten(counted: Store) -> None:
    check = Check(at_most=2)
    assert judge(counted, "few", {}, check).passed
    counted.write(COUNTS, {"season": 2017}, games(2017, 1))
    assert [judge(counted, "few", {}, check).passed for _ in range(2)] == [False, False]
