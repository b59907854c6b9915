"""What a builder is shown: which partitions a window opens, wherever the store stands."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from fbm_pipeline.store.columns import PLAYER_TYPE, SEASON, Column, N
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.making import partition_key
from fbm_pipeline.store.tables import Store
from fbm_pipeline.store.windows import Window, seasons_before


def counts(name: str, reads: dict[str, Window]) -> Table:
    return Table(
        name,
        grain="one row per season and player type",
        columns=(SEASON, PLAYER_TYPE, N),
        key=("season", "player_type"),
        partition_by=("player_type", "season"),
        reads=reads,
    )


BUILD = "fbm_pipeline.store.making:make"  # any function: its code is part of a key
READ = counts("features.read", {})


def shown(root: Path, window: Window) -> list[tuple[str, int]]:
    """The partitions of 2019-2023 that are open while batters of 2023 are made, by their files."""
    store = Store(root, {READ.name: READ})
    for season in range(2019, 2024):
        for player_type in ("batter", "pitcher"):
            row = [{"season": season, "player_type": player_type, "n": 1}]
            partition = {"player_type": player_type, "season": season}
            store.write(READ.name, partition, pa.Table.from_pylist(row, schema=READ.schema))
    made = counts("features.made", {READ.name: window})
    inputs = Inputs(store, made, {"player_type": "batter", "season": 2023})
    rows = inputs.delta(READ.name).to_pyarrow_table().to_pylist()
    assert len(inputs.files(READ.name)) == len(inputs.contents()[READ.name]) == len(rows)
    return sorted((row["player_type"], row["season"]) for row in rows)


def test_a_window_may_begin_with_a_season(tmp_path: Path) -> None:
    assert shown(tmp_path, seasons_before(since=2021)) == [("batter", 2021), ("batter", 2022)]


def test_a_relative_root_shows_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(Path("store"), seasons_before(1, both_types=True)) == [("batter", 2022), ("pitcher", 2022)]


def key_of(root: Path, made: Table, settings: object) -> str:
    store = Store(root, {READ.name: READ})
    return partition_key(Inputs(store, made, {"player_type": "batter", "season": 2023}, settings))


def test_a_declared_setting_changes_the_key_and_no_other_does(tmp_path: Path) -> None:
    made = replace(counts("features.made", {READ.name: seasons_before()}), settings=("alpha",), build=BUILD)
    keys = [key_of(tmp_path, made, SimpleNamespace(alpha=alpha, beta=beta)) for alpha, beta in ((1, 1), (2, 1), (1, 2))]
    assert keys[0] != keys[1]
    assert keys[0] == keys[2]


def test_a_column_more_changes_the_key(tmp_path: Path) -> None:
    made = replace(counts("features.made", {READ.name: seasons_before()}), build=BUILD)
    wider = replace(made, columns=(*made.columns, Column("rate", "f64", "share", "a rate")))
    assert key_of(tmp_path, made, None) != key_of(tmp_path, wider, None)
