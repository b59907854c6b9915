"""The text of docs/results/README.md: one table, one rule, five sentences, one figure, known limits.

At most 150 lines. Every figure comes from `Measured`; words that could go stale stand in sentences.
Not here: reading and writing files (pages).
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.public import PUBLIC_SYSTEMS
from fbm_pipeline.backtest.universes import TIERS
from fbm_pipeline.evaluation.comparisons import REGISTERED
from fbm_pipeline.publish.formats import FORMATS, show_amount
from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.results.comparison_text import amount_change, interval_text
from fbm_pipeline.results.floor_of_luck import floor_of_luck
from fbm_pipeline.results.measured import MAIN_CELLS, Measured, mean_change
from fbm_pipeline.results.score_rows import COMPARISONS
from fbm_pipeline.results.verdicts import RULE, count_verdicts

MOST_LINES = 150
WIDTH = 112  # of a line of prose
BASE = "marcel"
DASH = "–"


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


OWN = (
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
HISTORIES = {"under_500": "under 500", "500_1200": "500 to 1200", "over_1200": "over 1200"}
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
        _main_table(measured, shown),
        f"{RULE}\n",
        _pairs_table(measured),
        _families_table(measured),
        _history_table(measured, shown),
        _figure(),
        f"## Known limits\n\n{LIMITS}\n",
        _foot(facts),
    ]
    text = "\n".join(parts)
    lines = len(text.splitlines())
    if lines > MOST_LINES:
        raise EvaluationError(f"the results page has {lines} lines, at most {MOST_LINES}. Next: show fewer pairs.")
    return text


def shown_systems(measured: Measured) -> list[Shown]:
    """The systems of the table: ours, then the public one with the smallest mean RMSE against Marcel."""
    cells = measured.cells("public", "common")
    changes = {name: mean_change(cells, name) for name in PUBLIC_SYSTEMS} if len(cells) else {}
    known = {name: change for name, change in changes.items() if change == change}
    best = [Shown(min(known, key=lambda name: known[name]), "public", "common")] if known else []
    return [*(one for one in OWN if len(measured.cells(one.comparison, one.universe))), *best]


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


_READING = """Marcel: r / RMSE in thousandths, ERA in runs. Others: r less Marcel's / change of RMSE from Marcel's,
among the same players. r and RMSE are weighted by PA or BF, and a system's mean error of a season is removed first.
`ridge` reads season lines, `control` is a ridge and boosted trees that also read aggregates of pitches, `control_full`
adds parks and the minors, `contextual` is the network, `ensemble` blends it with Marcel. The floor of luck is what
true rates would score. The public system is the one with the smallest RMSE. Rows: [scores.csv](scores.csv).
"""


def _main_table(measured: Measured, shown: Sequence[Shown]) -> str:
    names = [f"{one.system} (public)" if one.system in PUBLIC_SYSTEMS else one.system for one in shown]
    lines = [
        "## Against Marcel\n",
        _READING,
        "| statistic | marcel | " + " | ".join([*names, "floor of luck"]) + " |",
        "|---|---:|" + "---:|" * (len(names) + 1),
    ]
    base = measured.cells("controls", "full")
    known: Mapping = base.to_dict("index")
    columns = [(one, measured.cells(one.comparison, one.universe).to_dict("index")) for one in shown]
    for cell in MAIN_CELLS:
        if (*cell, BASE) not in known:
            continue
        marcel = known[*cell, BASE]
        texts = [_change(rows, one.system, cell) for one, rows in columns]
        texts.append(_floor(pd.DataFrame([row for key, row in known.items() if key[:2] == cell]), marcel))
        lines.append(f"| {_name(cell)} | {_r(marcel['r'])} / {_rmse(marcel['rmse'], cell)} | {' | '.join(texts)} |")
    players = [_players(base), *(_players(measured.cells(one.comparison, one.universe)) for one in shown)]
    lines.append(f"| players | {' | '.join(players)} | |\n")
    return "\n".join(lines)


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


def _pairs_table(measured: Measured) -> str:
    """Differences of RMSE by main statistic with intervals; words where decided."""
    pairs = [pair for pair in PAIRS if measured.has_family(pair.comparison, pair.universe, pair.base, pair.new)]
    families = [measured.family(pair.comparison, pair.universe, pair.base, pair.new).to_dict("index") for pair in pairs]
    lines = [
        "## What is decided\n",
        "Change of RMSE from the first to the second system, with its interval; decided ones carry their verdict.\n",
        "| statistic | " + " | ".join(f"{pair.base} → {pair.new}" for pair in pairs) + " |",
        "|---|" + "---|" * len(pairs),
    ]
    for cell in MAIN_CELLS:
        texts = [_difference(family[cell], cell) if cell in family else DASH for family in families]
        lines.append(f"| {_name(cell)} | {' | '.join(texts)} |")
    return "\n".join(lines) + "\n"


def _difference(row: Mapping, cell: tuple[str, str]) -> str:
    known = {**row, "player_type": cell[0], "stat": cell[1], "kind": "rate"}
    text = interval_text(known, "rmse", lambda value: amount_change(value, known))
    return text if known["verdict"] == "undecided" else f"{text} **{known['verdict']}**"


def _families_table(measured: Measured) -> str:
    """A line per tested pair: how many statistics of the family are decided."""
    lines = [
        "All tested pairs, counted over all statistics of the family:\n",
        "| from → to | players | seasons | better | worse | undecided |",
        "|---|---|---|---:|---:|---:|",
    ]
    for name in COMPARISONS:
        comparison = REGISTERED[name]
        for base, new in comparison.tested:
            if measured.has_family(name, comparison.universe, base, new):
                family = measured.family(name, comparison.universe, base, new)
                count = count_verdicts(family["verdict"])
                players = "all" if comparison.universe == "full" else f"`{name}`"
                lines.append(
                    f"| {base} → {new} | {players} | {_seasons(family)} | {count.better} | {count.worse} | "
                    f"{count.undecided} |"
                )
    return "\n".join(lines) + "\n"


def _history_table(measured: Measured, shown: Sequence[Shown]) -> str:
    lines = [
        "## By history\n",
        "Mean change of RMSE from Marcel's over the main statistics, by PA or BF of the three seasons before:\n",
        "| history | " + " | ".join(one.system for one in shown) + " |",
        "|---|" + "---:|" * len(shown),
    ]
    for tier in TIERS:
        changes = [mean_change(measured.cells(one.comparison, tier), one.system) for one in shown]
        texts = [DASH if change != change else f"{change:+.1f} %" for change in changes]
        lines.append(f"| {HISTORIES[tier]} | {' | '.join(texts)} |")
    return "\n".join(lines) + "\n"


def _figure() -> str:
    return """## Calibration

![Slope and coverage of each system by statistic](calibration.png)

A slope below 1 spreads players too far. A coverage below .8 has intervals that are too narrow.
"""


def _foot(facts: Facts) -> str:
    counts = ", ".join(f"{system} {count}" for system, count in sorted(facts.looks.items())) or "none"
    looks = textwrap.fill(
        f"Configurations whose test seasons were looked at ([looks.csv](looks.csv)): {counts}.", WIDTH
    )
    command = "make real DATA=<folder of source files>" if facts.data == "real" else "make demo"
    return f"""## Made by

`{command}`, then `fbm results`. All scores, differences and ablations are Parquet files in
the run's `results/`, and `results.html` beside them filters and sorts every score. Speed: [speed.csv](speed.csv).

{looks}

Figures: {facts.source}.

{RETROSHEET}
"""


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
