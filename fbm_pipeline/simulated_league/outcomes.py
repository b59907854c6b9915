"""What can end a plate appearance or move a runner, and how both sources count it.

Belongs here: the simulator's own codes. Not here: the pipeline's vocabulary, which must be able to disagree.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Outcome:
    """One kind of play by Savant's name, with the columns of Retrosheet that it sets.

    `outs` are those it makes; `base` is where the batter ends: 0 still at bat or out, else his base; 4 is home.
    """

    name: str
    counts: frozenset[str]
    outs: int
    base: int


def _outcomes(text: str) -> tuple[Outcome, ...]:
    rows = ([part.strip() for part in line.split("|")] for line in text.strip().splitlines())
    return tuple(Outcome(name, frozenset(counts.split()), int(outs), int(base)) for name, counts, outs, base in rows)


OUTCOMES = _outcomes("""
strikeout | pa ab k | 1 | 0
walk | pa walk | 0 | 1
hit_by_pitch | pa hbp | 0 | 1
home_run | pa ab hr | 0 | 4
single | pa ab single | 0 | 1
double | pa ab double | 0 | 2
triple | pa ab triple | 0 | 3
field_out | pa ab | 1 | 0
force_out | pa ab | 1 | 1
grounded_into_double_play | pa ab gdp | 2 | 0
fielders_choice | pa ab fc | 0 | 1
fielders_choice_out | pa ab fc | 1 | 1
field_error | pa ab roe | 0 | 1
sac_fly | pa sf | 1 | 0
sac_bunt | pa sh | 1 | 0
catcher_interf | pa xi | 0 | 1
strikeout_double_play | pa ab k gdp | 2 | 0
double_play | pa ab gdp | 2 | 0
intent_walk | pa walk iw | 0 | 1
stolen_base_2b | | 0 | 0
caught_stealing_2b | | 1 | 0
pickoff_1b | | 1 | 0
wild_pitch | | 0 | 0
""")

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


def flag(name: str) -> np.ndarray:
    """1 for every code that counts as `name` (a Retrosheet column), else 0: an int8 array to index by code."""
    return np.array([int(name in outcome.counts) for outcome in OUTCOMES], dtype=np.int8)


NAMES = np.array([outcome.name for outcome in OUTCOMES])
IS_PLATE_APPEARANCE = flag("pa").astype(bool)
