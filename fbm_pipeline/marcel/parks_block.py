"""Parks as columns: those behind a player's last three seasons, and the one in front of him.

The coming club is the one of his last game of the last season he played: no roster dated before the projection is read,
because none of the sources holds one (whoever has one changes `_coming_clubs`, the only place that guesses).
The coming park is that club's commonest home park of its latest season before the target. A winter's moves, and a new
park's opening, are therefore unknown here. Not here: the factors (`park_factors`).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.marcel.blocks import Block
from fbm_pipeline.marcel.park_factors import COMPONENTS, TABLE
from fbm_pipeline.marcel.regression import YEAR_WEIGHTS
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, Histories
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

READS = ("core.games", "core.player_games")
EXPOSURE = "features/park_exposure"
CLUBS = "features/season_clubs"
HOME_PARKS = "features/home_parks"
HOME_SHARE = 0.5  # of a club's games are in its own park; the others are an average park, which is 1 by construction

# What of a park bears on a statistic. All components together cost more in noise than they tell: walk-forward on
# 2010-2017, doubles gain .005 in r from their own two columns and lose .000 with all sixteen.
COMPONENTS_OF = {
    "so_rate": ("so",), "bb_rate": ("bb",), "hr_rate": ("hr",), "h_rate": ("h",), "single_rate": ("single",),
    "double_rate": ("double",), "triple_rate": ("triple",), "obp": ("h", "bb"), "avg": ("h",),
    "slg": ("hr", "double"), "iso": ("hr", "double"), "er_rate": ("runs",), "era": ("runs",), "whip": ("h", "bb"),
}  # fmt: skip

Factors = dict[tuple[int, str], np.ndarray]  # (season, park) -> natural logarithms, in the order of COMPONENTS


@dataclass(frozen=True)
class Past:
    """What the players of some seasons did where, before any projection."""

    exposure: pa.Table  # season, mlbam_id, park_id, opportunities
    clubs: pa.Table  # season, mlbam_id, first_club, last_club
    home_parks: dict[tuple[int, str], str]  # (season, club) -> park


def parks_block(store: Store, player_type: str, players: Histories) -> Block:
    """Logarithms of park factors by component (so, bb, hr, h, single, double, triple, runs); 0 is an average park.

    `park_past_*` is the mean over the parks he played in, each opportunity weighted as Marcel weights its season.
    `park_coming_*` is that of the expected home park, halved because half of the games are elsewhere. Both use the
    factors known before the row's own season. Raises FileNotFoundError when `features.park_factors` was never written.
    """
    store.delta(TABLE)
    targets = [int(season) for season in np.unique(players.season)]
    past = read_past(store, player_type, min(targets) - SEASONS_BACK, max(targets) - 1)
    factors = read_factors(store, targets)
    values = np.zeros((len(players.season), 2 * len(COMPONENTS)))
    for target in targets:
        rows = np.flatnonzero(players.season == target)
        values[rows, : len(COMPONENTS)] = _past_exposure(past, factors, player_type, target, players.mlbam_id[rows])
        clubs = _coming_clubs(past, target, players.mlbam_id[rows])
        values[rows, len(COMPONENTS) :] = home_factors(past, factors, target, clubs)
    return Block("parks", columns("past") + columns("coming"), values)


def parks_of(block: Block, statistic: str) -> Block:
    """The columns of a block of parks that bear on a statistic. Raises KeyError for an unknown statistic."""
    kept = [
        at for at, column in enumerate(block.columns) if column.rsplit("_", 1)[1] in COMPONENTS_OF[statistic]
    ]  # fmt: skip
    return Block(block.name, tuple(block.columns[at] for at in kept), block.values[:, kept])


def columns(which: str) -> tuple[str, ...]:
    """The names of one half of the block: `past`, `coming`."""
    return tuple(f"park_{which}_{component}" for component in COMPONENTS)


def read_past(store: Store, player_type: str, first_season: int, last_season: int) -> Past:
    """Parks, clubs and home parks of both ends' seasons and those between."""
    bounds = {"first_season": first_season, "last_season": last_season}
    with session(store, tables=READS) as connection:
        exposure = query(connection, EXPOSURE, {**bounds, "player_type": player_type})
        clubs = query(connection, CLUBS, {**bounds, "player_type": player_type})
        homes = query(connection, HOME_PARKS, bounds).to_pylist()
    return Past(exposure, clubs, {(row["season"], row["club"]): row["park_id"] for row in homes})


