"""Gains of learned blocks for people: what each learned block changes in the control, and whether the goal is met.

Takes rows as evaluation.level1 of one kind of data and returns Markdown. Verdicts are those of the rows, by the rule
that all pages share (measured). Not here: the test itself (evaluation.learned_gains).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from fbm_pipeline.controls.learned_controls import AVERAGED, ON_TOP
from fbm_pipeline.evaluation.families import BETTER, WORSE
from fbm_pipeline.evaluation.learned_gains import BOTH, CHANGE, CHOSEN, CONTROL, MAIN_STATISTICS
from fbm_pipeline.publish.formats import FORMATS, show_amount
from fbm_pipeline.results.comparison_text import amount_change
from fbm_pipeline.results.markdown import DASH, table
from fbm_pipeline.results.measured import VerdictCount, count_verdicts

UNTRAINED = "untrained"
LEAST_BETTER = 3  # main statistics that the goal asks for


@dataclass(frozen=True)
class Goal:
    """What the test rows hold of the chosen arm: verdicts on the main statistics and on all, and the untrained encoder.

    `beyond_untrained` is the mean change of RMSE from the untrained encoder: percent, low, high; None without rows.
    """

    main: VerdictCount
    scored: VerdictCount
    beyond_untrained: tuple[float, float, float] | None

    @property
    def met(self) -> bool:
        beats = self.beyond_untrained is not None and self.beyond_untrained[2] < 0
        return self.main.better >= LEAST_BETTER and self.scored.worse == 0 and beats


def chosen_arm(rows: pd.DataFrame) -> str | None:
    """The arm that the rows of any seasons call chosen; None where none is."""
    names = sorted(set(rows.loc[rows["measure"] == CHOSEN, "arm"]))
    return names[0] if names else None


def verdicts_of(rows: pd.DataFrame, arm: str, reference: str, seasons: str, main: bool = False) -> pd.Series:
    """The verdicts of an arm against a reference, of all statistics or of the main ones; maybe none."""
    chosen = rows[
        (rows["arm"] == arm)
        & (rows["reference"] == reference)
        & (rows["seasons"] == seasons)
        & (rows["measure"] == "d_rmse")
    ]
    if main:
        named = zip(chosen["player_type"], chosen["stat"], strict=True)
        chosen = chosen.loc[[stat in MAIN_STATISTICS[player_type] for player_type, stat in named]]
    return chosen["verdict"]


def read_goal(rows: pd.DataFrame, arm: str, seasons: str) -> Goal:
    """What the rows of these seasons hold of an arm. Raises EvaluationError where it was not scored."""
    main, scored = (count_verdicts(verdicts_of(rows, arm, CONTROL, seasons, only)) for only in (True, False))
    changes = rows[(rows["arm"] == arm) & (rows["seasons"] == seasons) & (rows["measure"] == CHANGE)]
    untrained = changes[[plain_block(name) == UNTRAINED for name in changes["reference"]]]
    beyond = tuple(untrained[["value", "low", "high"]].iloc[0].tolist()) if len(untrained) else None
    return Goal(main, scored, beyond)


def goal_text(goal: Goal, arm: str, seasons: str) -> str:
    """The goal, and by which verdicts it is met or not."""
    beyond = "not compared" if goal.beyond_untrained is None else _percent(*goal.beyond_untrained)
    return f"""The goal, read by the one rule: `better` than the control in {LEAST_BETTER} main statistics or more,
