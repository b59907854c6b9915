"""A pitcher's coming role: read from lines by hand, and chances that come true as often as they say."""

import numpy as np
import pytest

from fbm_pipeline.marcel.season_lines import SeasonLines, histories, read_season_lines
from fbm_pipeline.playing_time.fits import fit_chance
from fbm_pipeline.playing_time.role import (
    expected_roles,
    learn_by_role,
    learn_starter_chance,
    season_roles,
)
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.aggregates.reliability import reliability
from fbm_pipeline_tests.marcel.hand_made import pitching, write_lines, write_players

POINTS = 0.06  # how far a bin of 300 and more may lie from its chance: two standard errors of the widest


def lines_of(store: Store) -> SeasonLines:
    """Pitchers 1 (starter), 2 (reliever), 3 (half of his games) and 4 (only in 2011)."""
    played = {1: (30, 30), 2: (60, 2), 3: (20, 10), 4: (10, 10)}
    rows = [
        pitching(season, player, opportunities=100, outs=70, g=games, gs=starts)
        for season in (2011, 2012)
        for player, (games, starts) in played.items()
        if not (player == 4 and season == 2012)
    ]
    write_lines(store, rows)
    write_players(store, dict.fromkeys(played))
    return read_season_lines(store, "pitcher", 2011, 2012)


def test_a_season_of_half_starts_is_a_starters(store: Store) -> None:
    lines = lines_of(store)
    players = histories(lines, [2013])
    assert season_roles(lines, players.rows[:, 0]).tolist() == pytest.approx([1, 0, 1, np.nan], nan_ok=True)
    assert season_roles(lines, players.rows[:, 1]).tolist() == [1, 0, 1, 1]


def test_the_role_changes_where_the_coming_one_is_not_the_last(store: Store) -> None:
    lines = lines_of(store)
    found = expected_roles(np.array([0.7, 0.2, 0.5, 0.9]), lines, histories(lines, [2013]))
    assert found.role == ["starter", "reliever", "starter", "starter"]
    assert found.change.tolist() == pytest.approx([0.3, 0.2, 0.5, np.nan], nan_ok=True)


def simulated(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs (n, 4), some unknown, the true chance to start and who then started."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 4))
    chance = 1 / (1 + np.exp(-(2.5 * values[:, 0] + values[:, 1] * (values[:, 2] > 0))))
    values[rng.random(values.shape) < 0.03] = np.nan
    return values, chance, rng.random(n) < chance


def test_chances_come_true_as_often_as_they_say() -> None:
    values, _, started = simulated(8000, 1)
    became = np.where(started, 1.0, 0.0)
    became[:2000] = np.nan  # did not play
    asked, truth, later = simulated(8000, 2)
    chance = learn_starter_chance(became, values)(asked)
    for expected, found, n in reliability(chance, later):
        assert abs(expected - found) < POINTS, (expected, found, n)
    assert np.corrcoef(chance, truth)[0, 1] > 0.95


def test_those_who_did_not_play_teach_no_role() -> None:
    values, _, started = simulated(1000, 3)
    became = np.where(started, 1.0, 0.0)
    absent = np.arange(1000) % 3 == 0
    asked = simulated(50, 4)[0]
    kept = learn_starter_chance(became[~absent], values[~absent])(asked)
    assert (learn_starter_chance(np.where(absent, np.nan, became), values)(asked) == kept).all()


def test_what_always_happened_is_certain() -> None:
    values = np.zeros((50, 2))
    assert fit_chance(values, np.ones(50, dtype=bool))(values[:3]).tolist() == [1, 1, 1]
    assert fit_chance(values, np.zeros(50, dtype=bool))(values[:3]).tolist() == [0, 0, 0]


def test_an_expectation_is_weighted_over_roles() -> None:
    rng = np.random.default_rng(5)
    values, _, started = simulated(6000, 5)
    plays = rng.random(6000) < 0.8
    became = np.where(plays, np.where(started, 1.0, 0.0), np.nan)
    share = np.where(plays, np.where(started, 4.0, 1.5), 0.0) * rng.uniform(0.9, 1.1, 6000)
    asked, chance, _ = simulated(3000, 6)
    learned = learn_by_role(became, values, share, learn_starter_chance(became, values))
    assert learned is not None
    truth = 0.8 * (4.0 * chance + 1.5 * (1 - chance))
    assert np.corrcoef(learned(asked), truth)[0, 1] > 0.95
    assert learned(asked).mean() == pytest.approx(truth.mean(), rel=0.03)


def test_too_few_of_a_role_have_no_expectation_of_their_own() -> None:
    values, _, _ = simulated(400, 7)
    became = np.where(np.arange(400) < 99, 1.0, 0.0)
    assert learn_by_role(became, values, np.ones(400), learn_starter_chance(became, values)) is None
