"""Faces from a planted store: leaders and neighbours, dimensions, plate appearances alike, maps."""

import itertools

import numpy as np
import pytest

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.level1.pitch_encoder import EncoderShape, OutingEncoder
from fbm_pipeline.level1.vocabulary import FIELDS, NOT_OVER, RESERVED, WORDS
from fbm_pipeline.results.level1_maps import label_places, plane_map, word_maps
from fbm_pipeline.results.level1_neighbours import (
    appearance_faces,
    load_appearances,
    load_known_players,
    nearest,
    neighbours_table,
)
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.results.level1_planted import CUTOFF, SEASON, small_encoder, write_faces


@pytest.fixture
def planted(store: Store) -> Store:
    write_faces(store)
    return store


def test_leaders_are_found_by_rate_with_their_neighbours_on_the_line(planted: Store) -> None:
    known = load_known_players(planted, CUTOFF, SEASON + 1)
    assert len(known["batter"].rows) == 9  # the one of 40 plate appearances is out
    cells = {row[0]: row[1:] for row in neighbours_table(known, SEASON + 1).rows}
    rows = {name.removeprefix("batter, "): row for name, row in cells.items() if name.startswith("batter, ")}
    assert rows["most strikeouts"][0] == "Player 108 (30 / 10 / 3)"
    assert [cell.split(" (")[0] for cell in rows["most strikeouts"][1:]] == ["Player 107", "Player 106", "Player 105"]
    assert rows["most strikeouts"][1].endswith(f"{np.hypot(1, 0.1):.2f}")
    assert rows["fewest strikeouts"][0].startswith("Player 100 ")
    assert rows["most home runs"][0].startswith("Player 100 ")
    assert rows["fewest walks"][0].startswith("Player 100 ")


def test_vectors_of_another_season_are_an_error(planted: Store) -> None:
    with pytest.raises(EvaluationError, match=r"as of 2026 has 0 batters who played in 2025"):
        load_known_players(planted, CUTOFF, SEASON + 2)


def test_plate_appearances_of_the_same_game_are_not_near(planted: Store) -> None:
    appearances = load_appearances(planted, CUTOFF, SEASON)
    places, cosines = nearest(appearances, 0, 10)
    assert places.tolist() == [2, 5, 3, 4]
    assert cosines[0] == pytest.approx(1 / np.hypot(1, 0.1), abs=1e-3)
    table = appearance_faces(planted, appearances, SEASON)
    rows = {row[0]: row for row in table.rows}
    assert set(rows) == {"home run", "strikeout on three pitches", "single on the ground", "out on the first pitch"}
    assert rows["home run"][1] == "L against R: ball, in play; home run on a fly ball"
    assert rows["home run"][2] == "L against R: foul, in play; home run on a line drive (0.995)"
    assert rows["home run"][-1] == "1 of 4 (50.0 %)"
    assert rows["strikeout on three pitches"][1] == "L against R: called strike, foul, swinging strike; strikeout"


def test_a_season_without_embeddings_is_an_error(planted: Store) -> None:
    with pytest.raises(EvaluationError, match="no plate appearance of 2023"):
        load_appearances(planted, CUTOFF, 2023)


def test_words_that_were_never_met_are_not_on_the_map() -> None:
    maps = {one.title.split()[-1]: one for one in word_maps(small_encoder(), small_encoder())}
    assert set(maps) == {"result", "outcome"}  # two pitch types make no map
    assert list(maps["result"].words) == list(WORDS["result"][:-1])
    assert NOT_OVER not in maps["outcome"].words


def test_the_map_of_words_shows_what_training_moved() -> None:
    trained = small_encoder()
    assert all(np.ptp(one.places) == 0.0 for one in word_maps(trained, small_encoder()))
    moved = int(trained.word_offsets[FIELDS.index("outcome")]) + RESERVED + WORDS["outcome"].index("home_run")
    trained.words.data[moved] += 1.0
    outcomes = word_maps(trained, small_encoder())[1]
    place = int(np.abs(outcomes.places[:, 0]).argmax())
    assert outcomes.words[place] == "home_run"
    assert outcomes.share == pytest.approx(1.0)
    other = OutingEncoder(EncoderShape(width=4, layers=1, heads=2, embedding=4))
    with pytest.raises(ValueError, match="train both with one preset"):
        word_maps(trained, other)


def test_the_plane_keeps_distances_that_lie_in_it() -> None:
    flat = np.array([[0.0, 0.0, 1.0], [3.0, 0.0, 1.0], [0.0, 4.0, 1.0]])
    found = plane_map("flat", ["a", "b", "c"], flat)
    assert found.share == pytest.approx(1.0)
    assert np.linalg.norm(found.places[1] - found.places[2]) == pytest.approx(5.0)
    assert np.allclose(plane_map("flat", ["a", "b", "c"], flat).places, found.places)
    assert plane_map("still", ["a", "b", "c"], np.ones((3, 2))).share == 0.0


def test_labels_do_not_cover_each_other() -> None:
    places = np.full((6, 2), 0.5)
    for x in (0.5, 0.99):
        places[:, 0] = x
        labels = label_places(places, ["some words"] * 6)
        assert (labels[:, 0] + 0.12 < 1.0).all()
        for one, other in itertools.combinations(labels, 2):
            assert abs(one[1] - other[1]) >= 0.03 or abs(one[0] - other[0]) >= 0.12
