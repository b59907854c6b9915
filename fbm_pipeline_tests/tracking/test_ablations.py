"""A plan in a real MLflow store: a parent, a child per cell, none twice, and a plan that outlives its tracker."""

from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.ablations import runner
from fbm_pipeline.ablations.kept import is_kept
from fbm_pipeline.ablations.plan import Cell, Plan
from fbm_pipeline.ablations.runner import run_cells
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tracking import ablations, mlflow_observer
from fbm_pipeline.tracking.ablations import PARENT_TAG, open_plan
from fbm_pipeline.tracking.mlflow_store import connect, experiment_id

RATES = pd.DataFrame({"mlbam_id": [1, 2], "statistic": ["obp", "obp"], "rate": [0.3, 0.4]})
FAILING = 99


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One tracker for all tests, because making its database takes seconds; plans and cells are named by the test."""
    home: Path = tmp_path_factory.mktemp("home")
    return Settings(home=home, data=home / "league", preset=PRESETS["large"])


@pytest.fixture(autouse=True)
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    seen: list[int] = []

    def fit(store: Store, settings: Settings, cell: Cell, listener) -> tuple[pd.DataFrame, dict]:  # type: ignore[no-untyped-def]
        listener.log_metrics({"validation_nll": 2.0}, step=1)
        if cell.seed == FAILING:
            raise ArithmeticError
        seen.append(cell.seed)
        return RATES, {"best_epoch": 1, "trained_as": "this cell"}

    monkeypatch.setattr(runner, "_fit", fit)
    return seen


def plan_of(name: str, *seeds: int, cells_of: str = "") -> tuple[Plan, list[Cell]]:
    plan = Plan(name, ("no_sequence",), ("batter",), (2023,), seeds)
    configuration = PRESETS["large"].network
    return plan, [
        Cell(arm, configuration, "batter", 2023, seed, f"{cells_of or name}-{seed}-{arm}")
        for arm in ("network", "no_sequence")
        for seed in seeds
    ]


def run(store: Store, settings: Settings, plan: Plan, cells: list[Cell]) -> None:
    with open_plan(settings, plan) as opened:
        run_cells(store, settings, cells, opened)
        opened.log_comparison(
            [{"ablation": "no_sequence", "player_type": "batter", "stat": "obp", "d_r": -0.01, "d_rmse": None}]
        )


def runs_of(settings: Settings, kind: str, plan: str) -> list:
    client = connect(settings)
    condition = f"tags.`fbm.kind` = '{kind}' and tags.`fbm.plan` = '{plan}'"
    return client.search_runs([experiment_id(client, settings)], condition)


def test_a_parent_and_a_child_per_cell(store: Store, settings: Settings) -> None:
    plan, cells = plan_of("whole", 11, 12)
    run(store, settings, plan, cells)
    (parent,) = runs_of(settings, "plan", "whole")
    children = runs_of(settings, "ablation", "whole")
    assert parent.info.status == "FINISHED"
    assert parent.data.params["seasons"] == "2023"
    assert parent.data.metrics == {"no_sequence.batter.obp.d_r": -0.01}
    folder = settings.mlflow_artifacts / parent.info.run_id / "artifacts"
    assert (folder / "comparison.csv").read_text(encoding="utf-8").count("\n") == 2
    assert len(children) == 4
    for child in children:
        assert child.info.status == "FINISHED"
        assert child.info.experiment_id == parent.info.experiment_id
        assert child.data.tags[PARENT_TAG] == parent.info.run_id
        expected = {"fbm.plan": "whole", "fbm.player_type": "batter", "fbm.fold": "2023"}
        assert expected.items() <= child.data.tags.items()
        assert child.data.params["width"] == "32"  # shared parameters stand on the children too
        assert child.data.params["seed"] == child.data.tags["fbm.seed"]
        assert child.data.metrics["cell.best_epoch"] == 1.0
        assert child.data.metrics["validation_nll"] == 2.0
        told = settings.mlflow_artifacts / child.info.run_id / "artifacts" / "predictions.parquet"
        assert pd.read_parquet(told).equals(RATES)
    assert sorted(child.data.tags["fbm.ablation"] for child in children) == 2 * ["network"] + 2 * ["no_sequence"]
    assert len({child.data.tags["fbm.run_key"] for child in children}) == 4


def test_a_plan_run_again_has_no_run_twice(store: Store, settings: Settings, fits: list[int]) -> None:
    plan, cells = plan_of("again", 11)
    for _ in range(2):
        run(store, settings, plan, cells)
    assert len(runs_of(settings, "plan", "again")) == 1
    assert len(runs_of(settings, "ablation", "again")) == 2
    assert fits == [11, 11]  # the reference and the ablation, each once


def test_a_cell_shared_by_two_plans_is_fitted_once_and_has_a_run_under_each(
    store: Store, settings: Settings, fits: list[int]
) -> None:
    for name in ("first", "second"):
        run(store, settings, *plan_of(name, 11, cells_of="shared"))
    assert fits == [11, 11]
    for name in ("first", "second"):
        (parent,) = runs_of(settings, "plan", name)
        children = runs_of(settings, "ablation", name)
        assert [child.data.tags[PARENT_TAG] for child in children] == [parent.info.run_id] * 2


def test_a_failed_cell_is_a_failed_run_that_the_next_attempt_finishes(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, cells = plan_of("fails", FAILING)
    with pytest.raises(ArithmeticError):
        run(store, settings, plan, cells)
    assert [item.info.status for item in runs_of(settings, "plan", "fails")] == ["FAILED"]
    assert [item.info.status for item in runs_of(settings, "ablation", "fails")] == ["FAILED"]
    monkeypatch.setattr(runner, "_fit", lambda *of: (RATES, {"best_epoch": 1}))
    run(store, settings, plan, cells)
    assert [item.info.status for item in runs_of(settings, "plan", "fails")] == ["FINISHED"]
    assert [item.info.status for item in runs_of(settings, "ablation", "fails")] == ["FINISHED"] * 2


def test_a_plan_outlives_its_tracker_and_is_told_later(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, fits: list[int]
) -> None:
    plan, cells = plan_of("away", 11)

    def away(of: Settings) -> object:
        raise ConnectionError("the tracker is away")

    with monkeypatch.context() as patch:
        patch.setattr(mlflow_observer, "connect", away)
        patch.setattr(ablations, "connect", away)
        patch.setattr(mlflow_observer, "_LAST_PAUSES", (0.0,))
        run(store, settings, plan, cells)
    assert all(is_kept(settings, cell.key) for cell in cells)
    run(store, settings, plan, cells)
    assert fits == [11, 11]
    assert len(runs_of(settings, "ablation", "away")) == 2
    assert {child.data.tags[PARENT_TAG] for child in runs_of(settings, "ablation", "away")} == {
        runs_of(settings, "plan", "away")[0].info.run_id
    }
