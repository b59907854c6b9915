"""Measured batted balls and pitches of players, as columns: deviations from the season's league, regressed.

Where nothing was measured before a season (all of them up to 2020) every column is exactly 0, and the two presence
columns say so. Not here: counting (`physics_counts`), and what the columns are worth (the controls).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.aggregates.physics_counts import read_physics_counts
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, Histories, find_rows
from fbm_pipeline.store.tables import Store

YEAR_WEIGHTS = np.array([1.0, 0.75, 0.5])  # one, two and three years back
BALLS_KNOWN = "physics_balls_known"
PITCHES_KNOWN = "physics_pitches_known"
HIGH_SHARE = 0.1  # the 90th percentile of exit velocity: a tenth of the balls were hit harder

# Balls or pitches at which a player's own deviation counts half. Batted balls: the variance within players over that
# between them, both of the season 2020 alone. The correlations of 2020 with 2021 that it foretells were then found:
# batters' exit velocity .67, barrels .70, sweet spot .35; pitchers' .51, .21, .18.
# Pitches: velocity and movement show within an outing, the mix changes from game to game; round figures by judgement.
# On targets of 2021 half, double or fourfold constants changed no statistic by more than .008 in r.
_BALL_K = {  # batter, pitcher
    "speed": (40.0, 115.0),
    "angle": (40.0, 32.0),
    "hard_hit": (50.0, 195.0),
    "sweet_spot": (275.0, 370.0),
    "barrels": (60.0, 490.0),
    "air": (60.0, 48.0),
    "air_speed": (30.0, 245.0),
    "pulled": (85.0, 255.0),
    "opposite": (130.0, 345.0),
    "pulled_air": (65.0, 125.0),
}
BALL_K = {kind: {name: k[at] for name, k in _BALL_K.items()} for at, kind in enumerate(("batter", "pitcher"))}
_TAIL_K = {"batter": 30.0, "pitcher": 300.0}
_MIX_K = 100.0
_FLIGHT_K = 20.0
_PRESENCE_K = {BALLS_KNOWN: 200.0, PITCHES_KNOWN: 500.0}

BALL_DENOMINATORS = {"air_speed": "air", "pulled": "sprayed", "opposite": "sprayed", "pulled_air": "sprayed"}
_SPEEDS = {
    80: "at_least_80",
    85: "at_least_85",
    90: "at_least_90",
    95: "hard_hit",
    100: "at_least_100",
    105: "at_least_105",
    110: "at_least_110",
}
# How a pitcher throws. A batter's pitches are how he is pitched to, of which the mix alone is his own.
_MIX = ("fastballs", "breaking")
_FLIGHT = {
    "fastball_speed": "fastballs",
    "fastball_rise": "fastballs",
    "fastball_run": "fastballs",
    "fastball_spin": "fastball_spins",
    "breaking_speed": "breaking",
    "breaking_rise": "breaking",
    "breaking_run": "breaking",
    "offspeed_speed": "offspeed",
    "offspeed_rise": "offspeed",
    "offspeed_run": "offspeed",
}


@dataclass(frozen=True)
class _Measured:
    """One side's sums, gathered for n players: (n, 3) by years back, and the league's sums of the same seasons."""

    players: Mapping[str, np.ndarray]
    league: Mapping[str, np.ndarray]

    def deviation(self, total: str, count: str, k: float) -> np.ndarray:
        """(n,) the regressed deviation of `total` per `count` from the league of each season."""
        means = _ratio(self.league[total], self.league[count])
        excess = (self.players[total] - self.players[count] * means) @ YEAR_WEIGHTS
        weight = self.players[count] @ YEAR_WEIGHTS
        return np.where(weight > 0, excess / (weight + k), 0.0)

    def coverage(self, count: str, k: float) -> np.ndarray:
        """(n,) from 0 where nothing was measured towards 1."""
        weight = self.players[count] @ YEAR_WEIGHTS
        return weight / (weight + k)


def physics_block(store: Store, player_type: str, players: Histories) -> Block:
    """Column `physics_x` is a player's x less the league's, regressed to 0; two columns hold how much was measured.

    Exit velocity (mean, 90th percentile, on balls in the air; mph), launch angle (degrees), shares of hard-hit balls,
    barrels, sweet spot, balls in the air, pulled, opposite and pulled in the air; the mix of pitches; of pitchers also
    velocity (mph), movement (feet) and spin (rpm) by kind of pitch.

    A row reads the three seasons before its own, weighted 1, 0.75 and 0.5. Raises FileNotFoundError when
    `features.physics_counts` was never written.
    """
    seasons = _seasons_before(players)
    measured = _gathered(read_physics_counts(store, player_type, seasons), players)
    columns = {
        BALLS_KNOWN: measured.coverage("measured", _PRESENCE_K[BALLS_KNOWN]),
        PITCHES_KNOWN: measured.coverage("pitches", _PRESENCE_K[PITCHES_KNOWN]),
    }
    for name, k in BALL_K[player_type].items():
        columns[f"physics_{name}"] = measured.deviation(name, BALL_DENOMINATORS.get(name, "measured"), k)
    columns["physics_high_speed"] = _high_speed(measured, _TAIL_K[player_type])
    for name in _MIX:
        columns[f"physics_{name}"] = measured.deviation(name, "pitches", _MIX_K)
    if player_type == "pitcher":
        for name, count in _FLIGHT.items():
            columns[f"physics_{name}"] = measured.deviation(name, count, _FLIGHT_K)
    return Block("physics", tuple(columns), np.column_stack(list(columns.values())))


def has_physics(block: Block) -> np.ndarray:
    """(n,) whether anything of a player was measured, from a block that holds the two presence columns.

    Raises ValueError for a block without them.
    """
    missing = [name for name in (BALLS_KNOWN, PITCHES_KNOWN) if name not in block.columns]
    if missing:
        raise ValueError(f"Block {block.name} has no {', '.join(missing)}; hand over the one of physics_block")
    known = block.values[:, [block.columns.index(name) for name in (BALLS_KNOWN, PITCHES_KNOWN)]]
    return known.max(axis=1) > 0


def _seasons_before(players: Histories) -> list[int]:
    targets = np.unique(players.season)
    return sorted({int(target) - 1 - back for target in targets for back in range(SEASONS_BACK)})


def _gathered(table: pa.Table, players: Histories) -> _Measured:
    """Sums of each player's three seasons; 0 where he has none. Rows of `table` are ordered by season and player."""
    season = table.column("season").to_numpy().astype(np.int64)
    mlbam_id = table.column("mlbam_id").to_numpy().astype(np.int64)
    past_seasons = players.season[:, None] - np.arange(1, SEASONS_BACK + 1)  # (n, 3)
    at = find_rows(season, mlbam_id, past_seasons, players.mlbam_id[:, None])
    stored_seasons, place = np.unique(season, return_inverse=True)
    season_at = np.searchsorted(stored_seasons, past_seasons)
    is_stored = np.isin(past_seasons, stored_seasons)
    player_sums, league_sums = {}, {}
    for name in table.column_names:
        if name in ("season", "player_type", "mlbam_id"):
            continue
        values = table.column(name).to_numpy().astype(np.float64)
        player_sums[name] = _values_where(values, at, at >= 0)
        league_sums[name] = _values_where(np.bincount(place, values, len(stored_seasons)), season_at, is_stored)
    return _Measured(player_sums, league_sums)


