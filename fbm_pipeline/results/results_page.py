"""The text of docs/results/README.md: one table, one rule, five sentences, one figure, known limits.

At most 150 lines. Every figure comes from `Measured`; words that could go stale stand in sentences.
Not here: the tables (results_tables), reading and writing files (pages).
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.publish.notice import RETROSHEET
from fbm_pipeline.results.measured import Measured
from fbm_pipeline.results.results_tables import families_table, history_table, main_table, pairs_table, shown_systems
from fbm_pipeline.results.verdicts import RULE

MOST_LINES = 150
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
        _foot(facts),
    ]
    text = "\n".join(parts)
    lines = len(text.splitlines())
    if lines > MOST_LINES:
        raise EvaluationError(f"the results page has {lines} lines, at most {MOST_LINES}. Next: show fewer pairs.")
    return text


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


def _foot(facts: Facts) -> str:
    counts = ", ".join(f"{system} {count}" for system, count in sorted(facts.looks.items())) or "none"
    looks = textwrap.fill(
        f"Configurations whose test seasons were looked at ([looks.csv](looks.csv)): {counts}.", WIDTH
    )
    real = facts.data == "real"
    command = "make real DATA=<folder of source files>" if real else "make demo"
    speed = " Speed: [speed.csv](speed.csv)." if real else ""
    return f"""## Made by

`{command}`, then `fbm results`. All scores, differences and ablations are Parquet files in
the run's `results/`, and `results.html` beside them filters and sorts every score.{speed}

{looks}

Figures: {facts.source}.

{RETROSHEET}
"""
