"""Draws of players: the same figures as scoring the drawn rows afresh, and intervals that know what players share."""

import numpy as np
import pytest

from fbm_pipeline.backtest.metrics import score
from fbm_pipeline.evaluation.bootstrap import Resampled, difference, drawn, resample

SEASONS = (2018, 2019, 2021)


def sample(players: int, seed: int = 0, error: tuple[float, ...] = (0.02, 0.02)) -> dict[str, np.ndarray]:
    """Players of one to three seasons; every system is the truth with an error of its own."""
    rng = np.random.default_rng(seed)
    season, player = zip(
        *[(season, 100 + i) for i in range(players) for season in SEASONS[: 1 + i % len(SEASONS)]], strict=True
    )
    talent = rng.normal(0.2, 0.05, players)[np.array(player) - 100]
    actual = talent + 0.01 * (np.array(season) - 2018) + rng.normal(0, 0.02, len(season))
    projected = np.stack([talent + rng.normal(0, size, len(season)) for size in error], axis=1)
    return {
        "projected": projected,
        "actual": actual,
        "weights": rng.integers(200, 700, len(season)).astype(float),
        "seasons": np.array(season),
        "players": np.array(player),
    }


def gap(found: Resampled, measure: str):
    point, draws = getattr(found, measure), getattr(found, f"{measure}_draws")
    return difference(point[0], point[1], draws[:, 0], draws[:, 1])


def test_every_draw_is_what_scoring_its_rows_afresh_gives() -> None:
    rows = sample(12)
    found = resample(**rows, draws=60, seed=5)
    ids = np.unique(rows["players"])
    for times, r, rmse in zip(drawn(len(ids), 60, 5), found.r_draws, found.rmse_draws, strict=True):
        repeated = np.repeat(np.arange(len(rows["players"])), times.astype(int)[np.searchsorted(ids, rows["players"])])
        for system in (0, 1):
            brute = score(
                rows["projected"][repeated, system],
                rows["actual"][repeated],
                rows["weights"][repeated],
                rows["seasons"][repeated],
            )
            assert r[system] == pytest.approx(brute.r, abs=1e-10)
            assert rmse[system] == pytest.approx(brute.rmse, abs=1e-10)


@pytest.mark.filterwarnings("error")
def test_what_does_not_vary_has_no_r_but_an_error() -> None:
    """A system that says the same of all, as the mean of debutants of one age; draws without the only triple."""
    rows = sample(20)
    rows["projected"][:, 1] = 0.2217
    rows["actual"] = np.where(rows["players"] == 103, 0.0123, 0.0)
    found = resample(**rows, draws=300, seed=5)
    without = drawn(20, 300, 5)[:, np.unique(rows["players"]).tolist().index(103)] == 0
    assert 50 < without.sum() < 200
    assert np.isnan(found.r_draws[without, 0]).all()
    assert np.isfinite(found.r_draws[~without, 0]).all()
    assert np.isnan(found.r[1])
    assert np.isnan(found.r_draws[:, 1]).all()
    assert np.isfinite(found.rmse_draws).all()


def test_the_sample_itself_is_scored_as_everywhere() -> None:
    rows = sample(40)
    found = resample(**rows, draws=3)
    for system in (0, 1):
        plain = score(rows["projected"][:, system], rows["actual"], rows["weights"], rows["seasons"])
        assert (found.r[system], found.rmse[system]) == (pytest.approx(plain.r), pytest.approx(plain.rmse))
    assert found.players == 40


def test_a_player_is_drawn_with_all_his_seasons_and_as_many_players_as_there_are() -> None:
    times = drawn(30, 200, 1)
    assert (times.sum(axis=1) == 30).all()
    assert not np.array_equal(times[0], times[1])
    assert np.array_equal(times, drawn(30, 200, 1))
    assert not np.array_equal(times, drawn(30, 200, 2))


def test_a_system_against_itself_differs_by_nothing() -> None:
    rows = sample(60)
    rows["projected"] = rows["projected"][:, [0, 0]]
    found = resample(**rows, draws=200)
    for measure in ("r", "rmse"):
        itself = gap(found, measure)
        assert (itself.value, itself.low, itself.high, itself.p) == (0.0, 0.0, 0.0, 1.0)


def test_equal_skill_is_covered_and_a_clear_gain_is_not() -> None:
    even = gap(resample(**sample(150, error=(0.02, 0.02)), draws=500), "rmse")
    assert even.low < 0 < even.high
    assert even.p > 0.05
    clear = resample(**sample(150, error=(0.04, 0.02)), draws=500)
    assert gap(clear, "rmse").high < 0 < gap(clear, "r").low
    assert gap(clear, "rmse").p == pytest.approx(2 / 501)


def test_seasons_that_repeat_each_other_do_not_narrow_the_interval() -> None:
    """The same seasons counted four times under one id tell no more; as if of other players they would seem to."""
    rows = sample(60)
    size = len(rows["players"])
    copies = {name: np.concatenate([values] * 4) for name, values in rows.items()}
    copies["seasons"] = copies["seasons"] + 100 * np.repeat(np.arange(4), size)
    strangers = copies | {"players": copies["players"] + 1000 * np.repeat(np.arange(4), size)}
    once, clustered, apart = (gap(resample(**which, draws=800), "rmse") for which in (rows, copies, strangers))
    assert clustered.high - clustered.low == pytest.approx(once.high - once.low, rel=1e-9)
    assert clustered.high - clustered.low > 1.5 * (apart.high - apart.low)


def test_a_system_without_spread_has_an_error_but_no_r() -> None:
    rows = sample(30)
    rows["projected"][:, 1] = 0.2
    found = resample(**rows, draws=50)
    assert gap(found, "r").value is None
    assert gap(found, "r").p is None
    assert gap(found, "rmse").value > 0


def test_bad_input_is_refused() -> None:
    rows = sample(10)
    with pytest.raises(ValueError, match="weights are not positive"):
        resample(**rows | {"weights": rows["weights"] * 0})
    with pytest.raises(ValueError, match="expected"):
        resample(**rows | {"actual": rows["actual"][1:]})
    with pytest.raises(ValueError, match="n above 0"):
        resample(np.zeros((0, 2)), [], [], [], [])
