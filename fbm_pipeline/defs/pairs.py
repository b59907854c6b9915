"""The asset of paired differences: which of two systems is better, with intervals and verdicts."""

from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.defs.table_assets import dependency, whole
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written


def _build(store: Store, settings: Settings) -> Written:
    from fbm_pipeline.evaluation.pairs import build_pairs

    return build_pairs(store, settings)


def _show(store: Store, settings: Settings) -> Metadata:
    """Verdicts by pair in the comparison's own universe, counted over the statistics of its rates."""
    counts: dict[tuple[str, ...], dict[str, int]] = {}
    for row in store.delta("evaluation.pairs").to_pyarrow_table().to_pylist():
        if row["kind"] == "rate" and row["universe"] in ("full", "common"):
            key = tuple(row[name] for name in ("comparison", "seasons", "universe", "base", "new"))
            counts.setdefault(key, {"better": 0, "worse": 0, "undecided": 0})[row["verdict"]] += 1
    columns = ("comparison", "seasons", "universe", "base", "new", "better", "worse", "undecided")
    return {"verdicts": markdown_table(columns, [[*key, *found.values()] for key, found in sorted(counts.items())])}


ASSETS = [
    whole(
        "evaluation/pairs", "evaluation.pairs", _build,
        group="evaluation", code=("evaluation", "baseball.statistics"), describe=_show,
        description="Differences of two systems in r and RMSE, with intervals over players and Holm's adjustment.",
        deps=[dependency("evaluation/backtest"), dependency("core/season_lines")],
    ),
]  # fmt: skip
