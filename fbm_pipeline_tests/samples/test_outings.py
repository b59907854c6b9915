"""Outings: every plate appearance once and in the keys' order, its own pitches in order, nothing that tells who."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.baseball.events import HIT_TYPES, PITCH_RESULTS, PLATE_APPEARANCE_OUTCOMES
from fbm_pipeline.samples import vocabulary
from fbm_pipeline.samples.outing_batches import LONGEST, arrange, collate, groups
from fbm_pipeline.samples.outings import Outings, concatenate, load_outings
from fbm_pipeline.samples.vocabulary import FIELDS, NUMERICS, RESERVED, UNKNOWN
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.samples.tiny_outings import outings_of

RESULT, POSITION, ORDER = (FIELDS.index(name) for name in ("result", "position", "order"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Outings]:
    store = Store(tmp_path_factory.mktemp("outings") / "store", ALL_CONTRACTS)
    return store, outings_of(store, 2022, physics=True)


def test_vocabulary_covers_every_word_of_the_core_tables() -> None:
    assert set(vocabulary.RESULTS) == set(PITCH_RESULTS) - {"unknown"}
    assert set(vocabulary.OUTCOMES) == set(PLATE_APPEARANCE_OUTCOMES)
    assert set(vocabulary.HIT_TYPES) == {"none", *HIT_TYPES}
    assert max(vocabulary.FIELD_SIZES.values()) < 256  # ids are bytes


def test_reserved_ids_are_three_different_things() -> None:
    assert (vocabulary.PAD, vocabulary.MASK, vocabulary.UNKNOWN) == (0, 1, 2)
    assert vocabulary.RESERVED == 3


def test_word_ids_unknown_words_and_nulls() -> None:
    ids = vocabulary.word_ids(pa.chunked_array([pa.array(["R", None, "?", "L"])]), vocabulary.HANDS)
    assert ids.tolist() == [RESERVED + 1, UNKNOWN, UNKNOWN, RESERVED]
    numbers = vocabulary.number_ids(pa.chunked_array([pa.array([0, 9, None, -1], pa.int8())]), 4)
    assert numbers.tolist() == [RESERVED, RESERVED + 4, UNKNOWN, RESERVED]


def test_keys_are_the_table_sorted(written: tuple[Store, Outings]) -> None:
    store, outings = written
    with session(store) as connection:
        keys = connection.execute(
            "select game_id, plate_appearance from core.plate_appearances order by game_id, plate_appearance"
        ).fetchall()
    found = zip(outings.game_id.to_pylist(), outings.plate_appearance.tolist(), strict=True)
    assert list(found) == keys
    assert sorted(outings.pa_rows.tolist()) == list(range(outings.plate_appearances))


def test_every_plate_appearance_holds_its_own_pitches_in_order(written: tuple[Store, Outings]) -> None:
    store, outings = written
    with session(store) as connection:
        rows = connection.execute(
            "select game_id, plate_appearance, list(result order by pitch_number) from core.pitches group by all"
        ).fetchall()
    results = {(game, number): words for game, number, words in rows}
    for index, row in enumerate(outings.pa_rows):
        key = (outings.game_id[int(row)].as_py(), int(outings.plate_appearance[row]))
        ids = outings.ids[outings.pa_starts[index] : outings.pa_starts[index + 1], RESULT]
        expected = [RESERVED + vocabulary.RESULTS.index(word) for word in results.get(key, [])]
        assert ids.tolist() == (expected or [UNKNOWN])  # without a pitch: one token of its own


def test_an_outing_is_one_pitcher_in_one_game_in_order(written: tuple[Store, Outings]) -> None:
    store, outings = written
    with session(store) as connection:
        pitchers = dict(
            ((game, number), pitcher)
            for game, number, pitcher in connection.execute(
                "select game_id, plate_appearance, pitcher_id from core.plate_appearances"
            ).fetchall()
        )
    seen = set()
    for begin, end in zip(outings.outing_starts[:-1], outings.outing_starts[1:], strict=True):
        rows = outings.pa_rows[begin:end]
        keys = [(outings.game_id[int(row)].as_py(), int(outings.plate_appearance[row])) for row in rows]
        assert keys == sorted(keys)
        assert len({(game, pitchers[game, number]) for game, number in keys}) == 1
        first = outings.ids[outings.pa_starts[begin:end]]
        assert first[:, ORDER].tolist() == [RESERVED + i for i in range(end - begin)]
        assert (first[:, POSITION] == RESERVED).all()
        seen.add((keys[0][0], pitchers[keys[0]]))
    assert len(seen) == outings.outings == 6 * 4


def test_batted_ball_physics_stands_on_the_last_pitch_only(written: tuple[Store, Outings]) -> None:
    _, outings = written
    launch = outings.numerics[:, NUMERICS.index("launch_speed")]
    measured = np.flatnonzero(~np.isnan(launch))
    assert len(measured) > 5
    assert set(measured) <= set((outings.pa_starts[1:] - 1).tolist())
    assert np.isnan(outings.numerics[:, NUMERICS.index("plate_x")]).all()  # never written: absent, not zero


def test_concatenation_keeps_every_season(tmp_path: Path) -> None:
    store = Store(tmp_path, ALL_CONTRACTS)
    first, second = outings_of(store, 2015, games=3), outings_of(store, 2022, games=2, physics=True)
    both = concatenate([first, second])
    assert first.numerics.strides[0] == 0  # a season without physics costs no memory for it
    assert both.outings == first.outings + second.outings
    last = both.outing_starts[-2]
    np.testing.assert_array_equal(
        both.ids[both.pa_starts[last] :], second.ids[second.pa_starts[second.outing_starts[-2]] :]
    )
    np.testing.assert_array_equal(both.numerics[first.tokens :], second.numerics)
    rows = both.pa_rows[first.plate_appearances :]
    assert both.game_id.take(pa.array(rows)).to_pylist() == second.game_id.take(pa.array(second.pa_rows)).to_pylist()


def test_an_unknown_season_is_an_error(written: tuple[Store, Outings]) -> None:
    with pytest.raises(ValueError, match="no row of season 1999"):
        load_outings(written[0], 1999)


def test_batches_hold_every_plate_appearance_once(written: tuple[Store, Outings]) -> None:
    _, outings = written
    rows = arrange(outings, np.arange(outings.outings))
    seen, tokens = [], 0
    for which in groups(rows, 40):
        batch = collate(outings, rows, which)
        assert batch.pa_lengths.sum() == batch.row_lengths.sum() == len(batch.ids)
        assert len(which) == 1 or len(which) * batch.row_lengths.max() <= 40
        seen += batch.pas.tolist()
        tokens += len(batch.ids)
    assert sorted(seen) == list(range(outings.plate_appearances))
    assert tokens == outings.tokens


def test_long_outings_are_cut_at_plate_appearances(written: tuple[Store, Outings]) -> None:
    _, outings = written
    # All games as one outing: longer than a row may be.
    long = Outings(
        outings.ids, outings.numerics, outings.pa_starts, np.array([0, outings.plate_appearances]),
        outings.pa_rows, outings.game_id, outings.plate_appearance,
    )  # fmt: skip
    rows = arrange(long, np.array([0]))
    lengths = np.diff(rows.row_tokens)
    assert long.tokens > LONGEST
    assert len(lengths) == -(-long.tokens // 112)
    assert lengths.max() <= LONGEST
    assert set(rows.row_tokens.tolist()) <= set(long.pa_starts.tolist())
    hidden = np.ones(long.plate_appearances, dtype=bool)
    assert np.diff(arrange(long, np.array([0]), hidden).row_tokens).tolist() == [long.plate_appearances]


@pytest.mark.real
def test_every_letter_of_a_real_season_is_known(real_data: Path) -> None:
    from fbm_pipeline.baseball.events import RETROSHEET_PITCHES

    with session(Store(real_data / "nowhere", ALL_CONTRACTS)) as connection:
        letters = connection.execute(
            "select distinct unnest(string_split(regexp_replace(pitches, '[^A-MO-Z]', '', 'g'), '')) "
            "from read_parquet($file) where pa = 1",
            {"file": str(real_data / "retrosheet" / "plays_2016.parquet")},
        ).fetchall()
    words = {RETROSHEET_PITCHES[letter] for (letter,) in letters if letter}
    assert words - {"unknown"} <= set(vocabulary.RESULTS)
    assert len(words) > 8
