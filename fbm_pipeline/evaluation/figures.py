"""Small PNG figures of a comparison, as bytes: for the metadata of assets and for experiment runs.

Six statistics of batters above six of pitchers, a colour per system throughout. Drawn without a display and without
dates, so that equal numbers give equal bytes. Not here: the numbers themselves (scoring), the report page.
"""

import io
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from fbm_pipeline.backtest.universes import SYSTEMS, TIERS, complete_seasons, eligible, shared, widen
from fbm_pipeline.evaluation.comparisons import Comparison
from fbm_pipeline.evaluation.sheets import RATE

STATISTICS = {
    "batter": ("so_rate", "bb_rate", "hr_rate", "h_rate", "obp", "iso"),
    "pitcher": ("so_rate", "bb_rate", "hr_rate", "h_rate", "era", "whip"),
}
COLOURS = {
    "marcel_classic": "#9aa5b1",
    "marcel": "#3e4c59",
    "ridge": "#7cb342",
    "control_ridge": "#26a69a",
    "control_trees": "#004d40",
    "control": "#2e7d32",
    "control_parks": "#c0a000",
    "control_physics": "#7b1fa2",
    "ridge_minors": "#d4e157",
    "control_minors": "#ff8f00",
    "control_full": "#d81b60",
    "debut_mean": "#b0aa9f",
    "component_factors": "#8d7b68",
    "mle": "#0277bd",
    "contextual": "#1565c0",
    "ensemble": "#00acc1",
    "steamer": "#ef6c00",
    "zips": "#8e24aa",
    "atc": "#c62828",
    "depthcharts": "#6d4c41",
    "thebat": "#558b2f",
    "thebatx": "#ad1457",
}
_TIER_LABELS = {"under_500": "< 500", "500_1200": "500-1200", "over_1200": "> 1200"}
_SHADES = 32  # colours of the file: ten systems and the grays between; full colour takes four times the bytes

_Draw = Callable[[Axes, str, str], None]  # into the axes: player type and statistic


def figure_r_by_season(scores: pd.DataFrame, comparison: Comparison) -> bytes:
    """r within season of each system, season by season; `scores` as evaluation.scores. Returns PNG bytes."""
    rows = _rows_of(scores, comparison)
    rows = rows[(rows["universe"] == comparison.universe) & ~rows["seasons"].str.contains("-")]

    def draw(axes: Axes, player_type: str, stat: str) -> None:
        panel_rows = rows[(rows["player_type"] == player_type) & (rows["stat"] == stat)]
        for system in comparison.systems:
            points = panel_rows[panel_rows["system"] == system].assign(year=lambda frame: frame["seasons"].astype(int))
            points = points.sort_values("year")
            axes.plot(
                points["year"],
                points["r"].astype(float),
                marker="o",
                markersize=2.5,
                linewidth=1.1,
                color=COLOURS[system],
            )
        years = sorted(panel_rows["seasons"].astype(int).unique())
        axes.set_xticks(years, [f"'{year % 100:02d}" for year in years], fontsize=6)

    return _panels(f"{comparison.name}: r within season, universe {comparison.universe}", comparison.systems, draw)


def figure_reliability(scores: pd.DataFrame, comparison: Comparison, seasons: str) -> bytes:
    """Share of the attainable error that each system removes, by tier of history with its number of player-seasons.

    `seasons` is the label of pooled rows, such as `2018-2024`. Returns PNG bytes.
    """
    rows = _rows_of(scores, comparison)
    rows = rows[(rows["seasons"] == seasons) & rows["universe"].isin(list(TIERS))]
    shift = np.linspace(-0.28, 0.28, max(len(comparison.systems), 2))

    def draw(axes: Axes, player_type: str, stat: str) -> None:
        panel_rows = rows[(rows["player_type"] == player_type) & (rows["stat"] == stat)]
        for offset, system in zip(shift, comparison.systems, strict=False):
            points = panel_rows[panel_rows["system"] == system].set_index("universe")["attainable"].astype(float)
            axes.plot(
                np.arange(len(TIERS)) + offset,
                [points.get(tier, np.nan) for tier in TIERS],
                linestyle="none",
                marker="o",
                markersize=3.5,
                color=COLOURS[system],
            )
        sizes = panel_rows.groupby("universe")["n"].max()
        labels = [f"{_TIER_LABELS[tier]}\nn {sizes.get(tier, 0)}" for tier in TIERS]
        axes.set_xticks(range(len(TIERS)), labels, fontsize=6)
        axes.axhline(0, color="#cbd2d9", linewidth=0.8, zorder=0)

    title = f"{comparison.name}: share of the attainable error removed, by PA or BF of three years, {seasons}"
    return _panels(title, comparison.systems, draw)


