"""Pitch sequences that agree with how the plate appearance ended, for a whole season at once.

Belongs here: letters and counts. Not here: how a pitch moves (`pitch_physics`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fbm_pipeline.simulated_league import outcomes as o

Letters = NDArray[np.uint8]
_BALLS, _STRIKES, _FOULS = 3, 2, 6
WIDTH = _BALLS + _STRIKES + _FOULS + 1

# Letters as Retrosheet writes them; b and w are a ball and a missed swing that the catcher had to block.
BALLS = np.frombuffer(b"BbV", dtype=np.uint8)
STRIKES = np.frombuffer(b"CSwFLMT", dtype=np.uint8)


@dataclass(frozen=True)
class Sequences:
    """`letters` (at-bats, WIDTH), padded with zeros on the right; `length` (at-bats,)."""

    letters: Letters
    length: NDArray[np.int64]

    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Balls and strikes before each pitch, both (at-bats, WIDTH)."""
        is_ball: NDArray[np.bool_] = np.isin(self.letters, BALLS)
        is_strike: NDArray[np.bool_] = np.isin(self.letters, STRIKES)
        balls: NDArray[np.int64] = np.cumsum(is_ball, axis=1) - is_ball
        strikes = np.minimum(np.cumsum(is_strike, axis=1) - is_strike, 2)
        return balls, strikes


def draw_sequences(
    codes: NDArray[np.int64], moved: NDArray[np.bool_], lean: NDArray[np.float64], rng: np.random.Generator
) -> Sequences:
    """One sequence per at-bat.

    `codes` (n,) is how it ended; `moved` marks at-bats whose first pitch is a ball on which a runner went;
    `lean` (n,) is the log-odds by which batter and pitcher tend to strikeouts, which makes for missed swings.
    """
    n = len(codes)
    balls, strikes = _balls_and_strikes(codes, moved, rng)
    is_wide = codes == o.INTENT_WALK
    cut_short = ~o.IS_PLATE_APPEARANCE[codes]
    balls = np.where(cut_short, 0, balls)
    strikes = np.where(cut_short, 0, strikes)
    fouls = np.where(strikes == 2, np.minimum(rng.geometric(0.66, n) - 1, _FOULS), 0)
    keys = np.full((n, WIDTH), np.inf)
    letters = np.zeros((n, WIDTH), dtype=np.uint8)
    ball_keys = rng.random((n, _BALLS))
    ball_keys[:, 0] = np.where(moved, -1.0, ball_keys[:, 0])
    strike_keys = rng.random((n, _STRIKES))
    last_strike = strike_keys.max(axis=1, keepdims=True)
    foul_keys = last_strike + (1.0 - last_strike) * rng.random((n, _FOULS))
    places = [(0, balls, ball_keys), (_BALLS, strikes, strike_keys), (_BALLS + _STRIKES, fouls, foul_keys)]
    for start, wanted, drawn in places:
        width = drawn.shape[1]
        used = np.arange(width) < wanted[:, None]
        keys[:, start : start + width] = np.where(used, drawn, np.inf)
    letters[:, :_BALLS] = _ball_letters((n, _BALLS), rng)
    letters[:, :_BALLS] = np.where(is_wide[:, None], ord("V"), letters[:, :_BALLS])
    letters[:, _BALLS : _BALLS + _STRIKES] = _strike_letters(codes, lean, rng)
    letters[:, _BALLS + _STRIKES : -1] = ord("F")
    letters[:, -1] = _final_letters(codes, lean, rng)
    keys[:, -1] = 2.0
    order = np.argsort(keys, axis=1, kind="stable")
    length = balls + strikes + fouls + 1
    sorted_letters = np.take_along_axis(letters, order, axis=1)
    sorted_letters[np.arange(WIDTH) >= length[:, None]] = 0
    return Sequences(sorted_letters, length)


def _balls_and_strikes(
    codes: NDArray[np.int64], moved: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    n = len(codes)
    is_strikeout = o.flag("k")[codes] == 1
    is_walk = o.flag("walk")[codes] == 1
    is_wide = codes == o.INTENT_WALK
    usual = rng.choice(4, n, p=[0.33, 0.31, 0.22, 0.14])
    deep = rng.choice(4, n, p=[0.18, 0.30, 0.31, 0.21])
    balls = np.where(is_walk, 3, np.where(is_strikeout, deep, usual))
    balls = np.where(moved & (balls == 0), 1, balls)
    strikes = np.where(is_strikeout, 2, np.where(is_wide, 0, rng.choice(3, n, p=[0.34, 0.32, 0.34])))
    return balls, strikes


def _ball_letters(shape: tuple[int, ...], rng: np.random.Generator) -> Letters:
    return np.where(rng.random(shape) < 0.06, ord("b"), ord("B")).astype(np.uint8)


def _strike_letters(codes: NDArray[np.int64], lean: NDArray[np.float64], rng: np.random.Generator) -> Letters:
    n = len(codes)
    missed = np.clip(0.24 * np.exp(0.7 * lean), 0.05, 0.6)[:, None]
    draw = rng.random((n, _STRIKES))
    letters = np.full((n, _STRIKES), ord("F"), dtype=np.uint8)
    letters[draw < missed + (1.0 - missed) * 0.48] = ord("C")
    letters[draw < missed] = ord("S")
    letters[draw < 0.05 * missed] = ord("w")
    bunting = (codes == o.SAC_BUNT)[:, None]
    letters = np.where(bunting & (draw < 0.7), ord("L"), letters)
    return np.where(bunting & (draw < 0.1), ord("M"), letters).astype(np.uint8)


def _final_letters(codes: NDArray[np.int64], lean: NDArray[np.float64], rng: np.random.Generator) -> Letters:
    n = len(codes)
    draw = rng.random(n)
    letters = np.full(n, ord("X"), dtype=np.uint8)
    swung = np.clip(0.70 + 0.1 * lean, 0.5, 0.9)
    strikeout = np.select(
        [draw < 0.003, draw < 0.07, draw < swung, draw < swung + 0.06],
        [ord("L"), ord("w"), ord("S"), ord("T")],
        ord("C"),
    )
    letters = np.where(o.flag("k")[codes] == 1, strikeout, letters)
    balls = _ball_letters((n,), rng)
    letters = np.where((codes == o.WALK) | ~o.IS_PLATE_APPEARANCE[codes], balls, letters)
    letters = np.where(codes == o.INTENT_WALK, ord("V"), letters)
    return np.where(codes == o.HIT_BY_PITCH, ord("H"), letters).astype(np.uint8)
