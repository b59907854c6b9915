"""What can end a plate appearance or move a runner, and how both sources count it.

Belongs here: the simulator's own codes. Not here: the pipeline's vocabulary, which must be able to disagree.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Outcome:
    """One kind of play with the columns of Retrosheet that it sets, and Savant's name for it."""

    name: str
    counts: frozenset[str]

    @property
    def is_plate_appearance(self) -> bool:
        return "pa" in self.counts


def _outcomes(text: str) -> tuple[Outcome, ...]:
    made = []
    for line in text.strip().splitlines():
        name, counts = line.split(":")
        made.append(Outcome(name.strip(), frozenset(counts.split())))
    return tuple(made)


OUTCOMES = _outcomes("""
strikeout: pa ab k
walk: pa walk
hit_by_pitch: pa hbp
home_run: pa ab hr
single: pa ab single
double: pa ab double
triple: pa ab triple
field_out: pa ab
force_out: pa ab
grounded_into_double_play: pa ab gdp
fielders_choice: pa ab fc
fielders_choice_out: pa ab fc
field_error: pa ab roe
sac_fly: pa sf
sac_bunt: pa sh
catcher_interf: pa xi
strikeout_double_play: pa ab k gdp
double_play: pa ab gdp
intent_walk: pa walk iw
stolen_base_2b:
caught_stealing_2b:
pickoff_1b:
wild_pitch:
""")

CODES = {outcome.name: code for code, outcome in enumerate(OUTCOMES)}
(
    STRIKEOUT,
    WALK,
    HIT_BY_PITCH,
    HOME_RUN,
    SINGLE,
    DOUBLE,
    TRIPLE,
    FIELD_OUT,
    FORCE_OUT,
    GROUNDED_INTO_DOUBLE_PLAY,
    FIELDERS_CHOICE,
    FIELDERS_CHOICE_OUT,
    FIELD_ERROR,
    SAC_FLY,
    SAC_BUNT,
    CATCHER_INTERF,
    STRIKEOUT_DOUBLE_PLAY,
    DOUBLE_PLAY,
    INTENT_WALK,
    STOLEN_BASE,
    CAUGHT_STEALING,
    PICKOFF,
    WILD_PITCH,
) = range(len(OUTCOMES))

# The components of talent.COMPONENTS in their order, then an out on a ball in play, which the bases decide.
DRAWN = (STRIKEOUT, WALK, HIT_BY_PITCH, HOME_RUN, SINGLE, DOUBLE, TRIPLE, FIELD_OUT)

NO_HIT_TYPE, GROUND, LINE, FLY, POP, BUNT = range(6)
HIT_TYPES = np.array(["", "G", "L", "F", "P", "BG"])

OUTS = {
    STRIKEOUT: 1,
    FIELD_OUT: 1,
    FORCE_OUT: 1,
    GROUNDED_INTO_DOUBLE_PLAY: 2,
    FIELDERS_CHOICE_OUT: 1,
    SAC_FLY: 1,
    SAC_BUNT: 1,
    STRIKEOUT_DOUBLE_PLAY: 2,
    DOUBLE_PLAY: 2,
    CAUGHT_STEALING: 1,
    PICKOFF: 1,
}
OUTS_BY_CODE = tuple(OUTS.get(code, 0) for code in range(len(OUTCOMES)))
# Where the batter ends: 0 he is still at bat or out, else his base; 4 is home.
BATTER_BASE = tuple(
    {
        WALK: 1,
        HIT_BY_PITCH: 1,
        HOME_RUN: 4,
        SINGLE: 1,
        DOUBLE: 2,
        TRIPLE: 3,
        FORCE_OUT: 1,
        FIELDERS_CHOICE: 1,
        FIELDERS_CHOICE_OUT: 1,
        FIELD_ERROR: 1,
        CATCHER_INTERF: 1,
        INTENT_WALK: 1,
    }.get(code, 0)
    for code in range(len(OUTCOMES))
)


def flag(name: str) -> np.ndarray:
    """1 for every code that counts as `name` (a Retrosheet column), else 0: an int8 array to index by code."""
    return np.array([int(name in outcome.counts) for outcome in OUTCOMES], dtype=np.int8)


NAMES = np.array([outcome.name for outcome in OUTCOMES])
IS_PLATE_APPEARANCE = flag("pa").astype(bool)
IN_PLAY = np.array([bool(outcome.counts & {"ab", "sf", "sh"}) and "k" not in outcome.counts for outcome in OUTCOMES])
