"""Small PNG figures of a backtest, as bytes: for the metadata of assets and for experiment runs.

Drawn without a display and without dates, so that equal numbers give equal bytes. Not here: the report page.
"""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from fbm_pipeline.evaluation.universes import SYSTEMS

COLOURS = {
    "marcel_classic": "#9aa5b1", "marcel": "#52606d", "contextual": "#1565c0", "ensemble": "#00838f",
    "steamer": "#ef6c00", "zips": "#8e24aa", "atc": "#c62828", "depthcharts": "#6d4c41", "thebat": "#558b2f",
    "thebatx": "#ad1457",
}  # fmt: skip


def figure_r_by_season(scores: pa.Table, stat: str, player_type: str) -> bytes:
    """Correlation by season, a line per system, in universe `full` (public systems: `common`).

    `scores` holds rows as evaluation.scores; pooled rows are left out. Returns PNG bytes.
    """
    rows = [
        row for row in scores.to_pylist()
        if row["stat"] == stat and row["player_type"] == player_type and "-" not in row["seasons"]
        and row["r"] is not None
    ]  # fmt: skip
    universe = "common" if any(row["universe"] == "common" for row in rows) else "full"
    figure, axes = _frame(f"{player_type} {stat}: r within season, {universe}", "season", "r")
    for system in SYSTEMS:
        points = sorted(
            (int(row["seasons"]), row["r"]) for row in rows
            if row["system"] == system and row["universe"] == universe
        )  # fmt: skip
        if points:
            years, values = zip(*points, strict=True)
            axes.plot(years, values, marker="o", markersize=4, color=COLOURS[system], label=system)
    seasons = sorted({int(row["seasons"]) for row in rows})
    axes.set_xticks(seasons)
    if seasons:
        axes.legend(fontsize=7, ncols=2, frameon=False)
    return _png(figure)


def figure_calibration(backtest: pa.Table, stat: str, player_type: str, min_opportunities: int = 200) -> bytes:
    """Mean actual against mean projected rate by tenth of the projection, weighted by opportunities, per own system.

    `backtest` holds rows as evaluation.backtest. Returns PNG bytes.
    """
    rows = backtest.to_pandas()
    rows = rows[
        (rows["statistic"] == stat) & (rows["player_type"] == player_type)
        & (rows["opportunities"] >= min_opportunities)
    ]  # fmt: skip
    figure, axes = _frame(f"{player_type} {stat}: calibration by tenth", "projected", "actual")
    for system in ("marcel", "contextual", "ensemble"):
        chosen = rows[rows["system"] == system].sort_values(["projected", "season", "mlbam_id"])
        tenths = [part for part in np.array_split(np.arange(len(chosen)), 10) if len(part)]
        points = [_weighted_means(chosen.iloc[part]) for part in tenths]
        if points:
            projected, actual = zip(*points, strict=True)
            axes.plot(projected, actual, marker="o", markersize=4, color=COLOURS[system], label=system)
            axes.axline((projected[0], projected[0]), slope=1, color="#cbd2d9", linewidth=1, zorder=0)
    if len(rows):
        axes.legend(fontsize=7, frameon=False)
    return _png(figure)


def _weighted_means(rows: pd.DataFrame) -> tuple[float, float]:
    weight = rows["opportunities"].to_numpy(np.float64)
    return (
        float(np.average(rows["projected"].to_numpy(), weights=weight)),
        float(np.average(rows["actual"].to_numpy(), weights=weight)),
    )


def _frame(title: str, x: str, y: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5.2, 3.4), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set_title(title, fontsize=9, loc="left")
    axes.set_xlabel(x, fontsize=8)
    axes.set_ylabel(y, fontsize=8)
    axes.tick_params(labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.6)
    return figure, axes


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})  # no version stamp: equal input, equal bytes
    return buffer.getvalue()
