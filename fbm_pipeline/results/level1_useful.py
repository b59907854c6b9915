"""The useful test for people: which block was chosen, what it changes in d, and whether that was the goal.

Takes rows as evaluation.level1 of one kind of data and returns Markdown. Not here: the test itself (evaluation).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.controls.learned_controls import AVERAGED, CONTEXT, ON_TOP
from fbm_pipeline.evaluation.sheets import scored_statistics
from fbm_pipeline.evaluation.useful_test import (
    BOTH,
    CHANGE,
    CHOSEN,
    CLEAR_BETTER,
    CLEAR_WORSE,
    CONTROL,
    MAIN_STATISTICS,
)
from fbm_pipeline.publish.formats import show_amount
from fbm_pipeline.results.comparison_text import amount_change

UNTRAINED = "untrained"
LEAST_BETTER = 3  # statistics that the goal asks for
MAIN_COUNT = sum(len(names) for names in MAIN_STATISTICS.values())
_NONE = "–"


@dataclass(frozen=True)
class Goal:
    """What the test rows say of the chosen arm. A change is the mean relative one of RMSE over the main statistics."""

    arm: str
    seasons: str
    better: tuple[str, ...]  # main statistics whose interval of the RMSE's change lies below 0
    worse: tuple[str, ...]  # statistics, main or not, whose interval lies above 0
    scored: int
    change: Mapping[str, tuple[float, float, float]]  # by reference: percent, low, high

    @property
    def beats_untrained(self) -> bool:
        """Whether the interval of the mean change from the untrained encoder lies below 0."""
        return UNTRAINED in self.change and self.change[UNTRAINED][2] < 0

    @property
    def met(self) -> bool:
        return len(self.better) >= LEAST_BETTER and not self.worse and self.beats_untrained


def chosen_arm(rows: pd.DataFrame) -> str | None:
    """The arm that the rows of any seasons call chosen; None where none is."""
    named = sorted(set(rows.loc[rows["measure"] == CHOSEN, "arm"]))
    return named[0] if named else None


def read_goal(rows: pd.DataFrame, arm: str, seasons: str) -> Goal:
    """What the rows of these seasons say of an arm."""
    own = rows[(rows["arm"] == arm) & (rows["seasons"] == seasons)]
    steps = own[(own["measure"] == "d_rmse") & (own["reference"] == CONTROL)]
    better, worse = [], []
    for row in steps.to_dict("records"):
        name = f"{row['player_type']} {row['stat']}"
        if row["high"] < 0 and row["stat"] in MAIN_STATISTICS[row["player_type"]]:
            better.append(name)
        if row["low"] > 0:
            worse.append(name)
    change = {}
    for row in own[own["measure"] == CHANGE].to_dict("records"):
        change[plain_block(row["reference"])] = (row["value"], row["low"], row["high"])
    return Goal(arm, seasons, tuple(better), tuple(worse), len(steps), change)


def goal_sentence(goal: Goal) -> str:
    """Whether the goal is met, and by which figures."""
    better = f"{len(goal.better)} of the {MAIN_COUNT} main statistics" + _listed(goal.better)
    worse = f"{len(goal.worse) or 'none'} of the {goal.scored} scored" + _listed(goal.worse)
    if UNTRAINED not in goal.change:
        beside = "was not held against the untrained encoder"
    elif goal.beats_untrained:
        beside = f"beats the untrained encoder (mean change of RMSE {_percent(goal.change[UNTRAINED])})"
    else:
        beside = f"does not beat the untrained encoder (mean change of RMSE {_percent(goal.change[UNTRAINED])})"
    return (
        f"**The goal is {'met' if goal.met else 'not met'}.** It was: a learned block makes d better on test seasons "
        f"with its interval clear of zero on at least {LEAST_BETTER} statistics, clearly worse on none, and beats the "
        f"untrained encoder. On {goal.seasons}, `{goal.arm}` makes d better with its interval clear of zero on "
        f"{better}, clearly worse on {worse}, and {beside}."
    )


def useful_section(rows: pd.DataFrame, development: str, test: str) -> str:
    """Markdown of the section `useful`; the labels of the seasons as the rows have them."""
    arm = chosen_arm(rows)
    lines = [
        "### Does a learned block make d better?\n",
        _introduction(development, test),
        arms_table(rows, development, test),
    ]
    if arm is None:
        return "\n".join([*lines, "No block was chosen yet: no row says which.\n"])
    lines.append(f"Chosen on {development}: `{arm}`.\n")
    tested = rows[(rows["arm"] == arm) & (rows["seasons"] == test)]
    if tested.empty:
        return "\n".join([*lines, f"It was not scored on the test seasons {test}.\n"])
    lines += [goal_sentence(read_goal(rows, arm, test)) + "\n"]
    for player_type in PLAYER_TYPES:
        lines += [
            f"#### `{arm}` against d, {player_type}s, {test}\n",
            statistics_table(rows[rows["seasons"] == test], arm, player_type),
        ]
    lines += [f"#### `{arm}` against plain blocks\n", references_table(rows, arm, development, test)]
    return "\n".join(lines)


def arms_table(rows: pd.DataFrame, development: str, test: str) -> str:
    """A line per arm: the mean relative change of RMSE from d, and how many main statistics it clearly changes."""
    against = rows[(rows["reference"] == CONTROL) & (rows["player_type"] == BOTH)]
    return _changes(against, "arm", development, test)


def statistics_table(rows: pd.DataFrame, arm: str, player_type: str) -> str:
    """A line per statistic of one player type: RMSE of d and of the arm, both differences, the verdict."""
    own = rows[rows["player_type"] == player_type]
    cells = {(row["arm"], row["reference"], row["stat"], row["measure"]): row for row in own.to_dict("records")}
    lines = [
        "| stat | n | RMSE of d | of the arm | change | Holm | verdict | change of r |",
        "|---|---:|---:|---:|---|---:|---|---|",
    ]
    for stat in scored_statistics(player_type):
        before, after = cells.get((CONTROL, "", stat, "rmse")), cells.get((arm, "", stat, "rmse"))
        step, r = cells.get((arm, CONTROL, stat, "d_rmse")), cells.get((arm, CONTROL, stat, "d_r"))
        if before is None or after is None or step is None:
            continue
        shown = [show_amount(row["value"], player_type, "rate", stat) for row in (before, after)]
        name = f"**{stat}**" if stat in MAIN_STATISTICS[player_type] else stat
        lines.append(
            f"| {name} | {step['n']} | {' | '.join(shown)} | {_amount(step)} | {_p(step['holm'])} | {step['verdict']} "
            f"| {_r(r)} |"
        )
    return "\n".join(lines) + "\n"


def references_table(rows: pd.DataFrame, arm: str, development: str, test: str) -> str:
    """A line per reference of the arm other than d: mean relative change of its RMSE, and counts as in arms_table."""
    own = rows[(rows["arm"] == arm) & (rows["player_type"] == BOTH) & (rows["reference"] != CONTROL)]
    return _changes(own, "reference", development, test)


def plain_block(reference: str) -> str:
    """A reference without the form that it enters the ridge in: `untrained` for `untrained_on_top`."""
    return reference.removesuffix(f"_{ON_TOP}").removesuffix(f"_{AVERAGED}")


def _introduction(development: str, test: str) -> str:
    main = "; ".join(f"{player_type}s {', '.join(names)}" for player_type, names in MAIN_STATISTICS.items())
    return (
        "Each arm is control d with another ridge in place of its own or averaged with it; the arms differ in what "
        f"that ridge reads. `{CONTEXT}` reads season lines and role alone: what averaging does. An arm without a "
        "suffix averages d's ridge with one that reads the block beside lines and role, "
        f"`_{ON_TOP}` has one that reads all of d's columns and the block, `_{AVERAGED}` the mean of these two new "
        "ridges; d's trees stay. `untrained` is the encoder before "
        "any training, `histogram` plain counts of tokens. All are walk-forward, on the same players, season means "
        f"removed, with 95 % intervals from draws of players. The {MAIN_COUNT} main statistics ({main}) are set in "
        f"bold below; the choice was made on {development} alone, {test} is only reported. Less is better.\n"
    )


def _changes(rows: pd.DataFrame, column: str, development: str, test: str) -> str:
    """A line per name in `column`, largest gain on the development seasons first; names without one come last."""
    cells = {(row[column], row["seasons"], row["measure"]): row for row in rows.to_dict("records")}
    names = set(rows.loc[rows["measure"] == CHANGE, column])
    order = {name: cells[name, development, CHANGE]["value"] for name in names if (name, development, CHANGE) in cells}
    lines = [
        f"| {'against' if column == 'reference' else column} | {development}: mean change of RMSE | better / worse | "
        f"{test}: mean change of RMSE | better / worse |",
        "|---|---|---:|---|---:|",
    ]
    for name in sorted(names, key=lambda name: (order.get(name, float("inf")), name)):
        texts = [text for seasons in (development, test) for text in _change(cells, name, seasons)]
        lines.append(f"| `{name}` | " + " | ".join(texts) + " |")
    return "\n".join(lines) + "\n"


def _change(cells: Mapping, name: str, seasons: str) -> tuple[str, str]:
    step = cells.get((name, seasons, CHANGE))
    if step is None:
        return _NONE, _NONE
    counts = [cells.get((name, seasons, measure)) for measure in (CLEAR_BETTER, CLEAR_WORSE)]
    told = " / ".join(f"{row['value']:.0f}" if row else _NONE for row in counts)
    return _percent((step["value"], step["low"], step["high"])), told


def _percent(change: tuple[float, float, float]) -> str:
    value, low, high = change
    return f"{value:+.2f} % [{low:+.2f}, {high:+.2f}]"


def _amount(row: Mapping) -> str:
    known = {**row, "kind": "rate"}
    value, low, high = (amount_change(row[name], known) for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def _r(row: Mapping | None) -> str:
    return _NONE if row is None else f"{row['value']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"


def _p(value: float) -> str:
    return _NONE if pd.isna(value) else f"{value:.3f}"


def _listed(names: tuple[str, ...]) -> str:
    return f" ({', '.join(names)})" if names else ""
