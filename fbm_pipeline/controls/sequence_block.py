"""The pitch-sequence aggregates as inputs of the controls: swings, takes, batted balls, sides, hands, opponents, form.

Ordinary season sums that anybody can make of the same pitches: what a sequence model has to beat. Not here: which
rates there are (`sequence_rates`), and the role and line-up slot (`context_block`).
"""

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.aggregates.pooled_rates import pooled_block, read_before, rows_before
from fbm_pipeline.aggregates.sequence_rates import FAMILIES, SEQUENCE_RATES
from fbm_pipeline.marcel.season_lines import Histories
from fbm_pipeline.store.tables import Store


def sequence_blocks(store: Store, player_type: str, players: Histories) -> list[Block]:
    """A block a family of aggregates, by its name: discipline, battedball, spray, platoon, opposition, recency.

    Values are deviations from the league of their seasons, pooled over the three before each row's target season and
    drawn to 0. Raises FileNotFoundError when features.sequence_counts was never written.
    """
    counts = read_before(store, player_type, players)
    rows = rows_before(counts, players)
    blocks = []
    for family in FAMILIES:
        rates = [rate for rate in SEQUENCE_RATES if rate.family == family]
        blocks.append(pooled_block(family, rates, counts, players, rows))
    return blocks
