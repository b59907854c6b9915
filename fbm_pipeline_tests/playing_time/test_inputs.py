"""What is read of past use: windows, absences, depth, and a ridge whose lines may bend."""

import numpy as np
import pytest

from fbm_pipeline.marcel.season_lines import histories, read_season_lines
from fbm_pipeline.playing_time.depth import club_depth
from fbm_pipeline.playing_time.hinge_ridge import HingeRidge
from fbm_pipeline.playing_time.inputs import playing_time_inputs
from fbm_pipeline.playing_time.seasons_of_use import read_seasons_of_use
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.marcel.hand_made_games import GAMES, TURNS, write_league


def test_use_within_a_season_by_hand(store: Store) -> None:
    """The first twin plays games 0-19 of 40, one every four days; the second every other game to the end."""
    write_league(store, [2009, 2010], twins=True)
    use = read_seasons_of_use(store, "batter", 2009, 2010)
    hurt, healthy = use.rows(np.array([2010, 2010]), np.array([9001, 9002]))
    columns = use.columns
    assert use.scheduled == {2009: GAMES, 2010: GAMES}
    assert columns["games"][[hurt, healthy]].tolist() == [20, 20]
    assert columns["days_after_last"][[hurt, healthy]].tolist() == [4 * 20, 4]
    assert columns["longest_gap"][[hurt, healthy]].tolist() == [4, 8]
    assert columns["days_active"][[hurt, healthy]].tolist() == [4 * 19, 4 * 38]
    assert columns["club_games_between"][[hurt, healthy]].tolist() == [20, 39]
    assert columns["club_30"][healthy] == 8  # days 0, 4 ... 28 before the last
    assert columns["games_30"][[hurt, healthy]].tolist() == [0, 4]
    assert columns["opportunities_60"][healthy] == TURNS * 7
    assert columns["opportunities_90"][hurt] == TURNS * 3  # 80, 84 and 88 days before the last
    assert columns["g_ss"][[hurt, healthy]].tolist() == [20, 20]


def test_a_season_missed_is_zero_opportunities_and_an_unknown_use(store: Store) -> None:
    write_league(store, range(2009, 2012))
    lines, use = read_season_lines(store, "batter", 2009, 2011), read_seasons_of_use(store, "batter", 2009, 2011)
    players = histories(lines, [2012])
    inputs = playing_time_inputs(lines, players, use)
    column = {name: inputs.values[:, i] for i, name in enumerate(inputs.columns)}
    missed = column["missed_last"] == 1
    assert missed.any()
    assert not missed.all()
    assert (column["opportunities_1"][missed] == 0).all()
    assert np.isnan(column["per_game_1"][missed]).all()
    assert (column["per_game_1"][~missed] == TURNS).all()
    assert (column["seasons_missed"] >= column["missed_last"]).all()


def test_depth_counts_those_of_his_club_and_position(store: Store) -> None:
    write_league(store, [2009])
    lines, use = read_season_lines(store, "batter", 2009, 2009), read_seasons_of_use(store, "batter", 2009, 2009)
    depth = club_depth(lines, use, np.append(np.arange(len(use.season)), -1))
    assert all(np.isnan(values[-1]) for values in depth.values())
    for row in range(len(use.season)):
        alike = [
            other
            for other in range(len(use.season))
            if use.team[other] == use.team[row] and (use.columns["g_c"][other] > 0) == (use.columns["g_c"][row] > 0)
        ]
        used = use.columns["opportunities"] / GAMES
        others = [used[other] for other in alike if other != row]
        assert depth["depth_rank"][row] == sum(share > used[row] for share in others)
        assert depth["depth_others"][row] == pytest.approx(sum(others))
        assert depth["depth_best_other"][row] == max(others, default=0)
        assert depth["depth_players"][row] == len(others)
    assert depth["depth_rank"][:-1].max() > 2


def test_a_ridge_that_bends() -> None:
    rng = np.random.default_rng(2)
    values = rng.uniform(-1, 1, (400, 3))
    values[:, 2] = 1.0  # never varies
    bent = np.maximum(values[:, 0], 0.0)
    ridge = HingeRidge(0.1).fit(values, bent)
    asked = np.array([[-0.8, 0.0, 1.0], [-0.4, 0.0, 1.0], [0.4, 0.0, 1.0], [0.8, 0.0, 1.0]])
    assert ridge.predict(asked) == pytest.approx([0.0, 0.0, 0.4, 0.8], abs=0.12)
    straight = np.polynomial.Polynomial.fit(values[:, 0], bent, 1)(values[:, 0])
    assert np.std(ridge.predict(values) - bent) < 0.5 * np.std(straight - bent)


def test_the_unknown_stands_at_the_median_and_the_extreme_at_the_end() -> None:
    values = np.arange(101.0)[:, None]
    ridge = HingeRidge(0.1).fit(values, values[:, 0])
    found = ridge.predict(np.array([[np.nan], [50.0], [1e9], [100.0]]))
    assert found[0] == found[1]
    assert found[2] == found[3]
