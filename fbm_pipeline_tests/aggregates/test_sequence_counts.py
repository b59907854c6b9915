"""Counts of a season against plate appearances written by hand, told by Retrosheet and by Statcast."""

import datetime as dt

import pytest

from fbm_pipeline.aggregates.sequence_counts import read_sequence_counts
from fbm_pipeline.marcel.season_lines import MarcelError
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.making import make_core, make_sequence_counts
from fbm_pipeline_tests.warehouse import hand_made

RESULTS = {
    "B": "ball",
    "C": "called_strike",
    "S": "swinging_strike",
    "F": "foul",
    "T": "foul_tip",
    "X": "hit_into_play",
    "P": "pitchout",
    "V": "automatic_ball",
    "M": "missed_bunt",
    "H": "hit_by_pitch",
}
# Batter a1 (right-handed) meets p1 (left-handed) in April, then p2 (right-handed) in September. Of each turn: month,
# pitcher, his hand, pitches, how it ended, hit type, event's text, hit coordinates of the same place.
TURNS = [
    (4, "p1", "L", "CFFBT", "k", None, "K", None),  # a foul with two strikes; the foul tip ends it
    (4, "p1", "L", "BBBFX", "single", "G", "S6/G", (25.42, 98.27)),  # pulled on the ground, three balls
    (4, "p1", "L", "VBBB", "walk", None, "W", None),  # an automatic ball is no pitch
    (4, "p1", "L", "BPBB", "walk", None, "W", None),  # nor is a pitchout
    (9, "p2", "R", "X", "hr", "F", "HR/9/F", (225.42, 98.27)),  # the other way
    (9, "p2", "R", "MCX", "out", "F", "8/F", (125.42, 98.27)),  # a missed bunt is no swing
    (9, "p2", "R", "H", "hbp", None, "HP", None),
]
DATES = {4: dt.date(2023, 4, 1), 9: dt.date(2023, 9, 20)}
EXPECTED = {
    "pitches": 5 + 5 + 3 + 3 + 1 + 3 + 1,
    "swings": 3 + 2 + 1 + 1,
    "whiffs": 1,
    "fouls": 3,
    "called_strikes": 2,
    "balls": 1 + 3 + 3 + 3,
    "bunt_attempts": 1,
    "first_pitches": 6,  # after an automatic ball the count is not 0-0
    "first_pitch_strikes": 3,
    "first_pitch_swings": 1,
    "two_strike_pitches": 3 + 1,
    "two_strike_swings": 2 + 1,
    "two_strike_whiffs": 1,
    "two_strike_fouls": 1,
    "three_ball_pitches": 2 + 1 + 1,
    "three_ball_balls": 2,
    "pa": 7,
    "so": 1,
    "bb": 2,
    "ibb": 0,
    "hbp": 1,
    "hr": 1,
    "h": 2,
    "counted_pa": 7,
    "counted_balls": 10,
    "two_strike_pa": 2,
    "two_strike_so": 1,
    "three_ball_pa": 3,
    "three_ball_bb": 2,
    "left_pa": 4,
    "left_so": 1,
    "left_bb": 2,
    "left_hr": 0,
    "left_h": 1,
    "right_pa": 3,
    "right_hr": 1,
    "right_h": 1,
    "left_stand_pa": 0,
    "known_stand_pa": 7,
    "left_throws_pa": 4,
    "late_pa": 3,
    "late_hr": 1,
    "late_so": 0,
    "late_swings": 2,
    "late_whiffs": 0,
    "index_0_pa": 6,
    "index_3_pa": 1,
    "index_6_pa": 0,
    "balls_in_play": 2,
    "hits_in_play": 1,
    "typed_balls": 3,
    "ground_balls": 1,
    "fly_balls": 2,
    "line_drives": 0,
    "popups": 0,
    "ground_hits": 1,
    "fly_hr": 1,
    "air_hr": 1,
    "sided_balls": 3,
    "pulled": 1,
    "opposite": 1,
    "ground_pulled": 1,
    "air_opposite": 1,
    "air_pulled": 0,
}


