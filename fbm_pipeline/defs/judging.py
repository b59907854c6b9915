"""How asset checks are asked: once for what they read, and as a result that Dagster shows.

Not here: what is checked (checks, audits), and how an answer is kept (store.judged).
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import dagster as dg

from fbm_pipeline.defs.code_versions import reference
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.judged import Judged, judge
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import CheckResult


def judge_seasons(
    workplace: Workplace,
    name: str,
    seasons: Sequence[int],
    functions: Sequence[Callable],
    check: Callable[[Store], Judged],
    reads: Collection[str] | None = None,
) -> Judged:
    """What the check says of the seasons of a run, asked anew only where something may have changed.

    `functions` are those that it consists of: their code, and what they call, counts among what may change.
    """
    depends_on = {
        "code": code_key(*map(reference, functions)),
        "preset": workplace.settings.preset,
        "seasons": list(seasons),
    }
    return judge(workplace.store, f"{name}-{seasons[0]}-{seasons[-1]}", depends_on, check, reads)


def judged_by(result: CheckResult) -> Judged:
    return Judged(result.passed, {"summary": result.summary, "details": result.details})


def told(judged: Judged) -> dg.AssetCheckResult:
    """The result as Dagster shows it."""
    metadata: dict[str, Any] = dict(judged.said)
    if judged.as_before:
        metadata["written"] = "skipped: nothing that it reads has changed since it was asked"
    return dg.AssetCheckResult(passed=judged.passed, metadata=metadata)
