"""Own games, the other rows that Level 1 can read: one batter's plate appearances in one game, in order.

Belongs here: how they are grouped. They are Outings in all else, with keys in the same order, so that what reads
outings reads them. A row then holds several pitchers and no plate appearance of another batter.
"""

from fbm_pipeline.samples.outings import Outings, assemble, read_rows
from fbm_pipeline.store.tables import Store


def load_own_games(store: Store, season: int) -> Outings:
    """Each batter's own plate appearances of each game of a season. Raises ValueError as `load_outings`."""
    return assemble(*read_rows(store, season), by="batter_id")
