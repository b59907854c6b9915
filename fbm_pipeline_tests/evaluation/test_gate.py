"""The gate: a loss in two seasons is caught, one season's is taken as luck, wherever it hides."""

import pandas as pd
import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.gate import ask_gate
from fbm_pipeline_tests.evaluation.skilled_systems import backtest

SEASONS = (2018, 2019, 2021)


def changed(seasons: tuple[int, ...], growth: float = 1.5, regulars: bool | None = None) -> pd.DataFrame:
    """Base `marcel`, new `control`: the same, but batters' strikeouts off by more in some seasons.

    `regulars` confines the loss to players in (True) or out of (False) the top 300.
    """
    rows = backtest({"marcel": 0.02}, SEASONS)
    copy = rows.assign(system="control")
    worse = copy["season"].isin(list(seasons)) & (copy["statistic"] == "so_rate") & (copy["player_type"] == "batter")
    if regulars is not None:
        worse &= copy["top_300"] == regulars
    error = copy["projected"] - copy["actual"]
    copy["projected"] = copy["projected"].where(~worse, copy["actual"] + growth * error)
    return pd.concat([rows, copy], ignore_index=True)


def test_a_loss_in_two_seasons_is_told_with_its_size() -> None:
    found = ask_gate(changed((2018, 2021)), "marcel", "control")
    assert not found.passed
    assert {(item.universe, item.player_type, item.stat) for item in found.regressions} == {
        ("full", "batter", "so_rate"),
        ("top_300", "batter", "so_rate"),
    }
    full = next(item for item in found.regressions if item.universe == "full")
    assert full.growth == {2018: pytest.approx(0.5), 2021: pytest.approx(0.5)}
    assert found.seasons == SEASONS


def test_a_loss_in_one_season_passes() -> None:
    found = ask_gate(changed((2019,)), "marcel", "control")
    assert found.passed
    assert found.cells == 17 * 2 * len(SEASONS)


def test_a_loss_among_regulars_is_seen_where_the_others_hide_it() -> None:
    rows = changed((2018, 2019), 1.2, regulars=True)
    bench = (rows["system"] == "control") & ~rows["top_300"] & (rows["statistic"] == "so_rate")
    rows.loc[bench, "projected"] = rows.loc[bench, "actual"]  # the bench is projected without any error
    found = ask_gate(rows, "marcel", "control")
    assert {item.universe for item in found.regressions} == {"top_300"}


def test_the_tolerance_is_the_callers() -> None:
    rows = changed((2018, 2019), 1.02)
    assert not ask_gate(rows, "marcel", "control").passed
    assert ask_gate(rows, "marcel", "control", tolerance=0.03).passed
    assert ask_gate(rows, "control", "marcel").passed  # a gain is no loss


def test_systems_without_two_seasons_in_common_cannot_be_asked() -> None:
    rows = changed((2018, 2019))
    rows = rows[(rows["system"] == "marcel") | (rows["season"] == 2018)]
    with pytest.raises(EvaluationError, match=r"share the seasons \[2018\]"):
        ask_gate(rows, "marcel", "control")
