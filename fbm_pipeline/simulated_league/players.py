"""Players: who they are, what they can do at an age, and how new ones are drawn.

Belongs here: one player. Not here: which club he plays for (`careers`).
"""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fbm_pipeline.simulated_league import talent
from fbm_pipeline.simulated_league.names import Identity, Registrar


@dataclass(eq=False)
class Player:
    """One player's whole career; `drift` and `debut` change as seasons pass."""

    identity: Identity
    is_pitcher: bool
    bats: str
    throws: str
    birth: dt.date
    height: int  # inches
    weight: int  # pounds
    skills: NDArray[np.float64]  # log-odds (7,) at 27
    platoon: float  # 1 is the average split
    ground: float  # share of a batter's outs in play on the ground
    speed: float  # standard deviations
    exit_velocity: float  # miles an hour above the league's
    velocity: float  # a pitcher's fastball at 27, miles an hour
    arsenal_seed: int
    position: str = ""
    drift: NDArray[np.float64] = field(default_factory=lambda: np.zeros(7))
    debut: dt.date | None = None
    last_game: dt.date | None = None
    minor_seasons: int = 0

    def age(self, season: int) -> float:
        """Age in years on 30 June."""
        return (dt.date(season, 6, 30) - self.birth).days / 365.25

    def effects(self, season: int) -> NDArray[np.float64]:
        """True log-odds (7,) in a season, above the league's."""
        return self.skills + self.drift + talent.aging(self.age(season), self.is_pitcher)

    def fastball(self, season: int) -> float:
        """Fastball velocity in a season: it goes down with age."""
        return self.velocity - 0.18 * max(self.age(season) - 26.0, 0.0)

    def value(self, season: int) -> float:
        """Runs per plate appearance for his own side; higher is better for both kinds of players."""
        runs = talent.run_value(self.effects(season))
        return -runs if self.is_pitcher else runs


def draw_player(registrar: Registrar, rng: np.random.Generator, *, season: int, age: float, is_pitcher: bool) -> Player:
    """A new player of about `age` in `season`."""
    skills = talent.draw_pitcher_skills(rng) if is_pitcher else talent.draw_batter_skills(rng)
    bats, throws = _hands(rng, is_pitcher)
    birth = dt.date(season, 6, 30) - dt.timedelta(days=int(age * 365.25))
    power = skills[talent.HR] / talent.BATTER_SD[talent.HR]
    stuff = skills[talent.SO] / talent.PITCHER_SD[talent.SO]
    quick = skills[talent.TRIPLE] / talent.BATTER_SD[talent.TRIPLE]
    return Player(
        identity=registrar.enrol(),
        is_pitcher=is_pitcher,
        bats=bats,
        throws=throws,
        birth=birth,
        height=int(np.clip(rng.normal(74.0 if is_pitcher else 72.5, 2.0), 66, 81)),
        weight=int(np.clip(rng.normal(205.0, 18.0), 160, 275)),
        skills=skills,
        platoon=float(rng.normal(1.0, 0.35)),
        ground=float(np.clip(rng.normal(0.46 - 0.02 * power, 0.05), 0.25, 0.65)),
        speed=float(0.8 * quick + 0.6 * rng.standard_normal()),
        exit_velocity=float(2.0 * power + 1.0 * rng.standard_normal()),
        velocity=float(93.8 + 1.7 * stuff + 1.3 * rng.standard_normal()),
        arsenal_seed=int(rng.integers(0, 2**31)),
    )


def _hands(rng: np.random.Generator, is_pitcher: bool) -> tuple[str, str]:
    throws = "L" if rng.random() < (0.28 if is_pitcher else 0.10) else "R"
    draw = rng.random()
    if is_pitcher:
        return (throws if draw < 0.85 else "R"), throws
    if throws == "L":
        return ("L" if draw < 0.90 else "R"), throws
    return ("B" if draw < 0.13 else "L" if draw < 0.40 else "R"), throws
