"""Measured physics as columns: regressed deviations by hand, nothing where nothing was measured, nothing ahead."""

import datetime as dt

import numpy as np
import pytest

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.controls.physics_block import (
    BALLS_KNOWN,
    PITCHES_KNOWN,
    has_physics,
    physics_block,
)
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.aggregates.test_physics_counts import pitch
from fbm_pipeline_tests.controls.test_parks_block import players
from fbm_pipeline_tests.making import make_physics_counts
from fbm_pipeline_tests.parks.park_league import drawn, game, measured, write_months

TALENTS = (80.0, 86.0, 92.0, 98.0)


def column(block: Block, name: str) -> np.ndarray:
    return block.values[:, block.columns.index(name)]


def write_season(store: Store, season: int, seed: int = 1, talents: tuple[float, ...] = TALENTS) -> None:
    write_months(store, "core.plate_appearances", drawn(seed, talents, 150, season))
    make_physics_counts(store, season)


def test_a_deviation_by_hand(store: Store) -> None:
    rows = [measured(1, 100.0, 10.0), measured(2, 104.0, 12.0), measured(3, 90.0, 20.0, batter_id=2)]
    write_months(store, "core.plate_appearances", rows)
    write_months(
        store,
        "core.plate_appearances",
        [
            {**row, "season": 2020, "game_date": dt.date(2020, 5, 1), "game_id": "G0"}
            for row in (measured(1, 95.0, 0.0), measured(2, 85.0, 0.0, batter_id=2))
        ],
    )
    for season in (2020, 2021):
        make_physics_counts(store, season)
    block = physics_block(store, "batter", players((2022, 1), (2022, 2), (2022, 3)))
    # 2021: the league is 98; 2020, weighted .75: 90. Forty average balls are added.
    first = ((204 - 2 * 98) + 0.75 * (95 - 90)) / (2 + 0.75 + 40)
    second = ((90 - 98) + 0.75 * (85 - 90)) / (1 + 0.75 + 40)
    assert column(block, "physics_speed").tolist() == [pytest.approx(first), pytest.approx(second), 0.0]
    assert column(block, BALLS_KNOWN).tolist() == [
        pytest.approx(2.75 / 202.75),
        pytest.approx(1.75 / 201.75),
        0.0,
    ]
    assert has_physics(block).tolist() == [True, True, False]
    assert (block.values[2] == 0).all()


def test_those_who_hit_harder_stand_higher_in_every_speed(store: Store) -> None:
    write_season(store, 2021)
    block = physics_block(store, "batter", players(*((2022, player) for player in (1, 2, 3, 4))))
    for name in ("physics_speed", "physics_hard_hit", "physics_high_speed", "physics_air_speed"):
        assert (np.diff(column(block, name)) > 0).all(), name
    assert column(block, "physics_high_speed")[3] == pytest.approx(7, abs=3.5)
    assert column(block, "physics_speed")[3] == pytest.approx(150 / 190 * 9, abs=2)


def test_before_any_measurement_every_column_is_exactly_zero(store: Store) -> None:
    write_season(store, 2021)
    for player_type in ("batter", "pitcher"):
        block = physics_block(store, player_type, players((2010, 1), (2021, 1), (2021, 101)))
        assert (block.values == 0).all()
        assert not has_physics(block).any()


def test_three_seasons_back_and_no_more(store: Store) -> None:
    write_season(store, 2021)
    block = physics_block(store, "batter", players((2022, 4), (2023, 4), (2024, 4), (2025, 4)))
    known = column(block, BALLS_KNOWN)
    assert known.tolist() == [pytest.approx(w * 150 / (w * 150 + 200)) for w in (1, 0.75, 0.5)] + [0.0]


def test_the_target_season_and_later_ones_change_nothing(store: Store) -> None:
    write_season(store, 2021)
    write_season(store, 2022)
    wanted = players((2022, 1), (2022, 4), (2021, 2))
    before = physics_block(store, "batter", wanted).values.tobytes()
    write_season(store, 2022, seed=9, talents=(110.0, 70.0, 60.0, 50.0))
    assert physics_block(store, "batter", wanted).values.tobytes() == before
    write_season(store, 2021, seed=9, talents=(110.0, 70.0, 60.0, 50.0))
    assert physics_block(store, "batter", wanted).values.tobytes() != before


def test_pitchers_have_velocity_and_batters_the_mix_alone(store: Store) -> None:
    write_months(store, "core.games", [game(2021, "700001", "BOS", "NYY")])
    pitches = [pitch(n, "FF", 98.0) for n in range(20)]
    pitches += [pitch(n, "FF", 90.0, plate_appearance=2, pitcher_id=102) for n in range(20)]
    write_months(store, "core.pitches", pitches)
    make_physics_counts(store, 2021)
    block = physics_block(store, "pitcher", players((2022, 101), (2022, 102), (2022, 103)))
    assert column(block, "physics_fastball_speed").tolist() == [pytest.approx(2.0), pytest.approx(-2.0), 0.0]
    assert column(block, PITCHES_KNOWN)[0] == pytest.approx(20 / 520)
    assert has_physics(block).tolist() == [True, True, False]
    batters = physics_block(store, "batter", players((2022, 1)))
    assert "physics_fastballs" in batters.columns
    assert not [name for name in batters.columns if "fastball_" in name]


def test_a_mask_needs_the_presence_columns() -> None:
    with pytest.raises(ValueError, match="physics_balls_known"):
        has_physics(Block("lines", ("age",), np.ones((2, 1))))


def test_without_the_table_the_error_names_it(store: Store) -> None:
    with pytest.raises(FileNotFoundError, match=r"features\.physics_counts"):
        physics_block(store, "batter", players((2022, 1)))