def _values_where(values: np.ndarray, at: np.ndarray, has_row: np.ndarray) -> np.ndarray:
    """`values[at]` where there is a row, else 0."""
    values_at = np.zeros(at.shape)
    values_at[has_row] = values[at[has_row]]
    return values_at


def _ratio(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    return np.divide(total, count, out=np.zeros_like(total), where=count > 0)


def _high_speed(measured: _Measured, k: float) -> np.ndarray:
    """(n,) the 90th percentile of exit velocity less the league's, both read off the shares at seven speeds.

    Below 80 and above 110 mph the percentile is that speed.
    """
    weight = measured.players["measured"] @ YEAR_WEIGHTS
    high = np.zeros(len(weight))
    speeds = np.array(list(_SPEEDS), dtype=np.float64)[::-1]  # from 110 down, so that the shares rise
    weighted_balls = measured.players["measured"] * YEAR_WEIGHTS
    balls = weighted_balls.sum(axis=1)
    league_shares = np.column_stack(
        [
            _ratio((weighted_balls * _ratio(measured.league[name], measured.league["measured"])).sum(axis=1), balls)
            for name in list(_SPEEDS.values())[::-1]
        ]
    )
    player_shares = league_shares + np.column_stack(
        [measured.deviation(name, "measured", k) for name in list(_SPEEDS.values())[::-1]]
    )
    for row in np.flatnonzero(weight > 0):
        high[row] = np.interp(HIGH_SHARE, player_shares[row], speeds) - np.interp(
            HIGH_SHARE, league_shares[row], speeds
        )
    return high
