"""Assets of the evaluation: every system's scores, which of two systems is better, and what Level 1 is worth."""

from fbm_pipeline.defs.declared_assets import declared_assets
from fbm_pipeline.defs.metadata import Metadata, figure, markdown_table
from fbm_pipeline.evaluation.tables import LEVEL1, PAIRS, SCORES
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store


def _scored(store: Store, settings: Settings, player_type: str) -> Metadata:
    """Pooled scores of each comparison's own universe, what it could not use, and its figures."""
    from fbm_pipeline.evaluation.standings import comparison_figures, left_out, pooled_scores

    columns = ("comparison", "seasons", "player_type", "stat", "system", "n", "r", "rmse", "attainable", "coverage")
    pooled = pooled_scores(store)
    plots = {name: figure(png) for name, png in comparison_figures(store, settings).items()}
    return {
        "scores": markdown_table(columns, pooled[list(columns)].values.tolist()),
        "seasons left out": markdown_table(("comparison", "season", "absent"), left_out(store, settings)),
        **plots,
    }


def _judged(store: Store, settings: Settings, player_type: str) -> Metadata:
    """Verdicts by pair in the comparison's own universe, counted over the statistics of its rates."""
    counts: dict[tuple[str, ...], dict[str, int]] = {}
    for row in store.delta("evaluation.pairs").to_pyarrow_table().to_pylist():
        if row["kind"] == "rate" and row["universe"] in ("full", "common"):
            key = tuple(row[name] for name in ("comparison", "seasons", "universe", "base", "new"))
            counts.setdefault(key, {"better": 0, "worse": 0, "undecided": 0})[row["verdict"]] += 1
    columns = ("comparison", "seasons", "universe", "base", "new", "better", "worse", "undecided")
    rows = [[*key, *by_verdict.values()] for key, by_verdict in sorted(counts.items())]
    return {"verdicts": markdown_table(columns, rows)}


ASSETS = [
    *declared_assets(SCORES, describe=_scored),
    *declared_assets(PAIRS, describe=_judged),
    *declared_assets(LEVEL1, kinds=("pytorch", "deltalake")),
]