def read_factors(store: Store, targets: list[int]) -> Factors:
    """The regressed factors made for these target seasons."""
    table = store.delta(TABLE).to_pyarrow_dataset().to_table(columns=["season", "park_id", "component", "factor"])
    place = {component: at for at, component in enumerate(COMPONENTS)}
    found: Factors = {}
    for row in table.to_pylist():
        if row["season"] in targets:
            values = found.setdefault((row["season"], row["park_id"]), np.zeros(len(COMPONENTS)))
            values[place[row["component"]]] = np.log(row["factor"])
    return found


def home_factors(past: Past, factors: Factors, target: int, clubs: list[str | None]) -> np.ndarray:
    """(n, components) half of what the clubs' own parks do; 0 for no club, or one without a park before the target."""
    average = np.zeros(len(COMPONENTS))
    by_club: dict[str | None, np.ndarray] = {None: average}
    for season, club in sorted(past.home_parks):  # the latest season before the target comes last
        if season < target:
            by_club[club] = HOME_SHARE * factors.get((target, past.home_parks[season, club]), average)
    return np.array([by_club.get(club, average) for club in clubs]).reshape(len(clubs), len(COMPONENTS))


def _past_exposure(past: Past, factors: Factors, player_type: str, target: int, ids: np.ndarray) -> np.ndarray:
    """(n, components) the mean over the parks behind each player, by his weighted opportunities in them."""
    season = past.exposure.column("season").to_numpy().astype(np.int64)
    kept = np.flatnonzero((season < target) & (season >= target - SEASONS_BACK))
    played = past.exposure.take(pa.array(kept))
    player = played.column("mlbam_id").to_numpy().astype(np.int64)
    weight = played.column("opportunities").cast(pa.float64()).to_numpy()
    weight = weight * YEAR_WEIGHTS[player_type][target - 1 - season[kept]]
    parks, place = np.unique(played.column("park_id").to_numpy(zero_copy_only=False), return_inverse=True)
    everyone, at = np.unique(player, return_inverse=True)
    by_player = np.zeros((len(everyone), len(parks)))
    np.add.at(by_player, (at, place), weight)
    average = np.zeros(len(COMPONENTS))
    by_park = np.array([factors.get((target, park), average) for park in parks]).reshape(-1, len(COMPONENTS))
    total = by_player.sum(axis=1, keepdims=True)
    means = np.divide(by_player @ by_park, total, out=np.zeros((len(everyone), len(COMPONENTS))), where=total > 0)
    found = {int(one): row for one, row in zip(everyone, means, strict=True)}
    return np.array([found.get(int(one), average) for one in ids]).reshape(len(ids), len(COMPONENTS))


def _coming_clubs(past: Past, target: int, ids: np.ndarray) -> list[str | None]:
    """The club of each player's last game in the last of the three seasons in which he played; None for nobody's."""
    last: dict[int, str] = {}
    for season in range(target - SEASONS_BACK, target):
        last |= clubs_of(past, season, "last_club")
    return [last.get(int(player)) for player in ids]


def clubs_of(past: Past, season: int, column: str) -> dict[int, str]:
    """The clubs of a season's players by id; `column` is `first_club` or `last_club`."""
    rows = past.clubs.take(pa.array(np.flatnonzero(past.clubs.column("season").to_numpy() == season)))
    return dict(zip(rows.column("mlbam_id").to_pylist(), rows.column(column).to_pylist(), strict=True))
