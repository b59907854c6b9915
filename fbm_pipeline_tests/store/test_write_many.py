"""Several partitions in one commit behave like each of them written by itself."""

import pyarrow as pa
import pytest

from fbm_pipeline.store.declarations import ContractError
from fbm_pipeline.store.tables import Store

GAMES = "core.games"


def games(store: Store, *rows: tuple[int, str]) -> pa.Table:
    """One game per (month, id)."""
    values = [
        {
            "season": 2024,
            "month": month,
            "game_id": game,
            "game_date": None,
            "source": "statcast",
            "number": 0,
            "home_team": "KC",
            "away_team": "CHC",
        }
        for month, game in rows
    ]
    table = pa.Table.from_pylist(values, schema=store.contracts[GAMES].schema)
    dates = pa.array([f"2024-{month:02d}-02" for month, _ in rows]).cast(pa.date32())
    return table.set_column(
        table.column_names.index("game_date"), store.contracts[GAMES].schema.field("game_date"), dates
    )


def test_it_writes_what_single_writes_do(store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    together = store.write_many(GAMES, {"season": 2024}, "month", games(store, (4, "a"), (5, "b")), {4: "x", 5: "y"})
    other = Store(tmp_path_factory.mktemp("other"), store.contracts)
    apart = [
        other.write(GAMES, {"season": 2024, "month": month}, games(other, (month, game)), key)
        for month, game, key in ((4, "a", "x"), (5, "b", "y"))
    ]
    assert together == apart
    assert store.content(GAMES) == other.content(GAMES)
    assert store.current(GAMES, {"season": 2024, "month": 5}, "y") is not None


def test_only_changed_partitions_are_written_and_others_stay(store: Store) -> None:
    store.write_many(
        GAMES, {"season": 2024}, "month", games(store, (4, "a"), (5, "b"), (6, "c")), dict.fromkeys((4, 5, 6), "x")
    )
    before = set(store.files(GAMES))
    written = store.write_many(GAMES, {"season": 2024}, "month", games(store, (4, "a"), (5, "z")), {4: "v", 5: "w"})
    assert [item.skipped for item in written] == [True, False]
    assert len(before & set(store.files(GAMES))) == 2
    held = store.delta(GAMES).to_pyarrow_table().column("game_id").to_pylist()
    assert sorted(held) == ["a", "c", "z"]


def test_a_partition_without_rows_is_emptied(store: Store) -> None:
    store.write_many(GAMES, {"season": 2024}, "month", games(store, (4, "a"), (5, "b")), {4: "x", 5: "x"})
    written = store.write_many(GAMES, {"season": 2024}, "month", games(store, (4, "a")), {4: "y", 5: "y"})
    assert [item.rows for item in written] == [1, 0]
    assert store.partitions(GAMES) == [{"month": 4, "season": 2024}]


def test_rows_of_another_partition_are_refused(store: Store) -> None:
    with pytest.raises(ContractError, match=r"month \[5\]"):
        store.write_many(GAMES, {"season": 2024}, "month", games(store, (4, "a"), (5, "b")), {4: "x"})
    assert not store.partitions(GAMES)


def test_a_key_in_two_of_them_is_refused(store: Store) -> None:
    with pytest.raises(ContractError, match="occur more than once"):
        store.write_many(GAMES, {"season": 2024}, "month", games(store, (4, "a"), (5, "a")), {4: "x", 5: "x"})
