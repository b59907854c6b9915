"""Arsenals: the two to five kinds of pitches that each pitcher throws, and how they move.

Belongs here: a pitcher's means in one season. Not here: single pitches (`pitch_physics`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fbm_pipeline.simulated_league import talent
from fbm_pipeline.simulated_league.players import Player

Array = NDArray[np.float64]

PITCH_TYPES = np.array(["FF", "SI", "SL", "CH", "CU", "FC", "ST", "FS"])
SLOTS = 5
# Velocity below the fastball (mph), horizontal and vertical movement (feet; a right-hander's, catcher's view),
# spin (rpm), spin axis (degrees) and how often a pitcher has the pitch.
_KINDS = np.array(
    [
        [0.0, -0.60, 1.32, 2300.0, 213.0, 1.00],
        [0.8, -1.22, 0.64, 2150.0, 224.0, 0.45],
        [8.6, 0.47, 0.13, 2450.0, 110.0, 0.62],
        [8.7, -1.19, 0.45, 1790.0, 238.0, 0.55],
        [14.4, 0.80, -0.76, 2560.0, 44.0, 0.40],
        [4.6, 0.22, 0.67, 2400.0, 181.0, 0.25],
        [12.3, 1.17, 0.16, 2560.0, 69.0, 0.22],
        [7.4, -0.90, 0.22, 1300.0, 242.0, 0.12],
    ]
)
_USE = np.array([0.42, 0.30, 0.26, 0.18, 0.16, 0.16, 0.20, 0.16])


@dataclass(frozen=True)
class Arsenals:
    """Means by pitcher and slot, (players, SLOTS); slots beyond a pitcher's repertoire have no share of the use."""

    kind: NDArray[np.int64]  # position in PITCH_TYPES
    cumulative_use: Array
    speed: Array
    pfx_x: Array
    pfx_z: Array
    spin: Array
    axis: Array
    release: Array  # (players, 3): x and z of the release and extension, feet


def season_arsenals(players: list[Player], season: int) -> Arsenals:
    """Arsenals of all players of a season; batters get one too, which is never used.

    The repertoire is a pitcher's own for his whole career; velocity comes from his age.
    """
    rows = [_arsenal(player, season) for player in players]
    stacked = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return Arsenals(
        kind=stacked["kind"].astype(np.int64),
        cumulative_use=np.cumsum(stacked["use"], axis=1),
        **{name: stacked[name] for name in ("speed", "pfx_x", "pfx_z", "spin", "axis", "release")},
    )


def _arsenal(player: Player, season: int) -> dict[str, Array]:
    rng = np.random.default_rng(player.arsenal_seed)
    kinds = np.flatnonzero(rng.random(len(_KINDS)) < _KINDS[:, 5])[:SLOTS]
    if len(kinds) < 2:
        kinds = np.array([0, 2])
    noise = rng.standard_normal((len(kinds), 5))
    stuff = player.skills[talent.SO] / talent.PITCHER_SD[talent.SO]
    means = _KINDS[kinds]
    side = 1.0 if player.throws == "R" else -1.0
    use = _USE[kinds] * np.exp(0.3 * noise[:, 0])
    row = {
        "kind": kinds.astype(float),
        "use": use / use.sum(),
        "speed": player.fastball(season) - means[:, 0] + 0.9 * noise[:, 1] * (kinds > 0),
        "pfx_x": side * (means[:, 1] + 0.18 * noise[:, 2]),
        "pfx_z": means[:, 2] + 0.16 * noise[:, 3] + 0.06 * stuff * (kinds == 0),
        "spin": means[:, 3] + 120.0 * noise[:, 4] + 50.0 * stuff,
        "axis": means[:, 4] if side > 0 else 360.0 - means[:, 4],
    }
    padded = {name: np.pad(values, (0, SLOTS - len(kinds))) for name, values in row.items()}
    padded["release"] = np.array([-side * rng.normal(1.9, 0.5), rng.normal(5.8, 0.35), rng.normal(6.4, 0.35)])
    return padded
