"""One real season: Denver is where runs are, and measured physics is where the game's knowledge says."""

from pathlib import Path

import pyarrow.compute as pc
import pytest

from fbm_pipeline.aggregates.physics_counts import read_physics_counts
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.raw import ingest
from fbm_pipeline_tests.making import make_core, make_park_factors, make_physics_counts


@pytest.fixture(scope="module")
def season_2023(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("real") / "store", TABLES)
    for table in ("raw.retrosheet_plays", "raw.batted_ball_physics", "raw.partial_pitches"):
        ingest(store, real_data, table, season=2023)
    ingest(store, real_data, "raw.register")
    make_core(store, "games", 2023)
    make_core(store, "plate_appearances", 2023)
    make_park_factors(store, 2024)
    make_physics_counts(store, 2023)
    return store


@pytest.mark.real
def test_runs_are_most_in_denver(season_2023: Store) -> None:
    rows = season_2023.delta("features.park_factors").to_pyarrow_table().to_pylist()
    runs = {row["park_id"]: row["factor"] for row in rows if row["component"] == "runs"}
    assert len(runs) >= 30
    assert max(runs, key=lambda park: runs[park]) == "DEN02"
    assert 1.05 < runs["DEN02"] < 1.3
    assert all(0.7 < row["factor"] < 1.4 for row in rows if row["component"] != "triple")


@pytest.mark.real
def test_the_league_s_physics_is_statcast_s(season_2023: Store) -> None:
    sides = [read_physics_counts(season_2023, side, [2023]) for side in ("batter", "pitcher")]
    totals = [{name: pc.sum(side.column(name)).as_py() for name in side.column_names[3:]} for side in sides]
    for name, total in totals[0].items():
        if name == "balls_in_play":  # of players with a measured ball only
            continue
        assert total == pytest.approx(totals[1][name]), name  # every ball and pitch stands once on either side
    league = totals[0]
    assert 88 < league["speed"] / league["measured"] < 90
    assert 0.36 < league["hard_hit"] / league["measured"] < 0.42
    assert 0.065 < league["barrels"] / league["measured"] < 0.09
    assert 0.3 < league["sweet_spot"] / league["measured"] < 0.38
    assert 92.5 < league["fastball_speed"] / league["fastballs"] < 95
    assert 140_000 < league["pitches"] <= 164_510
