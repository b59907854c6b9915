"""A season with everything drawn: plays, the pitches of every at-bat and the flight of every batted ball.

Belongs here: what the files of both formats share. Not here: either format.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fbm_pipeline.simulated_league import outcomes as o
from fbm_pipeline.simulated_league import talent
from fbm_pipeline.simulated_league.batted_balls import BattedBalls, draw_batted_balls
from fbm_pipeline.simulated_league.pitches import Sequences, draw_sequences
from fbm_pipeline.simulated_league.seasons import Ints, Season

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Record:
    """`at_bat` (plays,) numbers the at-bats of the season; `first` and `last` (at-bats,) are plays.

    An at-bat has a base-running play before its end when `first` and `last` differ; it has no plate appearance at all
    when a runner made the last out.
    """

    season: Season
    at_bat: Ints
    first: Ints
    last: Ints
    stands_left: Flags  # by play
    throws_left: Flags  # by play
    sequences: Sequences  # by at-bat
    balls: BattedBalls  # by play


def draw_record(season: Season, rng: np.random.Generator) -> Record:
    """Draw pitches and batted balls for the plays of a season."""
    plays = season.plays
    n = len(plays["code"])
    starts = np.ones(n, dtype=bool)
    starts[1:] = (np.diff(plays["game"]) != 0) | (np.diff(plays["at_bat"]) != 0)
    at_bat = np.cumsum(starts) - 1
    first = np.flatnonzero(starts)
    last = np.append(first[1:], n) - 1
    stands_left, throws_left = _hands(season)
    effects = np.array([player.effects(season.season) for player in season.players])
    batter, pitcher = plays["batter"], plays["pitcher"]
    lean = effects[batter, talent.SO] + effects[pitcher, talent.SO]
    sequences = draw_sequences(plays["code"][last], (first != last), lean[last], rng)
    wild = plays["code"][first] == o.WILD_PITCH
    sequences.letters[wild, 0] = ord("b")
    hard = np.array([player.exit_velocity for player in season.players])
    power = np.where(plays["hit"] == o.BUNT, 0.0, hard[batter] + 2.0 * effects[pitcher, talent.HR])
    balls = draw_batted_balls(plays["code"], plays["hit"], stands_left, power, rng)
    return Record(season, at_bat, first, last, stands_left, throws_left, sequences, balls)


def _hands(season: Season) -> tuple[Flags, Flags]:
    """Whether the batter stands left and the pitcher throws left; switch hitters take the other side."""
    bats = np.array([player.bats for player in season.players])
    throws = np.array([player.throws for player in season.players])
    batter, pitcher = season.plays["batter"], season.plays["pitcher"]
    throws_left = throws[pitcher] == "L"
    stands_left = np.where(bats[batter] == "B", ~throws_left, bats[batter] == "L")
    return stands_left, throws_left
