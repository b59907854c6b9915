"""The frozen words: nobody reorders them by accident, and every word of the core tables is among them."""

import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pytest

from fbm_pipeline.baseball.events import HIT_TYPES, PITCH_RESULTS, PLATE_APPEARANCE_OUTCOMES
from fbm_pipeline.level1 import vocabulary
from fbm_pipeline.level1.vocabulary import (
    ENDING_FIELDS,
    FIELD_SIZES,
    FIELDS,
    NOT_OVER,
    NUMERICS,
    RESERVED,
    STATE_FIELDS,
    TELLING_FIELDS,
    UNKNOWN,
    WORDS,
    VocabularyError,
    number_ids,
    read_manifest,
    word_id,
    word_ids,
)
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

# A new word at the end of a field changes this with the version; an encoder trained before knows the older ones.
FROZEN = (2, "bec7d65846407a30")


def test_the_words_are_frozen() -> None:
    text = json.dumps({name: list(words) for name, words in WORDS.items()})
    assert (vocabulary.VERSION, hashlib.sha256(text.encode()).hexdigest()[:16]) == FROZEN


def test_the_words_cover_every_word_of_the_core_tables() -> None:
    assert set(WORDS["result"]) == set(PITCH_RESULTS) - {"unknown"}
    assert set(WORDS["outcome"]) == {NOT_OVER, *PLATE_APPEARANCE_OUTCOMES}
    assert set(WORDS["hit_type"]) == {NOT_OVER, "none", *HIT_TYPES}
    assert max(FIELD_SIZES.values()) <= 256  # ids are bytes


def test_reserved_ids_are_three_different_things() -> None:
    assert (vocabulary.PAD, vocabulary.MASK, vocabulary.UNKNOWN) == (0, 1, 2)
    assert vocabulary.RESERVED == 3


def test_groups_of_fields_are_fields() -> None:
    assert {*TELLING_FIELDS, *STATE_FIELDS, *ENDING_FIELDS} <= set(FIELDS)
    assert not set(TELLING_FIELDS) & set(STATE_FIELDS)
    assert len(set(NUMERICS)) == len(NUMERICS)
    for name in ENDING_FIELDS:
        assert word_id(name, NOT_OVER) == RESERVED


def test_unknown_words_and_nulls() -> None:
    ids = word_ids(pa.chunked_array([pa.array(["R", None, "?", "L"])]), WORDS["stand"])
    assert ids.tolist() == [RESERVED + 1, UNKNOWN, UNKNOWN, RESERVED]
    numbers = number_ids(pa.chunked_array([pa.array([0, 9, None, -1], pa.int8())]), "balls")
    assert numbers.tolist() == [RESERVED, RESERVED + 3, UNKNOWN, RESERVED]
    innings = number_ids(pa.chunked_array([pa.array([1, 9, 10, 18], pa.int8())]), "inning", least=1)
    assert [WORDS["inning"][i - RESERVED] for i in innings] == ["1", "9", "10+", "10+"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"reserved": {"PAD": 0, "MASK": 0, "UNKNOWN": 2}}, "reserved ids"),
        ({"fields": {"stand": ["L", "R", "L"]}}, r"stand has \['L'\] more than once"),
        ({"fields": {"stand": []}}, "stand has 0 words"),
        ({"fields": {"stand": [str(i) for i in range(254)]}}, "stand has 254 words"),
    ],
)
def test_a_broken_manifest_is_refused(tmp_path: Path, change: dict, complaint: str) -> None:
    good = {"version": 9, "reserved": {"PAD": 0, "MASK": 1, "UNKNOWN": 2}, "fields": {"stand": ["L", "R"]}}
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(good), encoding="utf-8")
    assert read_manifest(file) == (9, good["reserved"], {"stand": ("L", "R")})
    file.write_text(json.dumps(good | change), encoding="utf-8")
    with pytest.raises(VocabularyError, match=complaint):
        read_manifest(file)


@pytest.mark.real
def test_every_letter_of_a_real_season_is_known(real_data: Path) -> None:
    from fbm_pipeline.baseball.events import RETROSHEET_PITCHES

    with session(Store(real_data / "nowhere", TABLES)) as connection:
        letters = connection.execute(
            "select distinct unnest(string_split(regexp_replace(pitches, '[^A-MO-Z]', '', 'g'), '')) "
            "from read_parquet($file) where pa = 1",
            {"file": str(real_data / "retrosheet" / "plays_2016.parquet")},
        ).fetchall()
    words = {RETROSHEET_PITCHES[letter] for (letter,) in letters if letter}
    assert words - {"unknown"} <= set(WORDS["result"])
    assert len(words) > 8
