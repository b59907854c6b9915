"""The tables of the results page: systems against Marcel, tested pairs, families, histories.

Each takes `Measured` and returns Markdown. Not here: the page's order and words (main_page).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from fbm_pipeline.backtest.public import PUBLIC_SYSTEMS
from fbm_pipeline.backtest.universes import TIERS
from fbm_pipeline.evaluation.comparisons import REGISTERED
from fbm_pipeline.publish.formats import FORMATS, show_amount
from fbm_pipeline.results.comparison_text import interval_text
from fbm_pipeline.results.files import COMPARISONS
from fbm_pipeline.results.markdown import DASH, table
from fbm_pipeline.results.measured import MAIN_CELLS, Measured, count_verdicts, floor_of_luck, mean_change

BASE = "marcel"


@dataclass(frozen=True)
class Shown:
    """A system and the comparison and players that it is read from."""

    system: str
    comparison: str
    universe: str


@dataclass(frozen=True)
class Pair:
    """A difference that the page shows by statistic."""

    comparison: str
    universe: str
    base: str
    new: str


OUR_SYSTEMS = (
    Shown("ridge", "controls", "full"),
    Shown("control", "controls", "full"),
    Shown("control_full", "minors", "full"),
    Shown("contextual", "network", "full"),
    Shown("ensemble", "network", "full"),
)
PAIRS = (
    Pair("controls", "full", "marcel", "control"),
    Pair("controls", "full", "ridge", "control"),
    Pair("minors", "full", "control", "control_full"),
    Pair("network", "full", "marcel", "contextual"),
    Pair("network", "full", "control", "contextual"),
    Pair("minors_public", "common", "steamer", "control_full"),
)
_READING = """Marcel: r / RMSE in thousandths, ERA in runs. Others: r less Marcel's / change of RMSE from Marcel's,
among the same players. r and RMSE are weighted by PA or BF, and a system's mean error of a season is removed first.
`ridge` reads season lines, `control` is a ridge and boosted trees that also read aggregates of pitches, `control_full`
adds parks and the minors, `contextual` is the network, `ensemble` blends it with Marcel. The floor of luck is what
true rates would score. The public system is the one with the smallest RMSE. Rows: [scores.csv](scores.csv).
"""
HISTORIES = {"under_500": "under 500", "500_1200": "500 to 1200", "over_1200": "over 1200"}


def shown_systems(measured: Measured) -> list[Shown]:
    """The systems of the table: ours, then the public one with the smallest mean RMSE against Marcel."""
    cells = measured.cells("public", "common")
    changes = {name: mean_change(cells, name) for name in PUBLIC_SYSTEMS} if len(cells) else {}
    known = {name: change for name, change in changes.items() if pd.notna(change)}
    best = [Shown(min(known, key=lambda name: known[name]), "public", "common")] if known else []
    return [*(one for one in OUR_SYSTEMS if len(measured.cells(one.comparison, one.universe))), *best]


def main_table(measured: Measured, shown: Sequence[Shown]) -> str:
    """A line per main statistic: Marcel, each system and the floor of luck against it; then who was scored."""
    names = [f"{one.system} (public)" if one.system in PUBLIC_SYSTEMS else one.system for one in shown]
    lines = []
    base = measured.cells("controls", "full")
    known: Mapping = base.to_dict("index")
    systems = [(one, measured.cells(one.comparison, one.universe).to_dict("index")) for one in shown]
    for cell in MAIN_CELLS:
        if (*cell, BASE) not in known:
            continue
        marcel = known[*cell, BASE]
        texts = [_change(rows, one.system, cell) for one, rows in systems]
        texts.append(_floor(pd.DataFrame([row for key, row in known.items() if key[:2] == cell]), marcel))
        lines.append([_name(cell), f"{_r(marcel['r'])} / {_rmse(marcel['rmse'], cell)}", *texts])
    players = [_players(base), *(_players(measured.cells(one.comparison, one.universe)) for one in shown)]
    columns = ["statistic", *(f"{name}#" for name in ("marcel", *names, "floor of luck"))]
    return f"## Against Marcel\n\n{_READING}\n{table(columns, [*lines, ['players', *players, '']])}"


def _change(rows: Mapping, system: str, cell: tuple[str, str]) -> str:
    if (*cell, system) not in rows or (*cell, BASE) not in rows:
        return DASH
    new = rows[*cell, system]
    return _against(new["r"], new["rmse"], rows[*cell, BASE])


def _floor(systems: pd.DataFrame, marcel: Mapping) -> str:
    floor = floor_of_luck(systems)
    return DASH if floor is None else _against(floor.r, floor.rmse, marcel)


def _against(r: float, rmse: float, base: Mapping) -> str:
    """`+.014 / -3.7 %`: the change of r, and of RMSE in percent."""
    return f"{_signed(r - base['r'])} / {100.0 * (rmse / base['rmse'] - 1.0):+.1f} %"


def pairs_table(measured: Measured) -> str:
    """Differences of RMSE by main statistic with intervals; words where decided."""
    tested = {pair: measured.family(pair.comparison, pair.universe, pair.base, pair.new) for pair in PAIRS}
    families = {f"{pair.base} → {pair.new}": rows.to_dict("index") for pair, rows in tested.items() if len(rows)}
    lines = [
        [_name(cell), *(_difference(family[cell], cell) if cell in family else DASH for family in families.values())]
        for cell in MAIN_CELLS
    ]
    return f"""## What is decided

