"""The store: whole partitions or nothing, skipped work, and hashes that follow content alone."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbm_pipeline.store.catalog import write_catalog
from fbm_pipeline.store.contents import content_hash, inputs_key
from fbm_pipeline.store.declarations import ContractError, violations
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.store.brief_tables import contract

GAMES = TABLES["core.games"]


def games(season: int, *game_ids: str, month: int = 4) -> pa.Table:
    n = len(game_ids)
    return (
        pa.table(
            {
                "season": [season] * n,
                "month": [month] * n,
                "game_id": list(game_ids),
                "game_date": [dt.date(season, month, 3)] * n,
                "source": ["retrosheet"] * n,
                "number": [0] * n,
                "home_team": ["BOS"] * n,
                "away_team": ["NYY"] * n,
                "park_id": pa.nulls(n, pa.string()),
            }
        )
        .select(GAMES.column_names)
        .cast(GAMES.schema)
    )


def never() -> pa.Table:
    raise AssertionError("computed although nothing had changed")


def version(store: Store) -> int:
    return store.delta("core.games").version()


def test_same_inputs_compute_and_write_nothing(store: Store) -> None:
    first = store.build("core.games", {"season": 2016}, "k", lambda: games(2016, "a", "b"))
    before = version(store)
    again = store.build("core.games", {"season": 2016}, "k", never)
    assert (first.skipped, again.skipped, version(store)) == (False, True, before)
    assert again.content_hash == first.content_hash
    assert again.rows == 2


def test_new_inputs_with_equal_content_write_nothing(store: Store) -> None:
    store.build("core.games", {"season": 2016}, "k", lambda: games(2016, "a", "b"))
    before = version(store)
    again = store.build("core.games", {"season": 2016}, "other", lambda: games(2016, "b", "a"))
    assert again.skipped
    assert version(store) == before


def test_replacing_one_season_leaves_the_others(store: Store) -> None:
    store.write("core.games", {"season": 2016}, games(2016, "a"))
    store.write("core.games", {"season": 2017}, games(2017, "b"))
    store.write("core.games", {"season": 2016}, games(2016, "c", "d"))
    with session(store) as connection:
        rows = connection.execute("select game_id from core.games order by all").fetchall()
    assert rows == [("b",), ("c",), ("d",)]


def test_a_broken_contract_writes_nothing_and_lists_every_violation(store: Store) -> None:
    store.write("core.games", {"season": 2016}, games(2016, "a"))
    before = version(store)
    broken = games(2016, "a", "a").set_column(7, "away_team", pa.nulls(2, pa.string())).drop_columns("number")
    with pytest.raises(ContractError, match=r"(?s)missing columns \['number'\].*away_team has 2 nulls"):
        store.write("core.games", {"season": 2016}, broken)
    with pytest.raises(ContractError, match=r"1 keys .* occur more than once"):
        store.write("core.games", {"season": 2016}, games(2016, "a", "a"))
    with pytest.raises(ContractError, match="season is not 2016 in every row"):
        store.write("core.games", {"season": 2016}, games(2017, "a"))
    assert version(store) == before


def test_work_is_done_again_when_the_table_was_changed_behind_the_memory(store: Store) -> None:
    store.build("core.games", {"season": 2016}, "k", lambda: games(2016, "a"))
    store.delta("core.games").delete("season = 2016")
    redone = store.build("core.games", {"season": 2016}, "k", lambda: games(2016, "a"))
    assert not redone.skipped
    assert store.partitions("core.games") == [{"season": 2016, "month": 4}]


def test_an_open_reader_keeps_its_version_while_a_writer_replaces_it(store: Store) -> None:
    store.write("core.games", {"season": 2016}, games(2016, "a"))
    with session(store) as connection:
        store.write("core.games", {"season": 2016}, games(2016, "b"))
        assert connection.execute("select game_id from core.games").fetchall() == [("a",)]


def test_the_catalog_shows_every_table_and_survives_an_open_reader(store: Store) -> None:
    store.write("core.games", {"season": 2016}, games(2016, "a"))
    target = store.root.parent / "feature_store.duckdb"
    assert write_catalog(store, target) == ["core.games"]
    store.write("core.games", {"season": 2017}, games(2017, "b"))
    assert write_catalog(store, target) == ["core.games"]
    assert [file.name for file in target.parent.glob("feature_store*")] == ["feature_store.duckdb"]


def test_reading_a_table_that_was_never_written_names_it(store: Store) -> None:
    with pytest.raises(FileNotFoundError, match=r"core\.pitches does not exist"):
        store.files("core.pitches")


@given(st.permutations([(1, "a"), (2, "b"), (3, None), (3, None)]))
def test_the_content_hash_ignores_order_but_not_values(rows: list[tuple[int, str | None]]) -> None:
    columns = pa.table({"x": [row[0] for row in rows], "y": pa.array([row[1] for row in rows], pa.string())})
    other = pa.table({"x": [1, 2, 3, 3], "y": pa.array(["a", "b", None, ""], pa.string())})
    base = pa.table({"x": [1, 2, 3, 3], "y": pa.array(["a", "b", None, None], pa.string())})
    assert content_hash(columns) == content_hash(base)
    assert content_hash(columns) != content_hash(other)


def test_columns_that_swap_places_by_name_keep_their_meaning(store: Store) -> None:
    table = games(2016, "a")
    swapped = table.select([*reversed(table.column_names)])
    with pytest.raises(ContractError, match="away_team is int8"):
        store.write("core.games", {"season": 2016}, table.rename_columns(swapped.column_names))
    store.write("core.games", {"season": 2016}, swapped)
    with session(store) as connection:
        assert connection.execute("select home_team, away_team from core.games").fetchall() == [("BOS", "NYY")]


def test_contract_text_refuses_an_unknown_type() -> None:
    with pytest.raises(KeyError):
        contract("a.b", "one row", "x:int", "x")
    assert violations(pa.table({"x": [1]}), contract("a.b", "one row", "x:i64", "x")) == []


def test_the_inputs_key_follows_every_part() -> None:
    assert inputs_key(sql="a", upstream="b") == inputs_key(upstream="b", sql="a")
    assert inputs_key(sql="a", upstream="b") != inputs_key(sql="a", upstream="c")


def test_a_table_of_an_older_contract_is_made_anew(tmp_path: Path) -> None:
    older = contract("features.ages", "one row per player", "mlbam_id:i32 season:i16", "mlbam_id", "season")
    newer = contract("features.ages", "one row per player", "mlbam_id:i32 age:f64? season:i16", "mlbam_id", "season")
    before, now = (Store(tmp_path, {"features.ages": item}) for item in (older, newer))
    for season in (2016, 2017):
        rows = pa.table({"mlbam_id": [1], "season": [season]}, schema=older.schema)
        before.build("features.ages", {"season": season}, "k", lambda rows=rows: rows)

    assert before.exists("features.ages")
    assert not now.exists("features.ages")
    with pytest.raises(FileNotFoundError, match="an older one is there"):
        now.delta("features.ages")

    rows = pa.table({"mlbam_id": [1], "age": [27.5], "season": [2016]}, schema=newer.schema)
    assert not now.build("features.ages", {"season": 2016}, "k", lambda: rows).skipped
    assert now.partitions("features.ages") == [{"season": 2016}]  # 2017's older rows do not stay beside the newer ones
    assert now.current("features.ages", {"season": 2017}, "k") is None
