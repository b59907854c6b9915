"""Batted balls: kind, where they went, exit velocity, launch angle and spray, for a whole season at once.

Belongs here: what happens to the ball after contact. Not here: the pitch before it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fbm_pipeline.simulated_league import outcomes as o

Ints = NDArray[np.int64]
Array = NDArray[Any]

# Degrees from the left-field line of the ball hit to each fielder; 45 is centre field.
_BEARING = np.array([45.0, 45.0, 45.0, 78.0, 60.0, 12.0, 31.0, 17.0, 45.0, 73.0])
# Mean and standard deviation of exit velocity and launch angle by kind of batted ball.
_SPEED = np.array([0.0, 85.5, 92.5, 90.5, 77.0, 40.0])
_SPEED_SD = np.array([1.0, 12.0, 10.0, 8.5, 10.0, 10.0])
_ANGLE = np.array([0.0, -12.0, 16.5, 37.0, 66.0, -40.0])
_ANGLE_SD = np.array([1.0, 12.0, 5.5, 7.5, 8.0, 14.0])
_FEET = np.array([0.0, 110.0, 240.0, 310.0, 150.0, 35.0])


@dataclass(frozen=True)
class BattedBalls:
    """Arrays (plays,); `hit` is 0 and the physics NaN where no ball was put in play."""

    hit: Ints
    fielder: Ints  # 1-9
    launch_speed: Array  # miles an hour
    launch_angle: Array  # degrees
    bearing: Array  # degrees from the left-field line
    spray: Array  # degrees from the batter's pull-side line
    distance: Array  # feet


def draw_batted_balls(
    codes: Ints, hit: Ints, stands_left: NDArray[np.bool_], power: Array, rng: np.random.Generator
) -> BattedBalls:
    """One batted ball per play. `hit` (n,) is the kind where the game has decided it, `power` (n,) what batter and
    pitcher add to exit velocity in miles an hour."""
    n = len(codes)
    hit = _kinds(codes, hit, rng)
    fielder = _fielders(codes, hit, rng)
    in_play = hit > 0
    better = np.select([codes == o.HOME_RUN, codes == o.DOUBLE, codes == o.TRIPLE], [11.5, 4.0, 5.0], 0.0)
    better = better + np.where((codes == o.SINGLE) & (hit == o.GROUND), 4.0, 0.0)
    speed = _SPEED[hit] + better + power + _SPEED_SD[hit] * _noise(codes, rng)
    angle = _ANGLE[hit] + _ANGLE_SD[hit] * rng.standard_normal(n)
    angle = np.where(codes == o.HOME_RUN, rng.normal(29.0, 4.0, n), angle)
    # The pull side is where ground balls go; the bearing is the field's, the spray the batter's.
    pulled = np.where(stands_left, 7.0, -7.0) * (hit == o.GROUND)
    bearing = np.clip(_BEARING[fielder] + pulled + 8.0 * rng.standard_normal(n), -15.0, 105.0)
    distance = np.maximum(
        _FEET[hit] + 1.6 * better * 10.0 * (hit > o.GROUND) / 2.0 + 25.0 * rng.standard_normal(n), 3.0
    )
    through = np.isin(codes, (o.SINGLE, o.DOUBLE)) & (hit == o.GROUND)
    distance = distance + 90.0 * through
    distance = np.where(codes == o.HOME_RUN, np.maximum(distance, 340.0), distance)
    missing = np.where(in_play, 0.0, np.nan)
    return BattedBalls(
        hit=hit,
        fielder=fielder,
        launch_speed=np.round(np.clip(speed, 15.0, 120.0), 1) + missing,
        launch_angle=np.round(np.clip(angle, -85.0, 88.0)) + missing,
        bearing=bearing + missing,
        spray=np.where(stands_left, 90.0 - bearing, bearing) + missing,
        distance=np.round(distance) + missing,
    )


def _noise(codes: Ints, rng: np.random.Generator) -> Array:
    noise = rng.standard_normal(len(codes))
    return np.where(codes == o.HOME_RUN, 0.4 * noise, noise)


def _kinds(codes: Ints, hit: Ints, rng: np.random.Generator) -> Ints:
    """The kind of batted ball of the hits; outs have one already."""
    draw = rng.random(len(codes))
    single = np.select([draw < 0.46, draw < 0.94, draw < 0.99], [o.GROUND, o.LINE, o.FLY], o.POP)
    double = np.select([draw < 0.14, draw < 0.78], [o.GROUND, o.LINE], o.FLY)
    triple = np.where(draw < 0.6, o.LINE, o.FLY)
    homer = np.where(draw < 0.08, o.LINE, o.FLY)
    chosen = [codes == o.SINGLE, codes == o.DOUBLE, codes == o.TRIPLE, codes == o.HOME_RUN]
    return np.select(chosen, [single, double, triple, homer], hit)


def _fielders(codes: Ints, hit: Ints, rng: np.random.Generator) -> Ints:
    draw = rng.random(len(codes))
    infield = np.select([draw < 0.06, draw < 0.22, draw < 0.48, draw < 0.70], [1, 3, 4, 5], 6)
    outfield = np.select([draw < 0.32, draw < 0.68], [7, 8], 9)
    to_infield = (hit == o.GROUND) | (hit == o.POP) | ((hit == o.LINE) & (draw * 7 % 1 < 0.3))
    to_infield |= codes == o.DOUBLE_PLAY
    to_infield &= ~np.isin(codes, (o.SINGLE, o.DOUBLE, o.TRIPLE, o.HOME_RUN, o.SAC_FLY)) | (hit == o.GROUND)
    fielder = np.where(to_infield, infield, outfield)
    # A double play or a force at second does not start at first base here: the text names another fielder there.
    forced = np.isin(codes, (o.GROUNDED_INTO_DOUBLE_PLAY, o.FORCE_OUT, o.DOUBLE_PLAY))
    fielder = np.where(forced & (fielder == 3), 6, fielder)
    return np.where(hit == o.BUNT, np.where(draw < 0.5, 1, 5), fielder)
