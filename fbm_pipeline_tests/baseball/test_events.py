"""The maps are closed: every code has a word of the vocabulary, every word adds what the rules say."""

import pytest

from fbm_pipeline.baseball.events import (
    AUTOMATIC_RESULTS,
    BALL_LETTERS,
    BASERUNNING_EVENTS,
    HIT_TYPES,
    OUTCOMES,
    PITCH_RESULTS,
    PLATE_APPEARANCE_OUTCOMES,
    RETROSHEET_HIT_TYPES,
    RETROSHEET_KINDS,
    RETROSHEET_PITCHES,
    STATCAST_HIT_TYPES,
    STATCAST_OUTCOMES,
    STATCAST_PITCHES,
    STRIKE_LETTERS,
)
from fbm_pipeline.baseball.statistics import COUNTS
from fbm_pipeline.baseball.teams import RETROSHEET_TEAMS, TEAMS

# Every code that occurs in the plays of 2000-2023 and in Statcast 2024, as counted there.
LETTERS_SEEN = "ABCFHILMOPQRSTVXY"
DESCRIPTIONS_SEEN = (
    "ball",
    "foul",
    "hit_into_play",
    "called_strike",
    "swinging_strike",
    "blocked_ball",
    "foul_tip",
    "swinging_strike_blocked",
    "hit_by_pitch",
    "foul_bunt",
    "missed_bunt",
    "pitchout",
    "bunt_foul_tip",
)
EVENTS_SEEN = (
    "field_out",
    "strikeout",
    "single",
    "walk",
    "double",
    "home_run",
    "force_out",
    "grounded_into_double_play",
    "hit_by_pitch",
    "sac_fly",
    "field_error",
    "triple",
    "sac_bunt",
    "fielders_choice",
    "double_play",
    "fielders_choice_out",
    "caught_stealing_2b",
    "strikeout_double_play",
    "catcher_interf",
    "truncated_pa",
    "caught_stealing_home",
    "other_out",
    "sac_fly_double_play",
    "caught_stealing_3b",
    "pickoff_1b",
    "pickoff_caught_stealing_home",
    "triple_play",
    "pickoff_2b",
    "stolen_base_2b",
    "wild_pitch",
    "pickoff_caught_stealing_2b",
    "pickoff_caught_stealing_3b",
    "pickoff_3b",
)


def test_every_code_seen_has_a_word() -> None:
    assert set(LETTERS_SEEN) <= set(RETROSHEET_PITCHES)
    assert set(DESCRIPTIONS_SEEN) <= set(STATCAST_PITCHES)
    assert set(EVENTS_SEEN) <= set(STATCAST_OUTCOMES) | set(BASERUNNING_EVENTS)


def test_every_word_is_of_its_vocabulary() -> None:
    assert {*RETROSHEET_PITCHES.values(), *STATCAST_PITCHES.values()} == set(PITCH_RESULTS)
    assert set(STATCAST_OUTCOMES.values()) == set(PLATE_APPEARANCE_OUTCOMES)
    told = {outcome for by_outs in RETROSHEET_KINDS.values() for outcome in by_outs.values()}
    assert told == set(PLATE_APPEARANCE_OUTCOMES)
    hit_types = {word for word, _ in (*RETROSHEET_HIT_TYPES.values(), *STATCAST_HIT_TYPES.values())}
    assert hit_types == set(HIT_TYPES)
    assert set(AUTOMATIC_RESULTS) <= set(PITCH_RESULTS)


def test_no_event_both_ends_a_plate_appearance_and_does_not() -> None:
    assert not set(STATCAST_OUTCOMES) & set(BASERUNNING_EVENTS)


def test_letters_that_move_the_count_are_balls_or_strikes() -> None:
    assert not set(BALL_LETTERS) & set(STRIKE_LETTERS)
    assert set(RETROSHEET_PITCHES) - set(BALL_LETTERS) - set(STRIKE_LETTERS) == set("XYHU")


@pytest.mark.parametrize("name", PLATE_APPEARANCE_OUTCOMES)
def test_an_outcome_adds_one_thing_to_the_line(name: str) -> None:
    outcome = OUTCOMES[name]
    assert all(getattr(outcome, count) in (0, 1) for count in COUNTS)
    # A plate appearance is an at bat, or exactly one of what is none.
    assert outcome.ab + outcome.bb + outcome.hbp + outcome.sf + outcome.sh + outcome.ci == 1
    assert outcome.h + outcome.so + outcome.ibb <= 1
    assert outcome.h <= outcome.ab
    assert outcome.ibb <= outcome.bb


def test_the_runs_of_outs_of_a_kind_have_no_gap() -> None:
    for kind, by_outs in RETROSHEET_KINDS.items():
        assert sorted(by_outs) == list(range(min(by_outs), max(by_outs) + 1)), kind


def test_clubs_have_one_abbreviation_each() -> None:
    assert len(set(RETROSHEET_TEAMS.values())) == len(RETROSHEET_TEAMS)
    assert RETROSHEET_TEAMS["ANA"] == "LAA"
    assert RETROSHEET_TEAMS["FLO"] != RETROSHEET_TEAMS["MIA"]
    assert {"AZ", "CWS", "KC", "SD", "SF", "TB", "WSH"} <= set(TEAMS)
