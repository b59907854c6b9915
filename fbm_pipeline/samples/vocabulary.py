"""The words that Level 1 knows, frozen: a word's number is part of every trained encoder.

Belongs here: the fields of a token, their words and reserved numbers. Append words, never reorder them; a word that
is not here becomes UNKNOWN, so that new data cannot break an old encoder.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PAD = 0  # no token: the rest of a shorter row
MASK = 1  # hidden in pre-training; never the same as absent
UNKNOWN = 2  # null, or a word that is not in the vocabulary
RESERVED = 3

# baseball.events names the same words; `unknown` among them is UNKNOWN here.
RESULTS = (
    "ball", "called_strike", "swinging_strike", "foul", "foul_tip", "foul_bunt", "missed_bunt", "bunt_foul_tip",
    "in_play", "hit_by_pitch", "pitchout", "intentional_ball", "automatic_ball", "automatic_strike",
    "strike_unknown",
)  # fmt: skip
PITCH_TYPES = (
    "FF", "SI", "FC", "SL", "ST", "SV", "CU", "KC", "CS", "CH", "FS", "FO", "SC", "KN", "EP", "FA", "FT", "IN",
    "PO", "AB", "UN",
)  # fmt: skip
OUTCOMES = (
    "single", "double", "triple", "home_run", "strikeout", "strikeout_double_play", "walk", "intentional_walk",
    "hit_by_pitch", "field_out", "force_out", "grounded_into_double_play", "double_play", "triple_play",
    "fielders_choice", "fielders_choice_out", "field_error", "sac_fly", "sac_fly_double_play", "sac_bunt",
    "sac_bunt_double_play", "catcher_interference",
)  # fmt: skip
HIT_TYPES = ("none", "ground_ball", "line_drive", "fly_ball", "popup")  # none: no ball in play, or not recorded
HANDS = ("L", "R", "S")

MOST_BALLS = 4
MOST_STRIKES = 3
MOST_PITCHES = 16  # pitches of a plate appearance that have a position of their own
MOST_PLATE_APPEARANCES = 48  # plate appearances of an outing that have an order of their own

# The columns of Outings.ids, in order, with the number of ids each may take.
FIELD_SIZES = {
    "result": RESERVED + len(RESULTS),
    "pitch_type": RESERVED + len(PITCH_TYPES),
    "balls": RESERVED + MOST_BALLS + 1,
    "strikes": RESERVED + MOST_STRIKES + 1,
    "stand": RESERVED + len(HANDS),
    "throws": RESERVED + len(HANDS),
    "outcome": RESERVED + len(OUTCOMES),
    "hit_type": RESERVED + len(HIT_TYPES),
    "position": RESERVED + MOST_PITCHES,
    "order": RESERVED + MOST_PLATE_APPEARANCES,
}
FIELDS = tuple(FIELD_SIZES)
# What tells how a plate appearance went, or how long it was: hidden together, or one betrays the other.
TELLING_FIELDS = ("result", "pitch_type", "balls", "strikes", "outcome", "hit_type")

NUMERICS = (
    "release_speed", "release_spin_rate", "release_extension", "pfx_x", "pfx_z", "plate_x", "plate_z",
    "launch_speed", "launch_angle", "spray_deg",
)  # fmt: skip


def word_ids(words: pa.ChunkedArray, vocabulary: Sequence[str]) -> np.ndarray:
    """The uint8 id of each word; UNKNOWN for null and for words outside the vocabulary."""
    found = pc.index_in(words, value_set=pa.array(vocabulary, pa.string()))
    ids = pc.fill_null(pc.add(found, RESERVED), UNKNOWN)
    return ids.to_numpy().astype(np.uint8)


def number_ids(numbers: pa.ChunkedArray, most: int) -> np.ndarray:
    """The uint8 id of each small number, capped at `most`; UNKNOWN for null."""
    least = pc.max_element_wise(pc.cast(numbers, pa.int32()), 0, skip_nulls=False)
    capped = pc.min_element_wise(least, most, skip_nulls=False)
    return pc.fill_null(pc.add(capped, RESERVED), UNKNOWN).to_numpy().astype(np.uint8)
