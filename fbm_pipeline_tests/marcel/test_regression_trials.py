"""The trials behind the constants find what was planted: how much players differ, and how steady parks are."""

import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.marcel.physics_block import BALL_K
from fbm_pipeline.marcel.physics_counts import build_physics_counts, read_physics_counts
from fbm_pipeline.marcel.regression_trials import ball_constants, half_reliable_at, hand_errors, main, park_errors
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.marcel.park_league import drawn, write_months

TURNS = 6_000


def counts(rng: np.random.Generator, factors: np.ndarray, stand: str = "all") -> pa.Table:
    """A season of parks with these true factors for home runs, .03 a plate appearance in the average one."""
    n = len(factors)
    return pa.table({
        "season": [2000] * n, "park_id": [f"P{at:02d}" for at in range(n)], "stand": [stand] * n, "pa": [TURNS] * n,
        "hr": rng.binomial(TURNS, 0.03 * factors), "elsewhere_pa": [TURNS] * n,
        "elsewhere_hr": rng.binomial(TURNS, 0.03, n),
    })  # fmt: skip


def best_constant(spread: float) -> float:
    rng = np.random.default_rng(3)
    truth = np.exp(spread * rng.standard_normal(30))
    errors = park_errors({season: counts(rng, truth) for season in range(2000, 2016)}, "hr", range(2003, 2016))
    return min(errors, key=lambda k: errors[k])


def test_parks_that_differ_are_believed_and_equal_ones_are_not() -> None:
    assert best_constant(0.4) <= 3_000
    assert best_constant(0.0) == 150_000


def best_hand_constant(spread: float) -> float:
    """The constant for parks that treat all batters alike and whose left- and right-handed ones differ by `spread`."""
    rng = np.random.default_rng(4)
    apart = np.exp(spread * rng.standard_normal(30) / 2)
    level = np.ones(30)
    seasons = {
        season: pa.concat_tables([counts(rng, level), counts(rng, apart, "L"), counts(rng, 1 / apart, "R")])
        for season in range(2000, 2016)
    }
    errors = hand_errors(seasons, "hr", range(2003, 2016))
    return min(errors, key=lambda k: errors[k])


def test_hands_that_differ_are_believed_and_equal_ones_are_not() -> None:
    assert best_hand_constant(0.6) <= 5_000
    assert best_hand_constant(0.0) == 150_000


def test_players_who_differ_as_planted() -> None:
    rng = np.random.default_rng(5)
    count = np.full(4_000, 50.0)
    talent = rng.normal(88.0, 2.0, len(count))
    total = count * (talent + rng.normal(0, 12.0 / np.sqrt(50), len(count)))
    assert half_reliable_at(total, count, 144.0) == pytest.approx(144 / 4, rel=0.15)
    assert half_reliable_at(count * 88.0, count, 144.0) == float("inf")


def test_constants_of_batted_balls(store: Store) -> None:
    talents = np.random.default_rng(1).normal(88.0, 4.0, 60)
    write_months(store, "core.plate_appearances", drawn(2, talents.tolist(), 100, 2020))
    build_physics_counts(store, 2020)
    found = ball_constants(read_physics_counts(store, "batter", [2020]), "batter")
    assert set(found) == set(BALL_K["batter"])
    assert found["speed"] == pytest.approx(144 / talents.var(), rel=0.3)
    assert found["pulled"] > 300  # spray was drawn alike for everybody


def test_without_seasons_the_error_says_what_to_make(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("FBM_HOME", str(tmp_path))
    with pytest.raises(ValueError, match=r"core\.plate_appearances first"):
        main()
