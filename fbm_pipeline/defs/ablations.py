"""The asset of the ablations: a plan of trainings that a person asks for by the job `ablations`, never by itself.

Not here: what the ablations are (ablations), their runs in MLflow (tracking).
"""

from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from fbm_pipeline.ablations.tables import ABLATIONS
from fbm_pipeline.defs.declared_assets import asset_key, dependencies, group_of
from fbm_pipeline.defs.metadata import markdown_table
from fbm_pipeline.defs.recording import whole_table
from fbm_pipeline.defs.table_assets import arguments
from fbm_pipeline.defs.trainings import ONCE_MORE, TRAINER_POOL
from fbm_pipeline.defs.workplace import Workplace

if TYPE_CHECKING:
    from fbm_pipeline.ablations.plan import Plan

_SHOWN = (
    "ablation",
    "reference",
    "universe",
    "player_type",
    "stat",
    "n",
    "d_r",
    "d_r_low",
    "d_r_high",
    "d_rmse",
    "verdict",
)


class AblationPlan(dg.Config):
    """Which ablations to run: a registered plan, or ablations by name; empty fields mean the plan's or the preset's."""

    plan: str = Field("control_families", description="a registered plan; not looked at where ablations are named")
    ablations: list[str] = Field([], description="names as `fbm ablations --list` shows them")
    player_types: list[str] = Field([], description="batter, pitcher, or both where empty")
    seasons: list[int] = Field([], description="test seasons of the folds")
    seeds: list[int] = Field([], description="one cell for each")

    def as_plan(self) -> "Plan":
        from fbm_pipeline.ablations.plan import narrowed, plan_of

        plan = plan_of(self.ablations) if self.ablations else plan_of((), self.plan)
        return narrowed(plan, self.player_types, self.seasons, self.seeds)


@dg.asset(
    **arguments(
        asset_key(ABLATIONS.name), ABLATIONS.name, group_of(ABLATIONS), ABLATIONS.description, ABLATIONS.functions
    ),
    kinds={"pytorch", "mlflow", "deltalake"},
    pool=TRAINER_POOL,
    retry_policy=ONCE_MORE,
    deps=dependencies(ABLATIONS),
)
def ablations(config: AblationPlan, workplace: Workplace) -> dg.MaterializeResult:
    from fbm_pipeline.tracking.ablations import run_tracked

    store = workplace.store
    done = run_tracked(store, workplace.settings, config.as_plan())
    rows = [[row[name] for name in _SHOWN] for row in done.rows]
    extra: dict[str, Any] = {
        "plan": done.plan.name,
        "cells": len(done.cells),
        "computed now": done.computed,
        "not compared": done.missing,
        "MLflow run": dg.MetadataValue.url(done.url) if done.url else "the tracker did not answer",
        "comparison": markdown_table(_SHOWN, rows),
    }
    return whole_table(store, [done.written], extra)


ablations_job = dg.define_asset_job(
    "ablations",
    selection=dg.AssetSelection.groups("ablations"),
    description="A plan of ablations, named in the run's configuration; what is finished is not computed again.",
)
ASSETS = [ablations]