@pytest.fixture(scope="module")
def retrosheet(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The turns as Retrosheet tells them, a game a month. Read only: the module's tests share it."""
    return tell_by_retrosheet(Store(tmp_path_factory.mktemp("retrosheet"), TABLES))


@pytest.fixture(scope="module")
def statcast(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The same turns as Statcast tells them. Read only: the module's tests share it."""
    return tell_by_statcast(Store(tmp_path_factory.mktemp("statcast"), TABLES))


def tell_by_retrosheet(store: Store) -> Store:
    flags = {
        "out": {"ab": 1, "outs_post": 1},
        "k": {"ab": 1, "k": 1, "outs_post": 1},
        "single": {"ab": 1, "single": 1},
        "hr": {"ab": 1, "hr": 1},
        "walk": {"walk": 1},
        "hbp": {"hbp": 1},
    }
    plays = [
        hand_made.play(
            number,
            gid=f"KCA2023{month:02d}010",
            date=DATES[month],
            pitcher=pitcher,
            pithand=hand,
            pitches=pitches,
            hittype=hit_type,
            event=event,
            **flags[ending],
        )
        for number, (month, pitcher, hand, pitches, ending, hit_type, event, _) in enumerate(TURNS, start=1)
    ]
    hand_made.write_register(store)
    hand_made.write_plays(store, plays)
    return _built(store, 2023)


def tell_by_statcast(store: Store) -> Store:
    endings = {
        "out": "field_out",
        "k": "strikeout",
        "single": "single",
        "hr": "home_run",
        "walk": "walk",
        "hbp": "hit_by_pitch",
    }
    types = {"G": "ground_ball", "F": "fly_ball", None: None}
    rows = []
    for turn, (month, pitcher, hand, letters, ending, hit_type, _, place) in enumerate(TURNS, start=1):
        balls = strikes = 0
        for number, letter in enumerate(letters, start=1):
            last = number == len(letters)
            x, y = place if last and place else (None, None)
            rows.append(
                hand_made.pitch(
                    turn,
                    number,
                    game_pk=700000 + month,
                    game_date=DATES[month].replace(year=2024),
                    pitcher=hand_made.PEOPLE[pitcher],
                    p_throws=hand,
                    balls=balls,
                    strikes=strikes,
                    description=RESULTS[letter],
                    events=endings[ending] if last else None,
                    bb_type=types[hit_type] if last else None,
                    hc_x=x,
                    hc_y=y,
                )
            )
            balls += letter in "BPV"
            strikes = min(strikes + (letter in "CSFTM"), 2)
    hand_made.write_register(store)
    hand_made.write_pitches(store, rows)
    return _built(store, 2024)


def _built(store: Store, season: int) -> Store:
    hand_made.build(store, season)
    make_core(store, "batted_balls", season)
    for player_type in ("batter", "pitcher"):
        make_sequence_counts(store, player_type, season)
    return store


@pytest.mark.parametrize("source", ["retrosheet", "statcast"])
def test_the_same_turns_have_the_same_counts_in_both_sources(source: str, request: pytest.FixtureRequest) -> None:
    store = request.getfixturevalue(source)
    season = 2023 if source == "retrosheet" else 2024
    counts = read_sequence_counts(store, "batter", season, season)
    assert counts.mlbam_id.tolist() == [11]
    assert {name: int(counts.counts[name][0]) for name in EXPECTED} == EXPECTED


def test_a_pitchers_row_holds_what_he_threw_and_the_batters_hands(retrosheet: Store) -> None:
    counts = read_sequence_counts(retrosheet, "pitcher", 2023, 2023)
    assert counts.mlbam_id.tolist() == [21, 22]
    assert counts.counts["pa"].tolist() == [4, 3]
    assert counts.counts["pitches"].tolist() == [16, 5]
    assert counts.counts["left_pa"].tolist() == [0, 0]  # a1 bats right-handed
    assert counts.counts["left_throws_pa"].tolist() == [4, 0]


def test_an_infield_hit_is_told_by_who_fielded_it(retrosheet: Store) -> None:
    counts = read_sequence_counts(retrosheet, "batter", 2023, 2023).counts
    assert (counts["infield_hits"][0], counts["fielded_ground_balls"][0]) == (1, 1)


def test_opponents_are_measured_without_the_meetings_themselves(retrosheet: Store) -> None:
    # p1 and p2 met nobody else: what is left is 100 plate appearances at the season's rates, 1 of 7 strikeouts.
    counts = read_sequence_counts(retrosheet, "batter", 2023, 2023).counts
    assert counts["opponents_so"][0] == pytest.approx(7 * 1 / 7, abs=1e-6)
    assert counts["opponents_h"][0] == pytest.approx(7 * 2 / 7, abs=1e-6)


def test_intentional_walks_stand_apart(store: Store) -> None:
    hand_made.write_register(store)
    hand_made.write_plays(
        store,
        [
            hand_made.play(1, event="IW", pitches="IIII", walk=1, iw=1),
            hand_made.play(2, event="IW", pitches="VVVV", walk=1, iw=1),
            hand_made.out(3, 0, batter="a2", event="63/G", hittype="G"),
        ],
    )
    _built(store, 2023)
    counts = read_sequence_counts(store, "batter", 2023, 2023).counts  # a1 first
    assert {name: counts[name][0] for name in ("ibb", "pa", "bb", "pitches")} == {
        "ibb": 2,
        "pa": 0,
        "bb": 0,
        "pitches": 0,
    }


def test_a_second_build_writes_nothing_and_a_season_without_games_has_none(retrosheet: Store) -> None:
    assert make_sequence_counts(retrosheet, "batter", 2023).skipped
    assert make_sequence_counts(retrosheet, "batter", 2022).rows == 0


def test_months_without_batted_balls_are_refused(store: Store) -> None:
    tell_by_retrosheet(store).drop("core.batted_balls", {"season": 2023, "month": 9})
    with pytest.raises(MarcelError, match=r"core\.batted_balls: \[4\].*Materialize them for 2023"):
        make_sequence_counts(store, "pitcher", 2023)
