"""Role and place as inputs of the controls: when in an outing plate appearances come, and against whom.

For a pitcher the place within the outing separates starter from reliever, for a batter mostly his line-up slot. Not
here: what came of these plate appearances (`sequence_block`).
"""

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.aggregates.pooled_rates import pooled_block, read_before, rows_before
from fbm_pipeline.aggregates.sequence_rates import rates
from fbm_pipeline.marcel.season_lines import Histories
from fbm_pipeline.store.tables import Store

# Role and hands are known, not sampled: they are drawn to the league only because a few dozen plate
# appearances are little evidence of a year. Pitches per plate appearance has its half point from 2000-2009, as
# the aggregates have.
CONTEXT_RATES = rates(
    "context",
    """
    outing_start 50 50 index_0_pa pa
    outing_from_3 50 50 index_3_pa pa
    outing_from_6 50 50 index_6_pa pa
    outing_from_9 50 50 index_9_pa pa
    outing_from_12 50 50 index_12_pa pa
    outing_from_15 50 50 index_15_pa pa
    outing_from_18 50 50 index_18_pa pa
    outing_from_24 50 50 index_24_pa pa
    batters_left 50 50 left_stand_pa known_stand_pa
    pitchers_left 50 50 left_throws_pa known_throws_pa
    pitches_per_pa 120 180 counted_pitches counted_pa
""",
)


def context_block(store: Store, player_type: str, players: Histories) -> Block:
    """Eleven columns, as deviations from the league of their seasons (see `pooled_rates`).

    Shares of the plate appearances by their number within the pitcher's outing (from 0, 3, 6, 9, 12, 15, 18 and 24 on),
    by left-handed batters and left-handed pitchers, and pitches per plate appearance. Raises FileNotFoundError when
    features.sequence_counts was never written.
    """
    counts = read_before(store, player_type, players)
    return pooled_block("context", CONTEXT_RATES, counts, players, rows_before(counts, players))
