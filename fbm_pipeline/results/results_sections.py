"""Tables of docs/results/README.md: scores side by side, differences with verdicts, tiers, playing time, looks.

Each takes rows as in the CSV files and returns Markdown. Not here: the page's order and words (results_page).
"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from fbm_pipeline.backtest.universes import SYSTEMS, TIERS
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.publish.formats import SYSTEM_LABELS, show_amount
from fbm_pipeline.results.comparison_text import amount_change, interval_text

Cell = Callable[[Mapping], str]
NONE = "–"


def accuracy(row: Mapping) -> str:
    """`0.825 / 33.17`: r and RMSE."""
    rmse = show_amount(row["rmse"], row["player_type"], row["kind"], row["stat"])
    return f"{_number(row['r'])} / {NONE if pd.isna(row['rmse']) else rmse}"


def calibration(row: Mapping) -> str:
    """`0.98, 62 %, 80 %`: slope, attainable error removed, coverage."""
    return f"{_number(row['slope'], 2)}, {_share(row['attainable'])}, {_share(row['coverage'])}"


def collapse(row: Mapping) -> str:
    """`0.81 / 0.82`: the projections' spread over the actual one, beside r; a calibrated system has them alike."""
    return f"{_number(row['sd_ratio'], 2)} / {_number(row['r'], 2)}"


def side_by_side(rows: pd.DataFrame, cell: Cell, systems: Sequence[str] | None = None) -> str:
    """A line per statistic, a column per system; rows of one player type, universe and label."""
    held = set(rows["system"])
    shown = [system for system in systems or SYSTEMS if system in held]
    lines = ["| stat | n | " + " | ".join(shown) + " |", "|---|---:|" + "---:|" * len(shown)]
    for stat, group in rows.groupby("stat", sort=False):
        cells = {row["system"]: row for row in group.to_dict("records")}
        texts = [cell(cells[system]) if system in cells else NONE for system in shown]
        lines.append(f"| {stat} | {'-'.join(map(str, sorted(set(group['n']))))} | " + " | ".join(texts) + " |")
    return "\n".join(lines) + "\n"


def verdict_table(pairs: pd.DataFrame) -> str:
    """A line per statistic, a column per pair: difference in r and in RMSE with intervals, and the verdict."""
    names = list(dict.fromkeys(zip(pairs["base"], pairs["new"], strict=True)))
    lines = [
        "| player type | stat | " + " | ".join(f"{new} less {base}" for base, new in names) + " |",
        "|---|---|" + "---|" * len(names),
    ]
    for player_type in PLAYER_TYPES:
        for stat, group in pairs[pairs["player_type"] == player_type].groupby("stat", sort=False):
            cells = {(row["base"], row["new"]): row for row in group.to_dict("records")}
            texts = [_difference(cells[name]) if name in cells else NONE for name in names]
            lines.append(f"| {player_type} | {stat} | " + " | ".join(texts) + " |")
    return "\n".join(lines) + "\n"


def _difference(row: Mapping) -> str:
    r = interval_text(row, "r", lambda value: f"{value:+.3f}")
    rmse = interval_text(row, "rmse", lambda value: amount_change(value, row))
    word = f"**{row['verdict']}**" if row["verdict"] != "undecided" else row["verdict"]
    return f"r {r}<br>RMSE {rmse}<br>{word}"


def counted_verdicts(pairs: pd.DataFrame) -> str:
    """One sentence a pair: in how many statistics it is better, worse, undecided."""
    lines = []
    for key, rows in pairs.groupby(["base", "new"], sort=False):
        base, new = map(str, key)
        counts = rows["verdict"].value_counts()
        better, worse = int(counts.get("better", 0)), int(counts.get("worse", 0))
        lines.append(
            f"- {SYSTEM_LABELS.get(new, new)} against {SYSTEM_LABELS.get(base, base)}: better in {better}, worse in "
            f"{worse}, undecided in {len(rows) - better - worse} of {len(rows)} statistics."
        )
    return "\n".join(lines) + "\n"


def by_tier(rows: pd.DataFrame, systems: Sequence[str]) -> str:
    """r / RMSE by history, a column per tier and system; rows of one player type and label, every tier."""
    held = set(rows["system"])
    columns = [(tier, system) for tier in TIERS for system in systems if system in held]
    lines = [
        "| stat | " + " | ".join(f"{tier} {system}" for tier, system in columns) + " |",
        "|---|" + "---:|" * len(columns),
    ]
    for stat, group in rows.groupby("stat", sort=False):
        cells = {(row["universe"], row["system"]): row for row in group.to_dict("records")}
        texts = [accuracy(cells[column]) if column in cells else NONE for column in columns]
        lines.append(f"| {stat} | " + " | ".join(texts) + " |")
    return "\n".join(lines) + "\n"


def looks_table(looks: pd.DataFrame) -> str:
    """A line per system: how many configurations were looked at, and the last of them."""
    order = {system: place for place, system in enumerate(SYSTEMS)}
    last = looks.sort_values("look").groupby("system").tail(1).to_dict("records")
    last.sort(key=lambda row: (order.get(row["system"], len(order)), row["system"]))
    lines = ["| system | looks | last configuration | test seasons |", "|---|---:|---|---|"]
    lines += [f"| {row['system']} | {row['look']} | {row['configuration']} | {row['seasons']} |" for row in last]
    return "\n".join(lines) + "\n"


def _number(value: float, places: int = 3) -> str:
    return NONE if pd.isna(value) else f"{value:.{places}f}"


def _share(value: float) -> str:
    return NONE if pd.isna(value) else f"{100 * value:.0f} %"
