"""The calibration figure of the results page: slopes and coverage of the main statistics, as PNG bytes.

Drawn from the rows of scores.csv alone, without a display and without dates: equal rows give equal bytes.
Not here: calibration by tenth of the projection, which needs players (evaluation.figures).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from fbm_pipeline.evaluation.figures import COLOURS, png_bytes
from fbm_pipeline.publish.formats import FORMATS
from fbm_pipeline.results.measured import MAIN_CELLS


@dataclass(frozen=True)
class Panel:
    """One figure of the scores and what it is when calibrated."""

    figure: str
    title: str
    ideal: float


PANELS = (
    Panel("slope", "slope of actual on projected rates", 1.0),
    Panel("coverage", "share of players inside their 80 % interval", 0.8),
)


def calibration_figure(systems: Mapping[str, pd.DataFrame]) -> bytes:
    """A panel per figure, a line per main statistic, a dot per system.

    `systems` holds each system's rows by player type and statistic, from the comparison that the page shows it in.
    """
    figure = Figure(figsize=(9.0, 4.2), dpi=80, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(1, len(PANELS), sharey=True)
    for axes, panel in zip(grid, PANELS, strict=True):
        _draw(axes, panel, systems)
    grid[0].set_yticks(range(len(MAIN_CELLS)), [_label(*cell) for cell in MAIN_CELLS], fontsize=8)
    grid[0].invert_yaxis()
    handles = [Axes.plot(grid[0], [], [], color=COLOURS[name], marker="o", linestyle="none")[0] for name in systems]
    figure.legend(handles, list(systems), loc="outside lower center", ncols=len(systems), fontsize=8, frameon=False)
    return png_bytes(figure)


def _draw(axes: Axes, panel: Panel, systems: Mapping[str, pd.DataFrame]) -> None:
    axes.axvline(panel.ideal, color="#9aa5b1", linewidth=1.0, zorder=0)
    for name, offset in zip(systems, _offsets(len(systems)), strict=True):
        values = systems[name][panel.figure].reindex(MAIN_CELLS).astype("float64")
        heights = [place + offset for place in range(len(MAIN_CELLS))]
        axes.plot(values, heights, color=COLOURS[name], marker="o", markersize=4.5, linestyle="none")
    axes.set_title(panel.title, fontsize=9, loc="left")
    axes.tick_params(labelsize=8, length=2)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.6)


def _offsets(count: int) -> Sequence[float]:
    """Dots of one line stand a little below each other, so that equal values stay visible."""
    return [0.12 * (place - (count - 1) / 2.0) for place in range(count)]


def _label(player_type: str, stat: str) -> str:
    return f"{player_type} {FORMATS[player_type][stat].label}"
