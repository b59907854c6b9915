"""What a pitch or a plate appearance is decoded into: the heads, their closed classes and the contexts they stand in.

Belongs here: words and their numbers, frozen as part of every trained decoder. Not here: how cells are counted
(`meetings`) or what is learned of them (`model.pitch_decoder`).

The heads of a plate appearance follow each other, each given the one before: the pitch's result given the count, the
hit type given a ball in play, its direction given the type, where it landed given both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

BALLS, STRIKES, HANDS = 4, 3, 4  # hands: R against R, R against L, L against R, L against L (stand, throws)

# A class of each result; what nobody threw, or threw wide on purpose, is not decoded.
RESULT_CLASSES: Mapping[str, str] = {
    "ball": "ball",
    "called_strike": "called_strike",
    "swinging_strike": "whiff",
    "foul_tip": "whiff",
    "foul": "foul",
    "in_play": "in_play",
    "hit_by_pitch": "hit_by_pitch",
    "foul_bunt": "bunt",
    "missed_bunt": "bunt",
    "bunt_foul_tip": "bunt",
}
OUT = "out"
OUTCOME_CLASSES: Mapping[str, str] = {
    "strikeout": "strikeout",
    "strikeout_double_play": "strikeout",
    "walk": "walk",
    "hit_by_pitch": "hit_by_pitch",
    "single": "single",
    "double": "double",
    "triple": "triple",
    "home_run": "home_run",
    **dict.fromkeys(
        (
            "field_out",
            "force_out",
            "grounded_into_double_play",
            "double_play",
            "triple_play",
            "fielders_choice",
            "fielders_choice_out",
            "field_error",
            "sac_fly",
            "sac_fly_double_play",
        ),
        OUT,
    ),
}
PITCH_GROUPS: Mapping[str, str] = {
    "FF": "four_seam",
    "FA": "four_seam",
    "SI": "sinker",
    "FT": "sinker",
    "FC": "cutter",
    "SL": "slider",
    "ST": "slider",
    "SV": "slider",
    "CU": "curve",
    "KC": "curve",
    "CS": "curve",
    "CH": "change",
    "FS": "change",
    "FO": "change",
    "SC": "change",
    "KN": "other",
    "EP": "other",
}
HIT_TYPES = ("ground_ball", "line_drive", "fly_ball", "popup")
DIRECTIONS = ("pulled", "middle", "opposite")
HARD_GROUPS = ("four_seam", "sinker", "cutter")


@dataclass(frozen=True)
class Head:
    """One categorical of `classes` in one of `contexts`; contexts of one group share their players' loadings."""

    name: str
    classes: tuple[str, ...]
    groups: tuple[str, ...]
    group_of: np.ndarray  # (contexts,) int64
    parks: bool = False  # whether the park bends it

    @property
    def contexts(self) -> int:
        return len(self.group_of)


def _same_hand() -> np.ndarray:
    return np.array([1, 0, 0, 1])  # by number of the hands


def _head(name: str, classes: tuple[str, ...], outer: tuple[str, ...], parks: bool = False) -> Head:
    """Contexts: each outer one by the four hands; groups: each outer one by the same or the other hand."""
    groups = tuple(f"{word} {side}".strip() for word in outer for side in ("other hand", "same hand"))
    group_of = (2 * np.arange(len(outer))[:, None] + _same_hand()).ravel()
    return Head(name, classes, groups, group_of.astype(np.int64), parks)


def _classes(words: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words.values()))


COUNTS = tuple(f"{balls}-{strikes}" for balls in range(BALLS) for strikes in range(STRIKES))
LANDINGS = (OUT, "single", "double", "triple", "home_run")
SPEED_STEPS = 8  # of 3 mph: below 80, ..., 98 and more
PLACES = tuple(f"{height} {across}" for height in ("below", "low", "high", "above") for across in ("in", "over", "out"))

HEADS: Mapping[str, Head] = {
    head.name: head
    for head in (
        _head("pitch", _classes(RESULT_CLASSES), COUNTS),
        _head("outcome", _classes(OUTCOME_CLASSES), ("first time", "second time", "later"), parks=True),
        _head("hit_type", HIT_TYPES, ("",)),
        _head("direction", DIRECTIONS, HIT_TYPES),
        Head(
            "landing",
            LANDINGS,
            tuple(f"{kind} {side}" for kind in HIT_TYPES for side in DIRECTIONS),
            np.arange(len(HIT_TYPES) * len(DIRECTIONS)),
            parks=True,
        ),
        _head("pitch_type", _classes(PITCH_GROUPS), ("no strike", "one strike", "two strikes")),
        Head(
            "speed",
            tuple(f"{77 + 3 * step} mph" for step in range(SPEED_STEPS)),
            ("hard", "soft"),
            np.arange(2),
        ),
        _head("place", PLACES, ("no strike", "one strike", "two strikes")),
    )
}
