"""Meetings from the core tables: what is counted where, from the batter's side, and whose turns are left out."""

import datetime as dt

import numpy as np
import pytest

from fbm_pipeline.baseball.events import PITCH_RESULTS, PLATE_APPEARANCE_OUTCOMES
from fbm_pipeline.player_vectors.meeting_heads import HEADS, OUTCOME_CLASSES, PITCH_GROUPS, RESULT_CLASSES
from fbm_pipeline.player_vectors.meetings import Meetings, load_meetings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.player_vectors.planted_meetings import _write, write_meetings

KEY = {"season": 2015, "month": 5, "game_date": dt.date(2015, 5, 3), "source": "retrosheet", "times_faced": 1}
SINCE, UNTIL = dt.date(2015, 1, 1), dt.date(2016, 1, 1)


def turn(number: int, **changes: object) -> dict[str, object]:
    row = KEY | {
        "game_id": "G1",
        "plate_appearance": number,
        "batter_id": 100,
        "pitcher_id": 200,
        "stand": "R",
        "throws": "R",
        "outcome": "single",
        "hit_type": "fly_ball",
        "direction": "left",
        "park_id": "P1",
        "is_bunt": False,
    }
    return row | changes


def meetings_of(store: Store, turns: list[dict], pitches: list[dict] | None = None) -> Meetings:
    _write(store, "core.plate_appearances", 2015, 5, turns)
    _write(store, "core.batted_balls", 2015, 5, [row for row in turns if row["direction"] is not None])
    if pitches:
        _write(store, "core.pitches", 2015, 5, pitches)
    return load_meetings(store, 2015, SINCE, UNTIL, 1)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store", TABLES)


@pytest.mark.parametrize(
    ("stand", "direction", "told"),
    [
        ("R", "left", "pulled"),
        ("R", "right", "opposite"),
        ("L", "left", "opposite"),
        ("L", "right", "pulled"),
        ("L", "middle", "middle"),
    ],
)
def test_the_side_of_the_field_is_the_batters(store: Store, stand: str, direction: str, told: str) -> None:
    cells = meetings_of(store, [turn(1, stand=stand, direction=direction)]).cells["direction"]
    assert [HEADS["direction"].classes[k] for k in cells.outcome] == [told]


def test_a_home_run_is_counted_in_each_head_once_and_in_its_context(store: Store) -> None:
    found = meetings_of(store, [turn(1, outcome="home_run"), turn(2, outcome="home_run")])
    hit_type, landing, outcome = (found.cells[name] for name in ("hit_type", "landing", "outcome"))
    assert [HEADS["hit_type"].classes[k] for k in hit_type.outcome] == ["fly_ball"]
    assert HEADS["landing"].groups[landing.context[0]] == "fly_ball pulled"
    assert HEADS["landing"].classes[landing.outcome[0]] == "home_run"
    assert [float(part.n.sum()) for part in (hit_type, landing, outcome)] == [2.0, 2.0, 2.0]
    assert found.parks == ("P1",)
    assert landing.park.tolist() == [0]


def test_same_hands_share_a_group_and_the_other_hands_another(store: Store) -> None:
    turns = [turn(i, stand=s, throws=t) for i, (s, t) in enumerate([("R", "R"), ("R", "L"), ("L", "R"), ("L", "L")])]
    cells = meetings_of(store, turns).cells["hit_type"]
    sides = {int(c): HEADS["hit_type"].groups[HEADS["hit_type"].group_of[c]] for c in cells.context}
    assert sides == {0: "same hand", 1: "other hand", 2: "other hand", 3: "same hand"}


def test_what_says_nothing_of_players_is_not_decoded(store: Store) -> None:
    turns = [
        turn(1, outcome="intentional_walk", direction=None),
        turn(2, outcome="sac_bunt", is_bunt=True),
        turn(3, stand=None),
        turn(4, hit_type=None, direction=None),
        turn(5),
    ]
    pitch = {"batter_id": 100, "pitcher_id": 200, "stand": "R", "throws": "R", "balls": 1, "strikes": 2}
    pitches = [
        KEY | pitch | {"game_id": "G1", "plate_appearance": 1, "pitch_number": i, "result": result}
        for i, result in enumerate(["intentional_ball", "automatic_ball", "pitchout", "foul_tip"])
    ]
    found = meetings_of(store, turns, pitches)
    assert found.cells["outcome"].n.sum() == 2  # the fourth and the fifth
    assert found.cells["hit_type"].n.sum() == 1
    assert [HEADS["pitch"].classes[k] for k in found.cells["pitch"].outcome] == ["whiff"]
    assert HEADS["pitch"].groups[HEADS["pitch"].group_of[found.cells["pitch"].context[0]]] == "1-2 same hand"
    assert not {"pitch_type", "speed", "place"} & set(found.cells)  # never measured


def test_a_pitcher_at_bat_is_no_batter_and_tells_nothing_of_who_threw(store: Store) -> None:
    turns = [turn(i) for i in range(1, 6)] + [turn(6, batter_id=200, pitcher_id=201)]
    found = meetings_of(store, turns)
    assert found.batters.tolist() == [100]
    assert found.pitchers.tolist() == [200]
    assert found.pitcher_appearances.tolist() == [5]


def test_dates_bound_a_season(store: Store) -> None:
    write_meetings(store, 2016, turns=200)
    first = load_meetings(store, 2016, dt.date(2016, 1, 1), dt.date(2016, 8, 1), 1)
    rest = load_meetings(store, 2016, dt.date(2016, 8, 1), dt.date(2017, 1, 1), 1)
    assert (first.batter_appearances.sum(), rest.batter_appearances.sum()) == (160, 40)
    assert first.cells["pitch"].n.sum() == 480


def test_a_season_without_games_is_empty(store: Store) -> None:
    write_meetings(store, 2016, turns=60)
    found = load_meetings(store, 2014, dt.date(2014, 1, 1), dt.date(2015, 1, 1), 1)
    assert (len(found.batters), len(found.pitchers), dict(found.cells)) == (0, 0, {})


def test_every_word_has_a_class_or_is_left_out_on_purpose() -> None:
    unthrown = {"pitchout", "intentional_ball", "automatic_ball", "automatic_strike", "strike_unknown", "unknown"}
    assert set(PITCH_RESULTS) - set(RESULT_CLASSES) == unthrown
    assert set(PLATE_APPEARANCE_OUTCOMES) - set(OUTCOME_CLASSES) == {
        "intentional_walk",
        "sac_bunt",
        "sac_bunt_double_play",
        "catcher_interference",
    }
    assert set(PITCH_GROUPS.values()) == set(HEADS["pitch_type"].classes)
    assert np.unique(HEADS["pitch"].group_of).tolist() == list(range(24))