`worse` in none, and a smaller RMSE than the untrained encoder. On {seasons} `{arm}` is
{goal.main} main statistics, and worse in {goal.scored.worse} of all {goal.scored.total}.
Its change of RMSE from the untrained encoder: {beyond}. **The goal is {"met" if goal.met else "not met"}.**
"""


def gains_section(rows: pd.DataFrame, development: str, test: str) -> str:
    """Markdown of the section `useful`; the labels of the seasons as the rows have them."""
    arm = chosen_arm(rows)
    lines = ["## Does a learned block make the control better?\n", _INTRODUCTION, arms_table(rows, development, test)]
    if arm is None:
        return "\n".join([*lines, "No block was chosen yet: no row names one.\n"])
    if verdicts_of(rows, arm, CONTROL, test).empty:
        return "\n".join([*lines, f"Chosen on {development}: `{arm}`. It was not scored on {test}.\n"])
    lines += [
        f"Chosen on {development}: `{arm}`. " + goal_text(read_goal(rows, arm, test), arm, test),
        f"`{arm}` against the control, {test}, main statistics (RMSE in thousandths, ERA in runs):\n",
        statistics_table(rows[rows["seasons"] == test], arm),
        f"`{arm}` against plain blocks:\n",
        references_table(rows, arm, development, test),
    ]
    return "\n".join(lines)


_INTRODUCTION = f"""Each arm is the control with another ridge in place of its own or averaged with it; the trees stay.
The arms differ in what that ridge reads. `context` reads season lines and role alone. An arm without a suffix averages
the control's ridge with one that reads the block beside lines and role. `_{ON_TOP}` reads all of the control's columns
and the block. `_{AVERAGED}` is the mean of these two ridges. `untrained` is the encoder before training, `histogram`
counts of tokens. Better / worse count main statistics.
"""


def arms_table(rows: pd.DataFrame, development: str, test: str) -> str:
    """A line per arm: the mean relative change of RMSE from the control, and the verdicts on main statistics."""
    names = rows.loc[(rows["reference"] == CONTROL) & (rows["measure"] == CHANGE), "arm"]
    return _changes(rows, "arm", [(name, name, CONTROL) for name in names.unique()], development, test)


def references_table(rows: pd.DataFrame, arm: str, development: str, test: str) -> str:
    """A line per reference of the arm other than the control, as in arms_table."""
    others = rows[(rows["arm"] == arm) & (rows["measure"] == CHANGE) & (rows["reference"] != CONTROL)]
    pairs = [(name, arm, name) for name in others["reference"].unique()]
    return _changes(rows, "against", pairs, development, test)


def statistics_table(rows: pd.DataFrame, arm: str) -> str:
    """A line per main statistic: RMSE of the control and of the arm, both differences, the verdict."""
    lines = []
    for player_type, stats in MAIN_STATISTICS.items():
        scored = rows[rows["player_type"] == player_type].to_dict("records")
        cells = {(row["arm"], row["reference"], row["stat"], row["measure"]): row for row in scored}
        lines += [
            _statistic_line(cells, arm, player_type, stat) for stat in stats if (arm, CONTROL, stat, "d_rmse") in cells
        ]
    return table(["statistic", "control#", "arm#", "change of RMSE", "Holm#", "verdict", "change of r"], lines)


def _statistic_line(cells: Mapping, arm: str, player_type: str, stat: str) -> list[str]:
    step, r = cells[arm, CONTROL, stat, "d_rmse"], cells[arm, CONTROL, stat, "d_r"]
    before, after = cells[CONTROL, "", stat, "rmse"], cells[arm, "", stat, "rmse"]
    shown = [show_amount(row["value"], player_type, "rate", stat) for row in (before, after)]
    known = {**step, "kind": "rate"}
    value, low, high = (amount_change(step[name], known) for name in ("value", "low", "high"))
    name = f"{player_type} {FORMATS[player_type][stat].label}"
    verdict = f"**{step['verdict']}**" if step["verdict"] in (BETTER, WORSE) else step["verdict"]
    r_change = f"{r['value']:+.3f} [{r['low']:+.3f}, {r['high']:+.3f}]"
    return [name, *shown, f"{value} [{low}, {high}]", f"{step['holm']:.3f}", verdict, r_change]


def plain_block(reference: str) -> str:
    """A reference without the form that it enters the ridge in: `untrained` for `untrained_on_top`."""
    return reference.removesuffix(f"_{ON_TOP}").removesuffix(f"_{AVERAGED}")


def _changes(
    rows: pd.DataFrame, heading: str, pairs: Sequence[tuple[str, str, str]], development: str, test: str
) -> str:
    """A line per (name, arm, reference), the largest gain on development seasons first, those without one last."""
    over_all = rows[(rows["measure"] == CHANGE) & (rows["player_type"] == BOTH)].to_dict("records")
    steps = {(row["arm"], row["reference"], row["seasons"]): row for row in over_all}

    def gain(pair: tuple[str, str, str]) -> tuple[float, str]:
        step = steps.get((pair[1], pair[2], development))
        return (step["value"] if step else float("inf"), pair[0])

    def change(arm: str, reference: str, seasons: str) -> list[str]:
        step = steps.get((arm, reference, seasons))
        if step is None:
            return [DASH, DASH]
        count = count_verdicts(verdicts_of(rows, arm, reference, seasons, main=True))
        return [_percent(step["value"], step["low"], step["high"]), f"{count.better} / {count.worse}"]

    lines = [
        [f"`{name}`", *change(arm, reference, development), *change(arm, reference, test)]
        for name, arm, reference in sorted(pairs, key=gain)
    ]
    columns = [
        heading,
        f"{development}: change of RMSE",
        "better / worse#",
        f"{test}: change of RMSE",
        "better / worse#",
    ]
    return table(columns, lines)


def _percent(value: float, low: float, high: float) -> str:
    return f"{value:+.2f} % [{low:+.2f}, {high:+.2f}]"