Change of RMSE from the first to the second system, with its interval; decided ones carry their verdict.

{table(["statistic", *families], lines)}"""


def _difference(row: Mapping, cell: tuple[str, str]) -> str:
    known = {**row, "player_type": cell[0], "stat": cell[1], "kind": "rate"}
    text = interval_text(known, "rmse")
    return text if known["verdict"] == "undecided" else f"{text} **{known['verdict']}**"


def families_table(measured: Measured) -> str:
    """A line per tested pair: how many statistics of the family are decided."""
    lines = []
    for name in COMPARISONS:
        comparison = REGISTERED[name]
        for base, new in comparison.tested:
            family = measured.family(name, comparison.universe, base, new)
            if len(family):
                count = count_verdicts(family["verdict"])
                players = "all" if comparison.universe == "full" else f"`{name}`"
                counts = map(str, (count.better, count.worse, count.undecided))
                lines.append([f"{base} → {new}", players, _seasons(family), *counts])
    columns = ["from → to", "players", "seasons", "better#", "worse#", "undecided#"]
    return f"All tested pairs, counted over all statistics of the family:\n\n{table(columns, lines)}"


def history_table(measured: Measured, shown: Sequence[Shown]) -> str:
    """A line per tier of history: each system's mean change of RMSE from Marcel's."""
    lines = []
    for tier in TIERS:
        changes = [mean_change(measured.cells(one.comparison, tier), one.system) for one in shown]
        lines.append([HISTORIES[tier], *(DASH if pd.isna(change) else f"{change:+.1f} %" for change in changes)])
    return f"""## By history

Mean change of RMSE from Marcel's over the main statistics, by PA or BF of the three seasons before:

{table(["history", *(f"{one.system}#" for one in shown)], lines)}"""


def _name(cell: tuple[str, str]) -> str:
    return f"{cell[0]} {FORMATS[cell[0]][cell[1]].label}"


def _players(cells: pd.DataFrame) -> str:
    """`2018-2024, 2021 + 1983`: seasons, and player-seasons of batters and pitchers."""
    sizes = cells.groupby(level="player_type")["n"].max()
    return f"{_seasons(cells)}, {' + '.join(str(size) for size in sizes)}"


def _seasons(rows: pd.DataFrame) -> str:
    return ", ".join(sorted(set(rows["seasons"].astype(str))))


def _r(value: float) -> str:
    return DASH if pd.isna(value) else f"{value:.3f}".removeprefix("0")


def _signed(change: float) -> str:
    return DASH if pd.isna(change) else f"{change:+.3f}".replace("0.", ".", 1)


def _rmse(value: float, cell: tuple[str, str]) -> str:
    return show_amount(value, cell[0], "rate", cell[1])
