"""The text of docs/results/README.md and its figure: one table, one rule, five sentences, known limits.

At most 150 lines. Every figure comes from `Measured`; words that could go stale stand in sentences. The figure is drawn
without a display and without dates: equal rows give equal bytes.
Not here: the tables (main_tables), reading and writing files (pages).
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from fbm_pipeline.evaluation.figures import COLOURS, png_bytes
from fbm_pipeline.publish.formats import FORMATS
from fbm_pipeline.results.main_tables import families_table, history_table, main_table, pairs_table, shown_systems
from fbm_pipeline.results.markdown import foot, page
from fbm_pipeline.results.measured import MAIN_CELLS, RULE, Measured

WIDTH = 112  # of a line of prose
LIMITS = """- Seasons since 2000, without 2020. Systems with a network have four test seasons; public ones have fewer.
- Players need 200 PA or BF in the season, which selects on what happened. Rates of those who did not play are unknown.
- Talent drifts, so no system can reach the floor of luck.
- A winter's rosters, injuries and depth charts are unknown here. Public systems know them.
- Measured pitches begin in 2020. Two or three seasons of them decide nothing yet.
- Pitchers' lines in the minors begin in 2021, too late for most test seasons.
- Playing time is scored in the run, not here: its expectation is biased among those known to have played."""


@dataclass(frozen=True)
class Facts:
    """What the page says of the run beside its figures."""

    data: str  # real or simulated
    sentences: Sequence[str]
    looks: Mapping[str, int]  # by system
    source: str  # the run or the commit that the figures come from


def results_page(measured: Measured, facts: Facts) -> str:
    """The whole page. Raises EvaluationError when it would be longer than a person reads."""
    shown = shown_systems(measured)
    parts = [
        _introduction(facts),
        main_table(measured, shown),
        f"{RULE}\n",
        pairs_table(measured),
        families_table(measured),
        history_table(measured, shown),
        _figure(),
        f"## Known limits\n\n{LIMITS}\n",
        foot(_made_by(facts), facts.source),
    ]
    return page(parts, "README.md")


def _introduction(facts: Facts) -> str:
    title = "Results" if facts.data == "real" else "Results of a simulated league"
    sentences = "\n".join(
        textwrap.fill(f"{place}. {text}", WIDTH, subsequent_indent="   ")
        for place, text in enumerate(facts.sentences, start=1)
    )
    about = sentences or "The league is simulated. These figures show that the machinery runs, nothing about baseball."
    return f"""# {title}

Every projection was made from what was known on 1 March of its season. Choices were made on development seasons;
test seasons are only reported. Written by `fbm results`: edit nothing here by hand.

{about}
"""


def _figure() -> str:
    return """## Calibration

![Slope and coverage of each system by statistic](calibration.png)

A slope below 1 spreads players too far. A coverage below .8 has intervals that are too narrow.
"""


def _made_by(facts: Facts) -> str:
    counts = ", ".join(f"{system} {count}" for system, count in sorted(facts.looks.items())) or "none"
    looks = textwrap.fill(
        f"Configurations whose test seasons were looked at ([looks.csv](looks.csv)): {counts}.", WIDTH
    )
    real = facts.data == "real"
    command = "make real DATA=<folder of source files>" if real else "make demo"
    speed = " Speed: [speed.csv](speed.csv)." if real else ""
    return f"""`{command}`, then `fbm results`. All scores, differences and ablations are Parquet files in
the run's `results/`, and `results.html` beside them filters and sorts every score.{speed}

{looks}"""


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
