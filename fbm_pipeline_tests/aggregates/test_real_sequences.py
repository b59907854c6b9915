"""A real Retrosheet season: batted balls agree with measured angles, and the counts with the season's record."""

from pathlib import Path

import numpy as np
import pytest

from fbm_pipeline.aggregates.sequence_counts import read_sequence_counts
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse import raw
from fbm_pipeline_tests.making import make_core, make_sequence_counts

pytestmark = pytest.mark.real

SEASON = 2022


def test_a_real_season_of_batted_balls_and_counts(real_data: Path, store: Store) -> None:
    raw.ingest(store, real_data, "raw.register")
    for table in ("raw.retrosheet_plays", "raw.batted_ball_physics"):
        raw.ingest(store, real_data, table, SEASON)
    for name in ("games", "pitches", "plate_appearances", "batted_balls"):
        make_core(store, name, SEASON)
    _check_batted_balls(store)
    for player_type in ("batter", "pitcher"):
        make_sequence_counts(store, player_type, SEASON)
    _check_counts(store)


def _check_batted_balls(store: Store) -> None:
    balls = store.delta("core.batted_balls").to_pyarrow_table().to_pandas()
    turns = store.delta("core.plate_appearances").to_pyarrow_table().to_pandas()
    in_play = turns.ab - turns.so + turns.sf + turns.sh
    assert len(balls) == in_play.sum()
    fielded = balls[balls.outcome != "home_run"]
    assert fielded.fielder.notna().mean() > 0.99
    assert balls.direction.notna().mean() > 0.99
    both = balls.merge(turns[["game_id", "plate_appearance", "spray_deg"]], on=["game_id", "plate_appearance"])
    both = both[both.spray_deg.between(0, 90)]
    from_left = both.spray_deg.where(both.stand == "R", 90 - both.spray_deg)
    middle = from_left.groupby(both.direction).median()
    assert middle["left"] < 30 < middle["middle"] < 60 < middle["right"]
    # A fielder may stand on the other side of second base: the shift was allowed until 2022.
    assert (from_left[both.direction == "left"] < 50).mean() > 0.9
    assert (from_left[both.direction == "right"] > 40).mean() > 0.9


def _check_counts(store: Store) -> None:
    turns = store.delta("core.plate_appearances").to_pyarrow_table().to_pandas()
    batters, pitchers = (read_sequence_counts(store, kind, SEASON, SEASON) for kind in ("batter", "pitcher"))
    for name, thrown in pitchers.counts.items():
        if not name.startswith(("left_", "right_", "opponents_")):  # these look at the other side
            assert batters.counts[name].sum() == thrown.sum(), name
    unintended = turns[turns.outcome != "intentional_walk"]
    for name in ("so", "bb", "hr", "h"):
        assert batters.counts[name].sum() == unintended[name].sum()
    assert batters.counts["counted_pa"].sum() / batters.counts["pa"].sum() > 0.999
    whiff = batters.counts["whiffs"].sum() / batters.counts["swings"].sum()
    assert 0.22 < whiff < 0.28
    regular = batters.counts["pa"] >= 400
    missed = batters.counts["whiffs"][regular] / batters.counts["swings"][regular]
    assert batters.mlbam_id[regular][np.argmin(missed)] == 650333  # Luis Arráez misses least
