"""Retrosheet's plays become pitches, plate appearances and lines: rows by hand, expected rows by hand."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbm_pipeline.baseball.events import RETROSHEET_PITCHES
from fbm_pipeline.store.engine import query
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.core import CoreError
from fbm_pipeline.warehouse.vocabulary import create_vocabulary
from fbm_pipeline_tests.making import make_core
from fbm_pipeline_tests.warehouse.hand_made import (
    build,
    out,
    play,
    rows,
    table,
    write_plays,
    write_register,
)


def test_a_string_becomes_pitches_with_the_count_before_each(store: Store) -> None:
    write_register(store)
    write_plays(store, [out(1, 0, pitches="B*BC.1FFN>FX", hittype="G", event="63/G")])
    make_core(store, "pitches", 2023)
    told = rows(store, "core.pitches", "pitch_number", "balls", "strikes", "result")
    assert told == [
        (1, 0, 0, "ball"),
        (2, 1, 0, "ball"),
        (3, 2, 0, "called_strike"),
        (4, 2, 1, "foul"),
        (5, 2, 2, "foul"),
        (6, 2, 2, "foul"),
        (7, 2, 2, "in_play"),
    ]


def test_rows_within_a_plate_appearance_do_not_repeat_its_pitches(store: Store) -> None:
    write_register(store)
    write_plays(
        store,
        [
            play(1, pa=0, event="SB2", pitches="CB>B"),
            out(2, 0, pitches="CB>B.X"),
            play(3, pa=0, event="CS2(26)", pitches="BS", batter="a2", outs_pre=1, outs_post=3),
            out(4, 0, pitches="X", top_bot=1, batteam="KCA", pitteam="CHN", pitcher="p2"),
        ],
    )
    make_core(store, "games", 2023)
    make_core(store, "pitches", 2023)
    make_core(store, "plate_appearances", 2023)
    # The turn that the third out cut short has pitches, but is no plate appearance.
    assert [row[0] for row in rows(store, "core.pitches", "plate_appearance")] == [2, 2, 2, 2, 3, 3, 4]
    assert rows(store, "core.plate_appearances", "plate_appearance", "pitches") == [(2, 4), (4, 1)]


def test_automatic_balls_are_told_but_not_counted_as_thrown(store: Store) -> None:
    write_register(store)
    write_plays(store, [play(1, walk=1, iw=1, event="IW", pitches="BVVV")])
    make_core(store, "pitches", 2023)
    make_core(store, "plate_appearances", 2023)
    assert [row[0] for row in rows(store, "core.pitches", "result")] == ["ball", *["automatic_ball"] * 3]
    assert rows(store, "core.plate_appearances", "outcome", "pitches", "bb", "ibb", "ab") == [
        ("intentional_walk", 1, 1, 1, 0)
    ]


@pytest.mark.parametrize(
    ("flags", "event", "outs_made", "outcome"),
    [
        ({"ab": 1, "hr": 1}, "HR/7/F", 0, "home_run"),
        ({"ab": 1, "double": 1}, "D8.BX3(85)", 1, "double"),
        ({"ab": 1, "k": 1}, "K+WP.B-1", 0, "strikeout"),
        ({"ab": 1, "k": 1}, "K+CS2(24)/DP", 2, "strikeout_double_play"),
        ({"walk": 1}, "W", 0, "walk"),
        ({"hbp": 1}, "HP", 0, "hit_by_pitch"),
        ({"xi": 1}, "C/E2", 0, "catcher_interference"),
        ({"sf": 1}, "8/SF.3-H", 1, "sac_fly"),
        ({"sf": 1}, "8/SF/DP.3-H;1X2(83)", 2, "sac_fly_double_play"),
        ({"sh": 1, "roe": 1}, "E1/SH.1-2", 0, "sac_bunt"),
        ({"ab": 1, "roe": 1}, "E4/G", 0, "field_error"),
        ({"ab": 1, "fc": 1}, "FC6.3XH(62)", 1, "fielders_choice_out"),
        ({"ab": 1, "fc": 1}, "FC6.1-2", 0, "fielders_choice"),
        ({"ab": 1}, "64(1)3/GDP", 2, "grounded_into_double_play"),
        ({"ab": 1}, "64(1)/FO", 1, "force_out"),
        ({"ab": 1}, "8/LDP.1X1(83)", 2, "double_play"),
        ({"ab": 1}, "5(2)4(1)3/GTP", 3, "triple_play"),
        ({"ab": 1}, "63/G", 1, "field_out"),
    ],
)
def test_flags_and_outs_tell_the_outcome(
    store: Store, flags: dict[str, int], event: str, outs_made: int, outcome: str
) -> None:
    write_register(store)
    write_plays(store, [play(1, event=event, outs_post=outs_made, **flags)])
    make_core(store, "plate_appearances", 2023)
    counted = ("ab", "single", "double", "triple", "hr", "bb", "so", "hbp", "sf", "sh", "ci")
    renamed = {"walk": "bb", "k": "so", "xi": "ci"}
    expected = {renamed.get(flag, flag): value for flag, value in flags.items() if flag not in ("roe", "fc")}
    (told,) = rows(store, "core.plate_appearances", "outcome", "outs_made", *counted)
    assert told[:2] == (outcome, outs_made)
    assert dict(zip(counted, told[2:], strict=True)) == {**dict.fromkeys(counted, 0), **expected}


def test_unknown_codes_are_named_with_their_counts(store: Store) -> None:
    write_register(store)
    write_plays(store, [out(1, 0, pitches="BZX"), out(2, 1, pitches="ZZX"), out(3, 2, hittype="Q")])
    with pytest.raises(CoreError, match=r"result '\?Z' in 3 rows.*Nothing was written"):
        make_core(store, "pitches", 2023)
    with pytest.raises(CoreError, match=r"hit_type '\?Q' in 1 rows"):
        make_core(store, "plate_appearances", 2023)
    assert not store.partitions("core.pitches")


def test_an_unmatched_player_stops_the_build_and_is_named(store: Store) -> None:
    write_register(store, {"a1": 11, "p1": 21})
    write_plays(store, [out(1, 0), out(2, 1, batter="a2")])
    with pytest.raises(CoreError, match=r"50\.00%.*a2.*Bring a newer register"):
        make_core(store, "plate_appearances", 2023)


def test_order_within_the_outing_and_meetings(store: Store) -> None:
    write_register(store)
    write_plays(
        store,
        [
            out(1, 0, batter="a1"),
            out(2, 1, batter="a2"),
            out(3, 2, batter="a1", inning=2),
            out(4, 0, batter="a1", pitcher="p2", inning=3),
        ],
    )
    make_core(store, "plate_appearances", 2023)
    assert rows(store, "core.plate_appearances", "pitcher_id", "outing_index", "times_faced") == [
        (21, 0, 0),
        (21, 1, 0),
        (21, 2, 1),
        (22, 0, 0),
    ]


def test_physics_stands_on_the_last_pitch_of_a_ball_in_play_only(store: Store) -> None:
    write_register(store)
    write_plays(
        store, [out(1, 0, pitches="FX", hittype="BG"), play(2, ab=1, k=1, event="K", pitches="FSS", outs_post=1)]
    )
    file = {"season": 2023, "source_file": "physics.parquet"}
    values = {**file, "gid": "KCA202304010", "launch_speed": 100.0, "launch_angle": 20.0, "spray_deg": 45.0}
    physics = [{**values, "pn": 1}, {**values, "pn": 2}]
    store.write("raw.batted_ball_physics", file, table(store, "raw.batted_ball_physics", physics))
    make_core(store, "pitches", 2023)
    make_core(store, "plate_appearances", 2023)
    assert [row[0] for row in rows(store, "core.pitches", "launch_speed")] == [None, 100.0, None, None, None]
    told = rows(store, "core.plate_appearances", "hit_type", "is_bunt", "stand", "throws", "launch_angle")
    assert told[0] == ("ground_ball", True, "R", "L", 20.0)


def test_lines_of_games_and_seasons_sum_the_plate_appearances(store: Store) -> None:
    write_register(store)
    home = {"top_bot": 1, "batteam": "KCA", "pitteam": "CHN", "pitcher": "p2", "batter": "a2"}
    write_plays(
        store,
        [
            play(1, ab=1, hr=1, event="HR/7", runs=1),
            out(2, 0),
            play(3, pa=0, event="PO1(13)", pitches="", outs_pre=1, outs_post=3),
            play(4, walk=1, event="W", pitches="BBBB", **home),
            play(5, xi=1, event="C/E2", pitches="F", **home),
        ],
    )
    build(store, 2023)
    columns = (
        "player_type",
        "mlbam_id",
        "team",
        "opponent",
        "is_home",
        "role",
        "opportunities",
        "hr",
        "bb",
        "outs",
        "er",
    )
    assert rows(store, "core.player_games", *columns) == [
        ("batter", 11, "CHC", "KC", False, "batter", 2, 1, 0, None, None),
        ("batter", 12, "KC", "CHC", True, "batter", 2, 0, 1, None, None),
        ("pitcher", 21, "KC", "CHC", True, "starter", 2, 1, 0, 3, None),
        ("pitcher", 22, "CHC", "KC", False, "starter", 2, 0, 1, 0, None),
    ]
    assert rows(
        store, "core.season_lines", "player_type", "mlbam_id", "source", "g", "gs", "opportunities", "outs"
    ) == [
        ("batter", 11, "events", 1, None, 2, None),
        ("batter", 12, "events", 1, None, 2, None),
        ("pitcher", 21, "events", 1, 1, 2, 3),
        ("pitcher", 22, "events", 1, 1, 2, 0),
    ]
    assert rows(store, "core.games", "home_team", "away_team", "park_id", "number") == [("KC", "CHC", "KAN06", 0)]


def _reference(letters: str) -> list[tuple[int, int, int, str]]:
    """(number, balls, strikes, result) of each pitch, counted one by one."""
    balls = strikes = 0
    told = []
    for number, letter in enumerate(letters, 1):
        told.append((number, min(balls, 3), strikes, RETROSHEET_PITCHES[letter]))
        balls += letter in "BIPV"
        strikes = min(strikes + (letter in "ACFKLMOQRST"), 2)
    return told


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(alphabet="".join(RETROSHEET_PITCHES), min_size=1, max_size=12), min_size=1, max_size=40))
def test_the_count_is_that_of_counting_by_hand(strings: list[str]) -> None:
    with duckdb.connect() as connection:
        create_vocabulary(connection)
        connection.execute("create schema staging; create schema raw")
        connection.execute(
            "create table staging.retrosheet_plays as select 'g' as game_id, date '2023-04-01' as game_date, "
            "cast(i as smallint) as plate_appearance, 1 as batter_id, 2 as pitcher_id, 1 as inning, true as is_top, "
            "'R' as stand, 'L' as throws, 0 as outs, $strings[i] as sequence from range(1, len($strings) + 1) as t(i)",
            {"strings": strings},
        )
        connection.execute(
            "create table raw.batted_ball_physics (season smallint, gid varchar, pn smallint, launch_speed float, "
            "launch_angle float, spray_deg float)"
        )
        letters = {"ball_letters": "BIPV", "strike_letters": "ACFKLMOQRST"}
        told = query(connection, "core/pitches_retrosheet", {"season": 2023, **letters}).to_pylist()
    found: dict[int, list[tuple]] = {}
    for row in sorted(told, key=lambda row: (row["plate_appearance"], row["pitch_number"])):
        values = (row["pitch_number"], row["balls"], row["strikes"], row["result"])
        found.setdefault(row["plate_appearance"], []).append(values)
    assert found == {number: _reference(letters) for number, letters in enumerate(strings, 1)}
