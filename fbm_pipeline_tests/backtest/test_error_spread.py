"""The spread of earlier errors: right on simulated errors, blind to the season it serves and to all later ones."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.backtest.error_spread import (
    earlier_seasons,
    load_spread,
    predictive_variance,
)
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.evaluation import hand_made
from fbm_pipeline_tests.making import make_error_spread


def stored(folder: Path) -> tuple[Store, Settings]:
    return hand_made.full_store(folder), hand_made.settings_for(folder)


def spread_of(store: Store, settings: Settings, season: int) -> pd.DataFrame:
    make_error_spread(store, settings, season)
    key = ["player_type", "statistic", "system", "tier"]
    return load_spread(store, season).sort_values(key, ignore_index=True)


def test_only_backtest_seasons_before_count(tmp_path: Path) -> None:
    store, settings = stored(tmp_path)
    wanted = (*settings.preset.development_seasons, *settings.preset.test_seasons)
    assert earlier_seasons(store, wanted, 2017) == []
    assert make_error_spread(store, settings, 2017).rows == 0
    assert earlier_seasons(store, wanted, 2021) == [2017, 2018, 2019]  # 2015 and 2016 are no backtest seasons
    found = spread_of(store, settings, 2021)
    own = found[found["system"] == "marcel"]
    assert own["fitted_from"].min() == 2017
    assert own["fitted_until"].max() == 2019
    assert set(found.loc[found["system"] == "contextual", "fitted_from"]) == {2019}


def test_outcomes_of_the_season_and_later_do_not_matter(tmp_path: Path) -> None:
    store, settings = stored(tmp_path)
    before = spread_of(store, settings, 2019)
    changed = [
        row | ({"so": 1, "bb": 0, "hr": 40, "h": 90} if row["season"] >= 2019 else {})
        for row in hand_made.season_lines()
    ]
    hand_made.write_core(store, changed)
    assert make_error_spread(store, settings, 2019).skipped
    other = hand_made.full_store(tmp_path / "other")
    hand_made.write_core(other, changed)
    pd.testing.assert_frame_equal(before, spread_of(other, settings, 2019))


def test_outcomes_of_earlier_seasons_do_matter(tmp_path: Path) -> None:
    store, settings = stored(tmp_path)
    before = spread_of(store, settings, 2019)
    rng = np.random.default_rng(0)
    changed = [
        row | ({"so": int(rng.integers(5, 200))} if row["season"] == 2018 else {}) for row in hand_made.season_lines()
    ]
    hand_made.write_core(store, changed)
    after = spread_of(store, settings, 2019)
    strikeouts = before["statistic"] == "so_rate"
    assert (after.loc[strikeouts, "variance"] > before.loc[strikeouts, "variance"]).all()


def test_spread_is_the_squared_miss_less_luck_with_season_means_removed(tmp_path: Path) -> None:
    store, settings = stored(tmp_path)
    found = spread_of(store, settings, 2018).query("system == 'marcel' and player_type == 'batter'")
    row = found[(found["statistic"] == "so_rate") & (found["tier"] == "500_1200")].iloc[0]
    lines = [item for item in hand_made.season_lines() if item["player_type"] == "batter"]
    marcel = hand_made.marcel_and_truth(hand_made.season_lines(), 2017, "batter")
    cells = []
    for item in lines:
        if item["season"] == 2017 and item["opportunities"] >= 200:
            before = sum(
                line["opportunities"]
                for line in lines
                if line["mlbam_id"] == item["mlbam_id"] and 2014 <= line["season"] <= 2016
            )
            rate, truth = marcel[item["mlbam_id"], "so_rate"]
            cells.append((rate - truth, rate, item["opportunities"], 500 <= before < 1200, truth))
    miss, rate, n, in_tier, truth = (np.array(column, dtype=float) for column in zip(*cells, strict=True))
    scale = (n**2 * truth * (1 - truth) / (n - 1)).sum() / (n * truth * (1 - truth)).sum()
    error = miss - (n * miss).sum() / n.sum()
    own = in_tier.astype(bool)
    expected = np.average(error[own] ** 2 - scale * rate[own] * (1 - rate[own]) / n[own], weights=n[own])
    floor = 0.01 * np.average(error[own] ** 2, weights=n[own])
    assert row["n"] == own.sum()
    assert row["luck_scale"] == pytest.approx(scale)
    assert row["variance"] == pytest.approx(max(expected, floor))


def test_a_system_that_was_lucky_keeps_a_spread(tmp_path: Path) -> None:
    store, settings = stored(tmp_path)
    found = spread_of(store, settings, 2021)
    assert (found["variance"] > 0).all()


def test_predictive_variance_is_luck_and_spread_of_the_player_s_tier() -> None:
    spread = pd.DataFrame(
        {
            "player_type": "batter",
            "statistic": "so_rate",
            "system": "marcel",
            "luck_scale": 1.0,
            "tier": ["under_500", "over_1200"],
            "variance": [4e-4, 1e-4],
        }
    )
    rows = pd.DataFrame(
        {
            "player_type": "batter",
            "statistic": "so_rate",
            "system": ["marcel", "marcel", "marcel", "zips"],
            "rate": 0.2,
            "opportunities": [500, 500, 400, 500],
            "prior_opportunities": [0, 1200, 700, 100],
        },
        index=[7, 3, 5, 1],
    )
    found = predictive_variance(rows, spread)
    assert found.loc[7] == pytest.approx(0.16 / 500 + 4e-4)
    assert found.loc[3] == pytest.approx(0.16 / 500 + 1e-4)
    assert found.loc[[5, 1]].isna().all()  # no spread of this tier, none of this system
