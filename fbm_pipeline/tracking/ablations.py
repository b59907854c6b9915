"""A plan of ablations in MLflow: a parent run, and under it a child per cell, found again by their keys.

One level of nesting, because the UI shows no more; what the cells share is repeated on the children, because the UI
compares runs by their own parameters. A tracker that is away never breaks a plan. Not here: what is run (ablations).
"""

import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fbm_pipeline.ablations.comparison import AblationRow, compare_plan, write_comparison
from fbm_pipeline.ablations.plan import Cell, Plan, cells, completed
from fbm_pipeline.ablations.runner import run_cells
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.tracking.mlflow_observer import RUN_KEY_TAG, MlflowObserver, open_run
from fbm_pipeline.tracking.mlflow_store import connect, experiment_id

PARENT_TAG = "mlflow.parentRunId"  # MLflow's own: the UI folds the children under this run
COMPARISON = "comparison.csv"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Done:
    """A plan that was run and compared: its rows without `data`, how many cells it has, how many were computed now."""

    plan: Plan
    cells: list[Cell]
    computed: int
    rows: list[AblationRow]
    missing: list[str]
    written: Written
    url: str | None


class PlanRun:
    """The listener to one plan: its parent run stays open while cells are run under it."""

    def __init__(self, settings: Settings, plan: Plan, parent: MlflowObserver) -> None:
        self._settings, self._plan, self._parent = settings, plan, parent
        self._finished: set[str] | None = None
        self._asked = False

    @property
    def url(self) -> str | None:
        """Where a person can look at the parent run."""
        return self._parent.url

    def knows(self, cell: Cell) -> bool:
        """Whether the cell's run is finished. While the tracker is away every cell counts as known: nothing that is
        kept is reported again, and the next run of the plan makes up for it."""
        if not self._asked:
            self._finished, self._asked = self._finished_keys(), True
        return self._finished is None or child_key(self._plan, cell) in self._finished

    @contextmanager
    def open(self, cell: Cell) -> Iterator[Observer]:
        """The child run of a cell."""
        tags = {
            "fbm.plan": self._plan.name,
            "fbm.ablation": cell.arm,
            "fbm.player_type": cell.player_type,
            "fbm.fold": str(cell.season),
            "fbm.seed": str(cell.seed),
            "fbm.cell": cell.key,
        }
        if self._parent.run_id is not None:
            tags[PARENT_TAG] = self._parent.run_id
        with open_run(self._settings, kind="ablation", run_key=child_key(self._plan, cell), tags=tags) as observer:
            yield observer

    def log_comparison(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Record the differences as metrics of the parent run, and all rows as its file."""
        metrics = {}
        for row in rows:
            name = f"{row['ablation']}.{row['player_type']}.{row['stat']}"
            for measure in ("d_r", "d_rmse"):
                value = row[measure]
                if isinstance(value, float):
                    metrics[f"{name}.{measure}"] = value
        self._parent.log_metrics(metrics, step=0)
        with tempfile.TemporaryDirectory(prefix="fbm_ablations_") as folder:
            file = Path(folder) / COMPARISON
            pd.DataFrame(list(rows)).to_csv(file, index=False, lineterminator="\n")
            self._parent.log_artifact(file)

    def _finished_keys(self) -> set[str] | None:
        try:
            client = connect(self._settings)
            experiment = experiment_id(client, self._settings)
            condition = f"tags.`fbm.plan` = '{self._plan.name}' and attributes.status = 'FINISHED'"
            keys, token = set(), None
            while True:
                page = client.search_runs([experiment], condition, max_results=1000, page_token=token)
                keys |= {run.data.tags.get(RUN_KEY_TAG, "") for run in page}
                token = page.token
                if not token:
                    return keys
        except Exception as error:  # the tracker's failures are of any kind, and none may end a plan
            log.warning("MLflow: the runs of plan %s were not found: %s", self._plan.name, error)
            return None


@contextmanager
def open_plan(settings: Settings, plan: Plan) -> Iterator[PlanRun]:
    """The parent run of a completed plan, found again by what the plan asks for: names, seasons, seeds, preset."""
    asked = inputs_key(plan=plan, preset=settings.preset, data=settings.data_kind)[:12]
    tags = {"fbm.plan": plan.name}
    with open_run(settings, kind="plan", run_key=f"plan-{plan.name}-{asked}", tags=tags) as parent:
        parent.log_params(
            {
                "plan": plan.name,
                "ablations": ",".join(plan.ablations),
                "player_types": ",".join(plan.player_types),
                "seasons": ",".join(map(str, plan.seasons)),
                "seeds": ",".join(map(str, plan.seeds)),
            }
        )
        yield PlanRun(settings, plan, parent)


def child_key(plan: Plan, cell: Cell) -> str:
    """The run key of a cell under a plan: a reference that two plans share is one cell and a run under each."""
    return f"{plan.name}-{cell.arm}-{cell.player_type}-{cell.season}-{cell.seed}-{cell.key[:12]}"


def run_tracked(store: Store, settings: Settings, plan: Plan) -> Done:
    """Run what is missing of a plan under its parent run, compare it and write evaluation.ablations.

    Raises what a fit raises; finished cells stay, and the parent run is then marked failed.
    """
    plan = completed(plan, settings.preset)
    wanted = cells(store, settings, plan)
    with open_plan(settings, plan) as run:
        outcomes = run_cells(store, settings, wanted, run)
        compared = compare_plan(store, settings, plan, wanted)
        written = write_comparison(store, settings, plan, compared.rows)
        run.log_comparison(compared.rows)
        url = run.url
    computed = sum(outcome.computed for outcome in outcomes)
    return Done(plan, wanted, computed, compared.rows, compared.missing, written, url)


def compare_kept(store: Store, settings: Settings, plan: Plan) -> Done:
    """Compare what is finished of a plan and write it; nothing is run and nothing is sent to the tracker."""
    plan = completed(plan, settings.preset)
    plan_cells = cells(store, settings, plan)
    compared = compare_plan(store, settings, plan, plan_cells)
    written = write_comparison(store, settings, plan, compared.rows)
    return Done(plan, plan_cells, 0, compared.rows, compared.missing, written, None)
