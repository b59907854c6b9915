"""The asset of the ablations: its configuration is a plan, and no job but its own runs it."""

from pathlib import Path

import dagster as dg
import pytest

from fbm_pipeline.ablations.plan import PLANS, Plan
from fbm_pipeline.defs.ablations import AblationPlan, ablations
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.tracking import ablations as tracked

ROW = {
    "ablation": "only_spray",
    "reference": "lines",
    "universe": "full",
    "player_type": "batter",
    "stat": "obp",
    "n": 30,
    "d_r": 0.01,
    "d_r_low": 0.0,
    "d_r_high": 0.02,
    "d_rmse": -0.1,
    "verdict": "better",
}


def test_the_configuration_is_a_plan() -> None:
    assert AblationPlan().as_plan() == PLANS["control_families"]
    asked = AblationPlan(plan="network_inputs", player_types=["pitcher"], seasons=[2021, 2019], seeds=[3])
    assert asked.as_plan() == Plan(
        "network_inputs", PLANS["network_inputs"].ablations, ("pitcher",), (2019, 2021), (3,)
    )
    assert AblationPlan(ablations=["no_sequence"]).as_plan() == Plan("no_sequence", ("no_sequence",))


def test_the_asset_runs_the_plan_of_its_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path, data=tmp_path, preset=PRESETS["tiny"])
    asked: list[Plan] = []

    def run(store: Store, of: Settings, plan: Plan) -> tracked.Done:
        asked.append(plan)
        written = Written("evaluation.ablations", {}, 1, "hash", skipped=False)
        return tracked.Done(plan, [], 2, [ROW], [], written, None)

    monkeypatch.setattr(tracked, "run_tracked", run)
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [ablations],
            instance=instance,
            resources={"workplace": Workplace.from_settings(settings)},
            run_config={"ops": {"evaluation__ablations": {"config": {"seasons": [2015]}}}},
        )
    (event,) = result.asset_materializations_for_node("evaluation__ablations")
    assert [plan.seasons for plan in asked] == [(2015,)]
    assert event.metadata["computed now"].value == 2
    assert "only_spray" in str(event.metadata["comparison"].value)


def test_only_its_own_job_runs_it() -> None:
    from fbm_pipeline.definitions import defs

    key = dg.AssetKey(["evaluation", "ablations"])
    assert defs.resolve_job_def("ablations").asset_layer.executable_asset_keys == {key}
    for name in ("full_pipeline", "yardstick"):
        assert key not in defs.resolve_job_def(name).asset_layer.executable_asset_keys
    assert defs.resolve_asset_graph().get(key).automation_condition is None
