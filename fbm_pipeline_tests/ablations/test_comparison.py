"""The comparison: a worse arm is called worse, noise stays undecided, seeds are averaged, what is missing is named."""

from dataclasses import replace

import numpy as np
import pytest

from fbm_pipeline.ablations.comparison import TABLE, compare_plan, write_comparison
from fbm_pipeline.ablations.plan import Cell, Plan
from fbm_pipeline.backtest.actuals import load_actuals
from fbm_pipeline.backtest.metrics import score
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.ablations.conftest import PRESET
from fbm_pipeline_tests.ablations.invented import PLAYERS, SEASONS, invent, write_lines

PLAN = Plan("trial", ("no_sequence", "no_identity"), ("batter",), SEASONS, (1, 2))
NOISE = {"network": 0.02, "no_sequence": 0.06, "no_identity": 0.0201}


def cells_of(plan: Plan) -> list[Cell]:
    configuration = PRESET.network
    return [
        Cell(arm, configuration, "batter", season, seed, f"{arm}-{season}-{seed}")
        for arm in NOISE
        for season in plan.seasons
        for seed in plan.seeds
    ]


@pytest.fixture
def kept(store: Store, settings: Settings) -> list[Cell]:
    write_lines(store)
    cells = cells_of(PLAN)
    for cell in cells:
        invent(settings, cell, NOISE[cell.arm])
    return cells


def rows_of_so(rows: list[dict], ablation: str) -> dict:
    (row,) = [row for row in rows if (row["ablation"], row["stat"]) == (ablation, "so_rate")]
    return row


def test_a_worse_arm_is_worse_and_one_as_good_is_undecided(store: Store, settings: Settings, kept: list[Cell]) -> None:
    compared = compare_plan(store, settings, PLAN, kept)
    assert compared.missing == []
    worse = rows_of_so(compared.rows, "no_sequence")
    assert worse["verdict"] == "worse"
    assert worse["d_r_high"] < 0 < worse["d_rmse_low"]
    assert worse["holm_rmse"] < 0.05
    assert (worse["n"], worse["players"], worse["seeds"]) == (3 * PLAYERS, PLAYERS, 2)
    assert worse["seasons"] == "2015-2017"
    assert rows_of_so(compared.rows, "no_identity")["verdict"] == "undecided"
    flat = [row for row in compared.rows if row["stat"] == "obp"]
    assert [(row["r"], row["d_r"], row["verdict"]) for row in flat] == [(None, None, "undecided")] * 2


def test_figures_are_the_mean_over_seeds_of_the_yardsticks_own(
    store: Store, settings: Settings, kept: list[Cell]
) -> None:
    row = rows_of_so(compare_plan(store, settings, PLAN, kept).rows, "no_sequence")
    actual = load_actuals(store, 2015, 2017).to_pandas()
    actual = actual[actual["statistic"] == "so_rate"].sort_values(["season", "mlbam_id"])
    for arm, r, rmse in (("no_sequence", "r", "rmse"), ("network", "r_reference", "rmse_reference")):
        scores = []
        for seed in PLAN.seeds:
            draws = [np.random.default_rng([season, seed, round(10000 * NOISE[arm])]) for season in SEASONS]
            projected = [np.linspace(0.1, 0.3, PLAYERS) + NOISE[arm] * draw.normal(size=PLAYERS) for draw in draws]
            scores.append(score(np.concatenate(projected), actual["actual"], actual["opportunities"], actual["season"]))
        assert row[r] == pytest.approx(np.mean([item.r for item in scores]), abs=1e-12)
        assert row[rmse] == pytest.approx(np.mean([item.rmse for item in scores]), abs=1e-12)
    assert row["d_r"] == pytest.approx(row["r"] - row["r_reference"])
    one = rows_of_so(compare_plan(store, settings, replace(PLAN, seeds=(1,)), kept[::2]).rows, "no_sequence")
    assert one["r"] != row["r"]


def test_a_tier_is_scored_and_judged_for_itself(store: Store, settings: Settings) -> None:
    write_lines(store, first=2014)  # one season of 600 before 2015, two before 2016, three before 2017
    plan = replace(PLAN, universes=("full", "500_1200", "under_500", "over_1200"))
    cells = cells_of(plan)
    for cell in cells:
        invent(settings, cell, NOISE["network"] if cell.season > 2015 else NOISE[cell.arm])
    compared = compare_plan(store, settings, plan, cells)
    found = {
        row["universe"]: row for row in compared.rows if (row["ablation"], row["stat"]) == ("no_sequence", "so_rate")
    }
    assert {name: row["n"] for name, row in found.items()} == {
        "full": 3 * PLAYERS,
        "500_1200": PLAYERS,
        "over_1200": 2 * PLAYERS,
    }
    assert found["500_1200"]["verdict"] == "worse"
    assert found["over_1200"]["d_r"] == 0.0
    assert found["500_1200"]["d_r"] < found["full"]["d_r"] < 0.0
    fewer = "batter under_500: fewer than 20 players of 2015-2017 to score"
    assert compared.missing == [f"no_sequence {fewer}", f"no_identity {fewer}"]


def test_an_arm_with_a_missing_cell_is_named_and_not_compared(
    store: Store, settings: Settings, kept: list[Cell]
) -> None:
    lost = replace(kept[-1], key="never-run")
    compared = compare_plan(store, settings, PLAN, [*kept[:-1], lost])
    assert compared.missing == ["no_identity batter: cells of it or of network are not finished"]
    assert {row["ablation"] for row in compared.rows} == {"no_sequence"}


def test_a_plans_rows_replace_only_its_own(store: Store, settings: Settings, kept: list[Cell]) -> None:
    rows = compare_plan(store, settings, PLAN, kept).rows
    first = write_comparison(store, settings, PLAN, rows)
    assert write_comparison(store, settings, PLAN, rows).skipped
    other = replace(PLAN, name="other")
    write_comparison(store, settings, other, [{**row, "plan": "other"} for row in rows])
    write_comparison(store, settings, PLAN, rows[:3])
    table = store.delta(TABLE).to_pyarrow_table().to_pandas()
    assert table.groupby("plan").size().to_dict() == {"other": first.rows, "trial": 3}
    assert set(table["data"]) == {"real"}
