"""What the pages read: the floor of luck from the scores, verdicts counted, changes over main statistics."""

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.metrics import attainable_share
from fbm_pipeline.baseball.systems import BY_MERIT
from fbm_pipeline.results.measured import Measured, count_verdicts, floor_of_luck, mean_change
from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline_tests.results.conftest import Scored


def test_the_floor_is_found_again_from_any_systems() -> None:
    league, noise = 0.03**2, 0.02**2
    mse = np.array([0.028, 0.026, 0.031]) ** 2
    rows = pd.DataFrame({"rmse": np.sqrt(mse), "attainable": attainable_share(mse, league, noise)})
    floor = floor_of_luck(rows)
    assert floor is not None
    assert floor.rmse == pytest.approx(0.02)
    assert floor.r == pytest.approx(np.sqrt(1 - noise / league))


def test_true_rates_score_the_floor() -> None:
    draw = np.random.default_rng(5)
    true, luck = draw.normal(0.25, 0.03, 200_000), draw.normal(0.0, 0.02, 200_000)
    actual = true + luck
    league = np.var(actual)
    mse = np.array([np.mean((actual - 0.25 - share * (true - 0.25)) ** 2) for share in (0.3, 0.7)])
    rows = pd.DataFrame({"rmse": np.sqrt(mse), "attainable": attainable_share(mse, league, 0.02**2)})
    floor = floor_of_luck(rows)
    assert floor is not None
    assert floor.rmse == pytest.approx(np.sqrt(np.mean(luck**2)), rel=0.02)
    assert floor.r == pytest.approx(np.corrcoef(true, actual)[0, 1], abs=0.01)


@pytest.mark.parametrize("attainable", [[np.nan, np.nan], [0.5, 0.5], [0.5, np.nan]])
def test_without_luck_there_is_no_floor(attainable: list[float]) -> None:
    assert floor_of_luck(pd.DataFrame({"rmse": [0.03, 0.02], "attainable": attainable})) is None


def test_a_word_that_is_no_verdict_is_refused() -> None:
    with pytest.raises(EvaluationError, match="verdicts \\['better', 'maybe'\\]"):
        count_verdicts(pd.Series(["better", "maybe"]))
    with pytest.raises(EvaluationError, match="a family of 0 rows"):
        count_verdicts(pd.Series([], dtype="str"))


def test_the_mean_change_is_over_main_statistics(scored: Scored) -> None:
    measured = Measured.of_seasons(scored.scores, scored.pairs, scored.settings.preset.test_seasons)
    cells = measured.cells("controls", "full")
    assert mean_change(cells, "marcel") == 0.0
    halved = cells.assign(rmse=cells["rmse"].where(cells.index.get_level_values("system") != "control", 0.5))
    halved["rmse"] = halved["rmse"].where(halved.index.get_level_values("system") != "marcel", 1.0)
    assert mean_change(halved, "control") == pytest.approx(-50.0)


def test_the_order_of_merit_is_the_measured_one() -> None:
    """RMSE relative to the control's among the same players grows from the first published system to the last."""
    scores = pd.read_csv(REPOSITORY / "docs" / "results" / "scores.csv", dtype={"seasons": "str"})
    measured = Measured(scores, pd.DataFrame())
    changes: dict[str, float] = {}
    for comparison in ("controls", "minors", "network"):
        cells = measured.cells(comparison, "full")
        for system in cells.index.unique("system"):
            changes.setdefault(system, mean_change(cells, system, base="control"))
    order = [changes[system] for system in BY_MERIT]
    assert order == sorted(order)
    assert len(set(order)) == len(order)
    assert not np.isnan(order).any()
