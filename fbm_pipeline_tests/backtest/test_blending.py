"""The blend weight is the best on a grid, by earlier seasons alone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbm_pipeline.backtest.blending import WEIGHTS, best_weight, validation_pairs
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.evaluation import hand_made
from fbm_pipeline_tests.making import make_blend_weights


def weights_of(store: Store, season: int) -> pd.DataFrame:
    make_blend_weights(store, season)
    with session(store) as connection:
        return connection.execute(
            f"select * from evaluation.blend_weights where season = {season} order by player_type, statistic"
        ).df()


def pairs(n: int, trust: float, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    actual = rng.normal(0.2, 0.05, n)
    marcel = 0.2 + 0.3 * (actual - 0.2)
    return pd.DataFrame(
        {
            "season": rng.choice([2018, 2019], n),
            "marcel": marcel,
            "actual": actual,
            "contextual": marcel + (actual - marcel) / trust,
            "opportunities": rng.integers(50, 700, n),
        }
    )


@pytest.mark.parametrize("trust", [0.3, 0.5, 1.0])
def test_best_weight_finds_the_right_one(trust: float) -> None:
    found = best_weight(pairs(200, trust))
    assert found["weight"] == trust
    assert found["rmse"] == pytest.approx(0, abs=1e-9)
    assert found["rmse_marcel"] > 0.02


def test_an_equal_contextual_projection_leaves_marcel() -> None:
    same = pairs(50, 1.0).assign(contextual=lambda frame: frame["marcel"])
    assert best_weight(same)["weight"] == 0.0


@given(st.integers(0, 10_000), st.floats(-0.1, 0.1))
def test_best_weight_is_no_worse_than_marcel_and_blind_to_a_season_s_mean(seed: int, shift: float) -> None:
    rows = pairs(30, 0.7, seed)
    noise = np.random.default_rng(seed).normal(0, 0.05, 30)
    rows["contextual"] += noise
    found = best_weight(rows)
    assert found["rmse"] <= found["rmse_marcel"]
    assert found["weight"] in WEIGHTS
    moved = best_weight(rows.assign(contextual=rows["contextual"] + shift * (rows["season"] == 2018)))
    assert moved["rmse"] == pytest.approx(found["rmse"], abs=1e-9)


def test_weights_use_earlier_folds_and_seasons_only(tmp_path: Path) -> None:
    store = hand_made.full_store(tmp_path)
    first, second = weights_of(store, 2019), weights_of(store, 2021)
    assert set(first["chosen_on"]) == {"2018"}
    assert set(second["chosen_on"]) == {"2018,2019"}
    assert len(first) == 11 + 7
    assert (first["weight"] > 0.5).all()  # the hand-made contextual projections know the truth in part
    assert validation_pairs(store, 2019)["season"].max() == 2018


def test_actuals_of_the_season_and_later_do_not_matter(tmp_path: Path) -> None:
    store = hand_made.full_store(tmp_path)
    before = weights_of(store, 2019)
    changed = [
        row | ({"so": 1, "bb": 0, "hr": 40, "h": 90} if row["season"] >= 2019 else {})
        for row in hand_made.season_lines()
    ]
    hand_made.write_core(store, changed)
    again = make_blend_weights(store, 2019)
    assert again.skipped  # the very inputs are the same
    pd.testing.assert_frame_equal(before, weights_of(store, 2019))
    other = Store(tmp_path / "other", TABLES)
    hand_made.write_core(other, changed)
    hand_made.write_predictions(other, hand_made.season_lines())
    pd.testing.assert_frame_equal(before, weights_of(other, 2019))


def test_actuals_of_earlier_seasons_do_matter(tmp_path: Path) -> None:
    store = hand_made.full_store(tmp_path)
    before = weights_of(store, 2019)
    rng = np.random.default_rng(0)
    changed = [
        row | ({"so": int(rng.integers(5, 200))} if row["season"] == 2018 else {}) for row in hand_made.season_lines()
    ]
    hand_made.write_core(store, changed)
    after = weights_of(store, 2019)
    assert not before["rmse"].equals(after["rmse"])


def test_no_fold_is_an_error_with_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="predict the fold of 2018"):
        make_blend_weights(hand_made.full_store(tmp_path), 2018)
