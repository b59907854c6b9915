"""The words that Level 1 knows, frozen in vocabulary.json: a word's number is part of every trained encoder.

Belongs here: the fields of a token, their words and reserved numbers. Append words at the end of the manifest and
raise its version, never reorder them; a word that is not there becomes UNKNOWN, so that new data cannot break an old
encoder. A `+` at a number's end means it and all greater ones.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MANIFEST = Path(__file__).with_name("vocabulary.json")

NOT_OVER = "not_over"  # what stands on the earlier pitches of a plate appearance where its end is given
NO_BALL = "none"  # no ball in play, so neither its kind nor who fielded it


class VocabularyError(ValueError):
    """The manifest breaks its own rules; the message lists every violation."""


def read_manifest(path: Path) -> tuple[int, dict[str, int], dict[str, tuple[str, ...]]]:
    """Version, reserved ids and words by field. Raises VocabularyError, listing what is wrong."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    reserved, fields = manifest["reserved"], {name: tuple(words) for name, words in manifest["fields"].items()}
    problems = []
    if sorted(reserved.values()) != list(range(len(reserved))) or list(reserved) != ["PAD", "MASK", "UNKNOWN"]:
        problems.append(f"reserved ids {reserved}, expected PAD, MASK and UNKNOWN as 0, 1 and 2")
    for name, words in fields.items():
        twice = sorted({word for word in words if words.count(word) > 1})
        if twice:
            problems.append(f"{name} has {twice} more than once")
        if not words or len(words) + len(reserved) > 256:
            problems.append(f"{name} has {len(words)} words, expected 1 to {256 - len(reserved)}: ids are bytes")
    if problems:
        raise VocabularyError(
            f"{path.name}: {'; '.join(problems)}. Restore the manifest: trained encoders depend on it."
        )
    return int(manifest["version"]), dict(reserved), fields


VERSION, _RESERVED_IDS, WORDS = read_manifest(MANIFEST)

PAD = _RESERVED_IDS["PAD"]  # no token: the rest of a shorter row
MASK = _RESERVED_IDS["MASK"]  # hidden in pre-training; never the same as absent
UNKNOWN = _RESERVED_IDS["UNKNOWN"]  # null, or a word that is not in the vocabulary
RESERVED = len(_RESERVED_IDS)

# The columns of Outings.ids, in order, with the number of ids each may take.
FIELD_SIZES: Mapping[str, int] = {name: RESERVED + len(words) for name, words in WORDS.items()}
FIELDS = tuple(FIELD_SIZES)
# What gives away how a plate appearance went, or how long it was: hidden together, or one betrays the other.
TELLING_FIELDS = ("result", "pitch_type", "balls", "strikes", "outcome", "hit_type", "fielder", "position")
# The state of the game: that of a later plate appearance gives away how an earlier one went.
STATE_FIELDS = ("outs", "bases", "inning")
ENDING_FIELDS = ("outcome", "hit_type", "fielder")  # on a plate appearance's last token; NOT_OVER before it

PHYSICS = (
    "release_speed",
    "release_spin_rate",
    "release_extension",
    "release_pos_x",
    "release_pos_z",
    "pfx_x",
    "pfx_z",
    "plate_x",
    "plate_z",
    "sz_top",
    "sz_bot",
    "spin_axis_sin",
    "spin_axis_cos",
    "bat_speed",
    "swing_length",
    "launch_speed",
    "launch_angle",
    "spray_deg",
    "hit_distance",
)
BATTED_BALL_PHYSICS = ("launch_speed", "launch_angle", "spray_deg", "hit_distance")  # on the last token only
RUNNING_NUMERICS = ("score_difference", "pitch_of_outing")  # as STATE_FIELDS
STATE_NUMERICS = (*RUNNING_NUMERICS, "rest_days")
NUMERICS = (*PHYSICS, *STATE_NUMERICS)


def word_id(field: str, word: str) -> int:
    """The id of a word that the field is known to have. Raises ValueError for another."""
    return RESERVED + WORDS[field].index(word)


def word_ids(words: pa.ChunkedArray, vocabulary: Sequence[str]) -> np.ndarray:
    """The uint8 id of each word; UNKNOWN for null and for words outside the vocabulary."""
    positions = pc.index_in(words, value_set=pa.array(vocabulary, pa.string()))
    ids = pc.fill_null(pc.add(positions, RESERVED), UNKNOWN)
    return ids.to_numpy().astype(np.uint8)


def number_ids(numbers: pa.ChunkedArray, field: str, least: int = 0) -> np.ndarray:
    """The uint8 id of each number of a field whose words count up from `least`; ends are caps, null is UNKNOWN."""
    missing = pc.is_null(numbers).to_numpy(zero_copy_only=False) if numbers.null_count else np.False_
    values = pc.fill_null(pc.cast(numbers, pa.int32()), least).to_numpy()
    ids = RESERVED + np.clip(values - least, 0, len(WORDS[field]) - 1)
    return np.where(missing, UNKNOWN, ids).astype(np.uint8)
