"""Physics of single pitches: velocity, movement, release, location, for a whole season at once.

Belongs here: numbers per pitch. Not here: which pitch a pitcher owns (`arsenals`) or the file's columns.
"""

import numpy as np
from numpy.typing import NDArray

from fbm_pipeline.simulated_league.arsenals import Arsenals
from fbm_pipeline.simulated_league.pitches import BALLS

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


def draw_physics(
    arsenals: Arsenals, pitcher: Ints, letters: NDArray[np.uint8], tops: Array, bottoms: Array, rng: np.random.Generator
) -> dict[str, Array]:
    """Savant's physics columns (and `kind`, a position in PITCH_TYPES) per pitch.

    `pitcher` (n,) are positions in the season's players; `tops` and `bottoms` (n,) the batter's strike zone in feet.
    """
    n = len(pitcher)
    slot = (rng.random((n, 1)) > arsenals.cumulative_use[pitcher]).sum(axis=1)
    slot = np.minimum(slot, arsenals.kind.shape[1] - 1)
    at = (pitcher, slot)
    speed = arsenals.speed[at] + rng.normal(0.0, 0.9, n)
    pfx_x = arsenals.pfx_x[at] + rng.normal(0.0, 0.22, n)
    pfx_z = arsenals.pfx_z[at] + rng.normal(0.0, 0.20, n)
    release = arsenals.release[pitcher]
    extension, release_x, release_z = (release + rng.normal(0.0, 1.0, (n, 3)) * [0.12, 0.08, 0.12]).T[[2, 0, 1]]
    plate_x, plate_z = _location(letters, tops, bottoms, rng)
    columns = {
        "kind": arsenals.kind[at].astype(float),
        "release_speed": np.round(speed, 1),
        "release_spin_rate": np.round(arsenals.spin[at] + rng.normal(0.0, 70.0, n)),
        "release_extension": np.round(extension, 1),
        "release_pos_x": np.round(release_x, 2),
        "release_pos_z": np.round(release_z, 2),
        "spin_axis": np.round(arsenals.axis[at] + rng.normal(0.0, 6.0, n)) % 360.0,
        "pfx_x": np.round(pfx_x, 2),
        "pfx_z": np.round(pfx_z, 2),
        "plate_x": np.round(plate_x, 2),
        "plate_z": np.round(plate_z, 2),
        "sz_top": np.round(tops, 2),
        "sz_bot": np.round(bottoms, 2),
        "zone": _zone(plate_x, plate_z, tops, bottoms),
    }
    return columns | _flight(speed, extension, release_x, release_z, pfx_x, pfx_z, plate_x, plate_z)


def _location(letters: NDArray[np.uint8], tops: Array, bottoms: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Where pitches cross the plate: called strikes inside the zone, balls outside it, the rest around it."""
    n = len(letters)
    middle, half = (tops + bottoms) / 2.0, (tops - bottoms) / 2.0
    x, z = rng.normal(0.0, 0.62, n), rng.normal(-0.1, 0.62, n)
    called = letters == ord("C")
    x = np.where(called, rng.uniform(-0.86, 0.86, n), x)
    z = np.where(called, rng.uniform(-1.0, 1.0, n), z)
    wide = np.isin(letters, BALLS)
    angle, reach = rng.uniform(0.0, 2.0 * np.pi, n), 1.15 + rng.gamma(1.6, 0.35, n)
    # A square pushed outwards: every ball misses the zone on at least one side.
    edge = np.maximum(np.abs(np.cos(angle)), np.abs(np.sin(angle)))
    x = np.where(wide, 0.83 * reach * np.cos(angle) / edge, x)
    z = np.where(wide, reach * np.sin(angle) / edge, z)
    blocked = np.isin(letters, np.frombuffer(b"bw", dtype=np.uint8))
    z = np.where(blocked, -2.2 - 0.4 * rng.random(n), z)
    return x, middle + half * z


def _zone(plate_x: Array, plate_z: Array, tops: Array, bottoms: Array) -> Array:
    """Savant's zones: 1-9 by thirds of the strike zone, 11-14 by quarters outside it."""
    inside = (np.abs(plate_x) <= 0.83) & (plate_z <= tops) & (plate_z >= bottoms)
    column = np.clip(((plate_x + 0.83) / (2.0 * 0.83) * 3.0).astype(int), 0, 2)
    row = np.clip(((tops - plate_z) / (tops - bottoms) * 3.0).astype(int), 0, 2)
    low = plate_z < (tops + bottoms) / 2.0
    outside = 11 + (plate_x > 0) + 2 * low
    return np.where(inside, 1 + column + 3 * row, outside).astype(float)


def _flight(
    speed: Array,
    extension: Array,
    release_x: Array,
    release_z: Array,
    pfx_x: Array,
    pfx_z: Array,
    plate_x: Array,
    plate_z: Array,
) -> dict[str, Array]:
    """Velocity at fifty feet and acceleration that carry the ball from the hand to where it crossed the plate."""
    toward = speed * 1.467
    drag = 0.0015 * toward**2
    time = (60.5 - extension - 1.4) / (toward * 0.95)
    ax = 2.0 * pfx_x / time**2
    az = 2.0 * pfx_z / time**2 - 32.17
    return {
        "vx0": (plate_x - release_x) / time - 0.5 * ax * time,
        "vy0": -toward * 0.995,
        "vz0": (plate_z - release_z) / time - 0.5 * az * time,
        "ax": ax,
        "ay": drag,
        "az": az,
    }
