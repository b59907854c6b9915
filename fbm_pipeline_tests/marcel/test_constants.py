"""Fitting: constants learn what the past shows, nothing of what comes later, and say when there is too little."""

import dataclasses

import numpy as np
import pytest

from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.marcel.constants import best_regression, read_constants
from fbm_pipeline.marcel.regression import Samples
from fbm_pipeline.marcel.season_lines import MarcelError
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.making import fit_constants
from fbm_pipeline_tests.marcel.hand_made import birth_dates, random_league, write_lines, write_players

PRESET = dataclasses.replace(PRESETS["large"], tune_until=2012, min_train_opportunities=50)


def fill(store: Store, rows: list[dict[str, object]]) -> None:
    write_lines(store, rows)
    write_players(store, birth_dates())


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_every_statistic_gets_constants_and_a_second_call_does_nothing(store: Store, player_type: str) -> None:
    fill(store, random_league(range(2008, 2013)))
    first = fit_constants(store, player_type, PRESET)
    assert first.rows == len(statistics(player_type))
    assert fit_constants(store, player_type, PRESET).skipped
    fitted = read_constants(store, player_type)
    assert all(fit.fitted_from == 2009 and fit.n > 100 and fit.rmse > 0 for fit in fitted.values())


def test_a_skill_is_regressed_less_than_luck(store: Store) -> None:
    fill(store, random_league(range(2005, 2013)))
    fit_constants(store, "batter", PRESET)
    fitted = read_constants(store, "batter")
    # A beta(20, 80) talent asks for 100 opportunities of the league: 500 under a weight of 5 for the last year,
    # fewer for the mean weight of 4.
    assert 200 < fitted["so_rate"].regression < 900
    assert fitted["triple_rate"].regression > 5000


def test_nothing_after_tune_until_counts(store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = random_league(range(2008, 2016))
    fill(store, rows)
    untouched = fit_constants(store, "batter", PRESET)
    later = Store(tmp_path_factory.mktemp("later"), store.contracts)
    changed = [{**row, "so": 0, "hr": 99} if int(row["season"]) > 2012 else row for row in rows]  # type: ignore[call-overload]
    fill(later, changed)
    assert fit_constants(later, "batter", PRESET).content_hash == untouched.content_hash
    earlier = Store(tmp_path_factory.mktemp("earlier"), store.contracts)
    fill(earlier, [{**row, "so": 0} if row["season"] == 2012 else row for row in rows])
    assert fit_constants(earlier, "batter", PRESET).content_hash != untouched.content_hash


def test_a_later_season_does_not_even_ask_for_a_new_fit(store: Store) -> None:
    rows = random_league(range(2008, 2015))
    fill(store, rows)
    fit_constants(store, "batter", PRESET)
    write_lines(store, [{**row, "so": 1} for row in rows if row["season"] == 2014])
    assert fit_constants(store, "batter", PRESET).skipped


def test_the_order_of_rows_changes_nothing(store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = random_league(range(2008, 2013))
    fill(store, rows)
    shuffled = Store(tmp_path_factory.mktemp("shuffled"), store.contracts)
    write_lines(shuffled, rows[::-1])
    write_players(shuffled, birth_dates())
    hashes = [fit_constants(each, "pitcher", PRESET).content_hash for each in (store, shuffled)]
    assert hashes[0] == hashes[1]


def test_one_season_is_too_few(store: Store) -> None:
    fill(store, random_league([2012]))
    with pytest.raises(MarcelError, match=r"core\.season_lines hold \[2012\].*at least two"):
        fit_constants(store, "batter", PRESET)


def test_a_handful_of_players_is_too_few(store: Store) -> None:
    fill(store, random_league(range(2009, 2013), players=5))
    with pytest.raises(MarcelError, match="expected at least 30"):
        fit_constants(store, "batter", PRESET)


def test_constants_of_the_other_type_are_not_taken(store: Store) -> None:
    fill(store, random_league(range(2008, 2013)))
    fit_constants(store, "batter", PRESET)
    with pytest.raises(MarcelError, match="for pitcher"):
        read_constants(store, "pitcher")


def test_the_grid_finds_the_constant_that_made_the_outcomes() -> None:
    rng = np.random.default_rng(0)
    denominator = rng.integers(50, 600, (400, 3)).astype(float)
    numerator = rng.binomial(denominator.astype(int), 0.3).astype(float)
    weights = np.array([5.0, 4.0, 3.0])
    league = np.full((400, 3), 0.2)
    sample = Samples(numerator, denominator, league, league[:, 0], weights)
    outcome = (numerator @ weights + 777 * 0.2) / (denominator @ weights + 777)
    found = best_regression(sample, np.full(400, 29.0), outcome, np.ones(400))
    assert found == pytest.approx(777, rel=1e-3)
