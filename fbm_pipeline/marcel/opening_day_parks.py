"""LOOKS AHEAD: the park of the club that each player's target season began with. No system may use it.

It exists for one ablation: how much knowing the opening day's club would be worth over the club of his last game.
A test holds that no room but `ablations` imports it.
"""

import numpy as np

from fbm_pipeline.marcel.blocks import Block
from fbm_pipeline.marcel.coming_clubs import read_clubs
from fbm_pipeline.marcel.park_exposure import read_factors
from fbm_pipeline.marcel.park_factors import COMPONENTS
from fbm_pipeline.marcel.parks_block import HOME_SHARE, columns, home_factors, read_home_parks
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, Histories
from fbm_pipeline.store.tables import Store


def opening_team_parks(store: Store, player_type: str, players: Histories) -> Block:
    """`park_opening_*`: as `park_coming_*` of `parks_block` with all hands, by the club of the target season's first
    game.

    The factors and the clubs' parks are still those of seasons before the target; 0 for who did not play in it. Raises
    FileNotFoundError when `features.park_factors` was never written.
    """
    targets = [int(season) for season in np.unique(players.season)]
    factors = read_factors(store, targets)
    seen = read_clubs(store, player_type, [*targets, max(targets) + 1])  # to the end of the last target season
    homes = read_home_parks(store, min(targets) - SEASONS_BACK, max(targets) - 1)
    values = np.zeros((len(players.season), len(COMPONENTS)))
    for target in targets:
        rows = np.flatnonzero(players.season == target)
        first = seen.played_for(target, "first_club")
        clubs = [first.get(int(player)) for player in players.mlbam_id[rows]]
        values[rows] = HOME_SHARE * home_factors(homes, factors, target, clubs)
    return Block("opening_parks", columns("opening"), values)
