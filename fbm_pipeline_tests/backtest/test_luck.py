"""Luck of a season's rates: unbiased against repeated seasons of players whose talent never moves."""

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.backtest.luck import load_luck, luck_scales, luck_variance, trial_luck
from fbm_pipeline.baseball.statistics import BATTER_STATISTICS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.evaluation import hand_made

BY_NAME = {item.name: item for item in BATTER_STATISTICS}


def seasons_of_one_batter(size: int, at_bats: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    counts = rng.multinomial(at_bats, [0.15, 0.05, 0.005, 0.03, 0.765], size)
    lines = pd.DataFrame(counts[:, :4], columns=["single", "double", "triple", "hr"])
    return lines.assign(h=lines.sum(axis=1), ab=at_bats, opportunities=at_bats, so=rng.binomial(at_bats, 0.2, size))


@pytest.mark.parametrize("name", ["so_rate", "hr_rate", "triple_rate", "avg", "slg", "iso"])
def test_luck_is_the_variance_over_seasons_that_could_have_been(name: str) -> None:
    lines = seasons_of_one_batter(20_000)
    rates = sum(lines[c] * w for c, w in BY_NAME[name].numerator) / 400
    assert trial_luck(lines, BY_NAME[name]).mean() == pytest.approx(rates.var(), rel=0.04)


def test_two_trials_are_needed() -> None:
    lines = seasons_of_one_batter(2, at_bats=1)
    assert trial_luck(lines, BY_NAME["avg"]).isna().all()


def write_games(store: Store, games: Sequence[tuple[int | None, int, int]], order: Iterable[int] | None = None) -> None:
    """Games of one pitcher: earned runs, outs and runners of each, in the order given."""
    rows = [
        {
            "season": 2021,
            "month": 4,
            "game_id": f"g{place:03d}",
            "source": "hand",
            "player_type": "pitcher",
            "mlbam_id": 1001,
            "er": er,
            "outs": outs,
            "h": runners,
            "bb": 0,
            "opportunities": outs + runners,
            "game_date": dt.date(2021, 4, 1),
            "role": "starter",
            "team": "ATL",
            "opponent": "NYN",
            "is_home": True,
        }
        for place, (er, outs, runners) in enumerate(games)
    ]
    name = "core.player_games"
    rows = rows if order is None else [rows[place] for place in order]
    store.write(name, {"season": 2021, "month": 4}, hand_made.table(store.contracts[name], rows))


def test_luck_of_earned_runs_is_the_spread_between_games(store: Store) -> None:
    games = [(6, 18, 4), (0, 21, 0), (3, 15, 5), (None, 3, 9)]  # one game without known earned runs
    write_games(store, games)
    variance = load_luck(store, 2021, 2021).set_index("statistic")["luck_variance"]
    er, outs = np.array([(er, outs) for er, outs, _ in games if er is not None], dtype=float).T
    expected = 3 / 2 * ((27 * (er - er.sum() / outs.sum() * outs) / outs.sum()) ** 2).sum()
    assert variance["era"] == pytest.approx(expected)
    assert load_luck(store, 2022, 2022).empty


def test_luck_of_earned_runs_has_the_same_bits_in_whatever_order_the_games_lie(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    games = [(int(er), int(outs), int(runners)) for er, outs, runners in rng.integers(1, 30, (150, 3))]
    seen = set()
    for name in "abcde":  # a store takes the same rows in another order for the same content
        store = Store(tmp_path / name, TABLES)
        write_games(store, games, rng.permutation(len(games)))
        seen.add(tuple(load_luck(store, 2021, 2021).sort_values("statistic")["luck_variance"]))
    assert len(seen) == 1


def test_scales_give_back_the_luck_they_were_fitted_on() -> None:
    rng = np.random.default_rng(2)
    n, p = rng.integers(200, 600, 4000), rng.beta(40, 160, 4000)
    actual = rng.binomial(n, p) / n
    rows = pd.DataFrame(
        {
            "player_type": "batter",
            "statistic": "so_rate",
            "actual": actual,
            "opportunities": n,
            "luck_variance": actual * (1 - actual) / (n - 1),
        }
    )
    scales = luck_scales(rows)
    assert scales["scale"].item() == pytest.approx(1, abs=0.01)
    found = luck_variance(p, n, scales["scale"].item(), np.array(True))
    assert found.mean() == pytest.approx((p * (1 - p) / n).mean(), rel=0.01)
    assert luck_scales(rows.assign(luck_variance=np.nan))["scale"].item() == 0
