"""Parks as columns: those behind a player's last three seasons, and the one in front of him.

The coming park is the commonest home park, in its latest season before the target, of the club that he is known to come
to (`coming_clubs`); a new park's opening is unknown here. Not here: the factors (`park_factors`), in which parks
a player played (`park_exposure`).
"""

from collections.abc import Sequence

import numpy as np

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, Histories
from fbm_pipeline.parks.coming_clubs import read_clubs
from fbm_pipeline.parks.park_exposure import Factors, mean_factors, read_exposure, read_factors, recent_exposure
from fbm_pipeline.parks.park_factors import COMPONENTS
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

HOME_PARKS = "features/home_parks"
HOME_SHARE = 0.5  # of a club's games are in its own park; the others are an average park, which is 1 by construction

# What of a park bears on a statistic. All components together cost more in noise than they bring: on 2010-2017 batters'
# statistics are a tenth of a percent of RMSE better with their own columns than with all sixteen.
COMPONENTS_OF = {
    "so_rate": ("so",),
    "bb_rate": ("bb",),
    "hr_rate": ("hr",),
    "h_rate": ("h",),
    "single_rate": ("single",),
    "double_rate": ("double",),
    "triple_rate": ("triple",),
    "obp": ("h", "bb"),
    "avg": ("h",),
    "slg": ("hr", "double"),
    "iso": ("hr", "double"),
    "er_rate": ("runs",),
    "era": ("runs",),
    "whip": ("h", "bb"),
}

HomeParks = dict[tuple[int, str], str]  # (season, club) -> park


def parks_block(store: Store, player_type: str, players: Histories) -> Block:
    """Logarithms of park factors by component (so, bb, hr, h, single, double, triple, runs); 0 is an average park.

    `park_past_*` is the mean over the parks he played in, each opportunity weighted as Marcel weights its season.
    `park_coming_*` is that of the expected home park, halved because half of the games are elsewhere. Both use the
    factors known before the row's own season. Raises FileNotFoundError when `features.park_factors` was never written.
    """
    targets = [int(season) for season in np.unique(players.season)]
    factors = read_factors(store, targets)
    exposure = read_exposure(store, player_type, min(targets) - SEASONS_BACK, max(targets) - 1)
    values = np.zeros((len(players.season), 2 * len(COMPONENTS)))
    coming = coming_factors(store, player_type, players, factors)
    for target in targets:
        rows = np.flatnonzero(players.season == target)
        past = recent_exposure(exposure, player_type, target)
        values[rows, : len(COMPONENTS)] = mean_factors(past, factors, target, players.mlbam_id[rows])
    values[:, len(COMPONENTS) :] = HOME_SHARE * coming
    return Block("parks", columns("past") + columns("coming"), values)


def bears_on(names: Sequence[str], statistic: str) -> np.ndarray:
    """(p,) whether a column is none of parks (`park_*`), or one of a component that bears on the statistic.

    Raises KeyError for an unknown statistic.
    """
    components = COMPONENTS_OF[statistic]
    return np.array(
        [not name.startswith("park_") or name.rsplit("_", 1)[1] in components for name in names], dtype=bool
    )


def columns(which: str) -> tuple[str, ...]:
    """The names of one half of the block: `past`, `coming`."""
    return tuple(f"park_{which}_{component}" for component in COMPONENTS)


def coming_factors(store: Store, player_type: str, players: Histories, factors: Factors) -> np.ndarray:
    """(n, components) logarithms of the factors of each player's coming home park, whole and not halved."""
    targets = [int(season) for season in np.unique(players.season)]
    clubs = read_clubs(store, player_type, targets)
    homes = read_home_parks(store, min(targets) - SEASONS_BACK, max(targets) - 1)
    logarithms = np.zeros((len(players.season), len(COMPONENTS)))
    for target in targets:
        rows = np.flatnonzero(players.season == target)
        coming, _ = clubs.coming(target, players.mlbam_id[rows])
        logarithms[rows] = home_factors(homes, factors, target, coming)
    return logarithms


def read_home_parks(store: Store, first_season: int, last_season: int) -> HomeParks:
    """The clubs' commonest home parks in both ends' seasons and those between."""
    with session(store, tables=["core.games"]) as connection:
        rows = query(connection, HOME_PARKS, {"first_season": first_season, "last_season": last_season}).to_pylist()
    return {(row["season"], row["club"]): row["park_id"] for row in rows}


def home_factors(homes: HomeParks, factors: Factors, target: int, clubs: Sequence[str | None]) -> np.ndarray:
    """(n, components) what the clubs' own parks do; 0 for no club, or one without a park before the target."""
    average = np.zeros(len(COMPONENTS))
    by_club: dict[str | None, np.ndarray] = {None: average}
    for season, club in sorted(homes):  # the latest season before the target comes last
        if season < target:
            by_club[club] = factors.get((target, homes[season, club]), average)
    return np.array([by_club.get(club, average) for club in clubs]).reshape(len(clubs), len(COMPONENTS))