def figure_calibration(backtest: pd.DataFrame, comparison: Comparison, seasons: Sequence[int]) -> bytes:
    """Mean actual rate less mean projected rate by tenth of the projection, season means of the error removed.

    `backtest` as from `load_backtest`; tenths are of player-seasons, means weighted by opportunities. A line that
    falls means that the system spreads its players too far. Returns PNG bytes.
    """
    in_seasons = backtest[backtest["season"].isin(list(seasons))]

    def draw(axes: Axes, player_type: str, stat: str) -> None:
        players = eligible(widen(in_seasons, player_type, stat), comparison.universe)
        systems = list(comparison.systems)
        players = shared(players[players["season"].isin(complete_seasons(players, systems))], systems)
        for system in systems if len(players) >= 10 else ():
            projected, miss = _tenths(players, system)
            axes.plot(projected, miss, marker="o", markersize=2.5, linewidth=1.1, color=COLOURS[system])
        axes.axhline(0, color="#cbd2d9", linewidth=0.8, zorder=0)

    years = f"{min(seasons)}-{max(seasons)}"
    title = f"{comparison.name}: actual less projected, by tenth of the projection, {comparison.universe}, {years}"
    return _panels(title, comparison.systems, draw)


def _tenths(players: pd.DataFrame, system: str) -> tuple[list[float], list[float]]:
    weight = players["opportunities"].to_numpy(np.float64)
    projected = players[system].to_numpy(np.float64)
    miss = players["actual"].to_numpy(np.float64) - projected
    _, season = np.unique(players["season"].to_numpy(), return_inverse=True)
    miss -= (np.bincount(season, miss * weight) / np.bincount(season, weight))[season]
    parts = np.array_split(np.argsort(projected, kind="stable"), 10)
    return (
        [float(np.average(projected[part], weights=weight[part])) for part in parts],
        [float(np.average(miss[part], weights=weight[part])) for part in parts],
    )


def _rows_of(scores: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    return scores[(scores["comparison"] == comparison.name) & (scores["kind"] == RATE)]


def _panels(title: str, systems: Sequence[str], draw: _Draw) -> bytes:
    figure = Figure(figsize=(13.5, 5.2), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(STATISTICS), 6, squeeze=False)
    for line, (player_type, names) in zip(grid, STATISTICS.items(), strict=True):
        for axes, stat in zip(line, names, strict=True):
            axes.set_title(f"{player_type} {stat}", fontsize=8, loc="left")
            axes.tick_params(labelsize=6.5, length=2)
            axes.spines[["top", "right"]].set_visible(False)
            axes.grid(axis="y", color="#e4e7eb", linewidth=0.6)
            draw(axes, player_type, stat)
    figure.suptitle(title, fontsize=10, x=0.01, ha="left")
    drawn_systems = [name for name in SYSTEMS if name in systems]
    handles = [
        Axes.plot(grid[0][0], [], [], color=COLOURS[name], marker="o", markersize=4)[0] for name in drawn_systems
    ]
    figure.legend(handles, drawn_systems, loc="outside lower left", ncols=len(drawn_systems), fontsize=8, frameon=False)
    return png_bytes(figure)


def png_bytes(figure: Figure) -> bytes:
    """The drawn figure in few colours, without time or version: equal input, equal bytes."""
    canvas = figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        raise TypeError(f"a figure on {type(canvas).__name__} has no pixels to write")
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(_SHADES)
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True)
    return buffer.getvalue()
