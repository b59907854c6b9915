"""The backtest on the page: r and RMSE by system and statistic, and how far each RMSE lies from Marcel's."""

import html
import math
from collections.abc import Sequence

import pandas as pd

from fbm_pipeline.backtest.universes import SYSTEMS
from fbm_pipeline.evaluation.comparisons import REGISTERED
from fbm_pipeline.publish.formats import FORMATS, OPPORTUNITIES, SYSTEM_LABELS, TITLES, show_error
from fbm_pipeline.publish.pooled import labels, pooled

UNIVERSES = {
    "full": "every player with a Marcel rate and {floor} or more {unit}",
    "common": "of these, the players whom every system in the table projects",
}
RADIUS = {"contextual": 6.5, "ensemble": 4}  # one inside the other where they agree
REACHES = (1, 2, 3, 5, 10, 15, 20, 30, 50, 100)  # per cent at the ends of the chart
EMPTY = '<p class="note">No backtest has been scored in this store yet.</p>'


def backtest_tables(scores: pd.DataFrame, min_opportunities: int, test_seasons: Sequence[int]) -> str:
    """HTML of the test seasons' pooled rates by registered comparison, each in its own universe.

    `scores` holds rows as evaluation.scores of one data kind.
    """
    parts = []
    rates = scores[scores["kind"] == "rate"]
    for comparison in REGISTERED.values():
        comparison_rates = rates[(rates["comparison"] == comparison.name) & (rates["universe"] == comparison.universe)]
        test_rates = pooled(comparison_rates, test_seasons)
        if test_rates.empty:
            continue
        tables, charts = "", ""
        for player_type in FORMATS:
            rows = test_rates[test_rates["player_type"] == player_type]
            if len(rows):
                tables += _table(rows, player_type)
                charts += _chart(rows, player_type)
        who = UNIVERSES[comparison.universe].format(floor=min_opportunities, unit="PA or BF")
        parts.append(
            f"<h3>{html.escape(TITLES[comparison.name])}, {html.escape(labels(test_rates))}, universe "
            f'“{comparison.universe}”</h3><p class="note">{who}.</p>{tables}<div class="pair">{charts}</div>'
        )
    if not parts:
        return EMPTY
    return (
        '<p class="note">Each cell is r / RMSE, both within season: a system’s mean error of a season is removed. '
        "Weighted by opportunities. RMSE in thousandths, ERA and WHIP in runs. Marked: the lowest RMSE of the row, "
        "before rounding. It is not a claim that the difference is more than luck.</p>" + "".join(parts)
    )


def _table(rows: pd.DataFrame, player_type: str) -> str:
    systems = [system for system in SYSTEMS if system in set(rows["system"])]
    head = "".join(f'<th scope="col" class="num">{SYSTEM_LABELS[system]}</th>' for system in systems)
    body = ""
    for stat, form in FORMATS[player_type].items():
        cells = rows[rows["stat"] == stat].set_index("system")
        if cells.empty:
            continue
        best = cells["rmse"].idxmin()
        body += f'<tr><th scope="row">{form.label}</th><td class="num">{int(cells["n"].max())}</td>'
        for system in systems:
            body += _cell(cells, system, form.style, bold=system == best)
        body += "</tr>"
    return (
        f'<div class="scroll" tabindex="0"><table class="plain scores"><caption>{player_type.title()}s '
        f"<small>per {OPPORTUNITIES[player_type]}</small></caption><thead><tr>"
        f'<th scope="col">Stat</th><th scope="col" class="num">n</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(cells: pd.DataFrame, system: str, style: str, bold: bool) -> str:
    if system not in cells.index:
        return '<td class="num">–</td>'
    r, rmse = float(cells["r"].astype("float64")[system]), float(cells["rmse"][system])
    text = f"{'–' if math.isnan(r) else f'{r:.3f}'} / {show_error(rmse, style)}"
    return f'<td class="num">{f"<strong>{text}</strong>" if bold else text}</td>'


def _chart(rows: pd.DataFrame, player_type: str) -> str:
    """A dot chart: RMSE of contextual and ensemble as a percentage of Marcel's, a line per statistic."""
    lines = []
    for stat, form in FORMATS[player_type].items():
        cells = rows[rows["stat"] == stat].set_index("system")["rmse"]
        if "marcel" in cells.index and cells["marcel"] > 0:
            dots = {name: 100 * (cells[name] / cells["marcel"] - 1) for name in RADIUS if name in cells.index}
            lines.append((form.label, dots))
    values = [abs(value) for _, dots in lines for value in dots.values()]
    if not values:
        return ""
    reach = next(step for step in REACHES if step >= max(values) or step == REACHES[-1])
    return (
        f"<figure>{_drawing(lines, reach)}"
        '<figcaption><span class="contextual"><i></i>Contextual</span> <span class="ensemble"><i></i>Ensemble</span> '
        f"<span>RMSE of {player_type}s against Marcel’s: left is a smaller error</span></figcaption></figure>"
    )


def _drawing(lines: list[tuple[str, dict[str, float]]], reach: int) -> str:
    height, middle, half = 20 * len(lines) + 34, 225, 180

    def x(value: float) -> float:
        return middle + half * max(-1.0, min(1.0, value / reach))

    marks = ""
    for y, (label, dots) in enumerate(lines):
        row = 20 * y + 34
        marks += f'<line class="rule" x1="{middle - half}" x2="{middle + half}" y1="{row}" y2="{row}"/>'
        marks += f'<text class="name" x="36" y="{row + 4}">{label}</text>'
        for system, value in dots.items():
            marks += (
                f'<circle class="{system}" cx="{x(value):.1f}" cy="{row}" r="{RADIUS[system]}">'
                f"<title>{label} {SYSTEM_LABELS[system]} {value:+.2f}%</title></circle>"
            )
    spoken = "; ".join(
        f"{label} " + ", ".join(f"{SYSTEM_LABELS[system]} {value:+.1f}%" for system, value in dots.items())
        for label, dots in lines
    )
    return (
        f'<svg viewBox="0 0 420 {height}" role="img" aria-label="RMSE against Marcel. {spoken}">'
        f'<line class="zero" x1="{middle}" x2="{middle}" y1="20" y2="{height - 10}"/>'
        f'<text class="axis" x="{middle}" y="13" text-anchor="middle">as Marcel</text>'
        f'<text class="axis" x="{middle - half}" y="13">−{reach}%</text>'
        f'<text class="axis" x="{middle + half}" y="13" text-anchor="end">+{reach}%</text>{marks}</svg>'
    )
