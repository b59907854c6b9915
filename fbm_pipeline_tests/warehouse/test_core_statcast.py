"""Statcast's pitches become the same tables, month by month: rows by hand, expected rows by hand."""

import datetime as dt

import pytest

from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.core import (
    CoreError,
)
from fbm_pipeline_tests.making import make_core
from fbm_pipeline_tests.warehouse.hand_made import (
    build,
    pitch,
    play,
    rows,
    table,
    write_line,
    write_pitches,
    write_plays,
    write_register,
)

MAY = {"game_pk": 700002, "game_date": dt.date(2024, 5, 2)}
IN_PLAY = {"description": "hit_into_play", "bb_type": "line_drive", "launch_speed": 101.0, "launch_angle": 15.0}


def half_inning() -> list[dict]:
    """A single, a strikeout with a runner caught stealing on the way, and a turn cut short by the third out."""
    return [
        pitch(1, 1),
        pitch(1, 2, balls=1, events="single", hc_x=125.42, hc_y=100.0, **IN_PLAY),
        pitch(2, 1, batter=12, description="called_strike"),
        pitch(2, 2, batter=12, strikes=1, outs_when_up=1, description="foul", launch_speed=70.0),
        pitch(2, 3, batter=12, strikes=2, outs_when_up=1, description="swinging_strike_blocked", events="strikeout"),
        pitch(3, 1, batter=11, outs_when_up=2, description="blocked_ball", events="caught_stealing_2b"),
        pitch(4, 1, batter=12, pitcher=22, inning_topbot="Bot", events="field_out", post_bat_score=1, **IN_PLAY),
    ]


def test_endings_outs_and_runs(store: Store) -> None:
    write_register(store)
    write_pitches(store, half_inning())
    build(store, 2024)
    columns = ("plate_appearance", "outcome", "batter_id", "outs", "outs_made", "runs", "pitches", "h", "so", "ab")
    assert rows(store, "core.plate_appearances", *columns) == [
        (1, "single", 11, 0, 0, 0, 2, 1, 0, 1),
        (2, "strikeout", 12, 1, 1, 0, 3, 0, 1, 1),
        (4, "field_out", 12, 0, 1, 1, 1, 0, 0, 1),
    ]
    # His outs hold the runner's two: in the middle of one turn, and at the end of the one that was cut short.
    pitchers = [
        row for row in rows(store, "core.player_games", "player_type", "mlbam_id", "outs") if row[0] == "pitcher"
    ]
    assert pitchers == [("pitcher", 21, 3), ("pitcher", 22, 1)]


def test_pitches_carry_the_common_words_and_physics_of_balls_in_play_only(store: Store) -> None:
    write_register(store)
    write_pitches(store, half_inning())
    make_core(store, "pitches", 2024)
    columns = ("plate_appearance", "pitch_number", "result", "launch_speed", "source", "game_id")
    told = rows(store, "core.pitches", *columns)
    assert [row[2] for row in told] == [
        "ball",
        "in_play",
        "called_strike",
        "foul",
        "swinging_strike",
        "ball",
        "in_play",
    ]
    assert [row[3] for row in told] == [None, 101.0, None, None, None, None, 101.0]
    assert set(row[4:] for row in told) == {("statcast", "700001")}


@pytest.mark.parametrize(
    ("stand", "hc_x", "spray"),
    [("R", 125.42 - 98.27, 0.0), ("L", 125.42 - 98.27, 90.0), ("R", 125.42, 45.0), ("L", 125.42 + 98.27, 0.0)],
)
def test_spray_is_zero_at_the_pull_side_line(store: Store, stand: str, hc_x: float, spray: float) -> None:
    """100 feet left and 100 feet out is the left-field line: a right-handed batter pulls there."""
    write_register(store)
    write_pitches(store, [pitch(1, 1, stand=stand, hc_x=hc_x, hc_y=100.0, events="single", **IN_PLAY)])
    make_core(store, "pitches", 2024)
    assert rows(store, "core.pitches", "spray_deg")[0][0] == pytest.approx(spray, abs=1e-3)


def test_unknown_codes_are_named_with_their_counts(store: Store) -> None:
    write_register(store)
    write_pitches(store, [pitch(1, 1, description="knuckled"), pitch(1, 2, events="teleported")])
    make_core(store, "games", 2024)
    with pytest.raises(CoreError, match=r"result '\?knuckled' in 1 rows"):
        make_core(store, "pitches", 2024)
    with pytest.raises(CoreError, match=r"outcome '\?teleported' in 1 rows"):
        make_core(store, "plate_appearances", 2024)


def test_other_types_of_game_stay_out(store: Store) -> None:
    write_register(store)
    write_pitches(store, [pitch(1, 1, events="walk"), pitch(1, 1, game_pk=9, game_type="S", events="walk")])
    build(store, 2024)
    assert rows(store, "core.games", "game_id") == [("700001",)]
    assert len(rows(store, "core.pitches", "game_id")) == 1


def test_the_official_line_gives_park_number_and_earned_runs(store: Store) -> None:
    write_register(store)
    write_line(store, gid="KCA202404012", p_er=2, p_r=3, p_ipouts=7, site="OMA01")
    write_pitches(store, half_inning())
    build(store, 2024)
    assert rows(store, "core.games", "number", "park_id") == [(2, "OMA01")]
    told = rows(store, "core.player_games", "player_type", "mlbam_id", "outs", "er", "r")
    assert ("pitcher", 21, 7, 2, 3) in told
    assert ("pitcher", 22, 1, None, None) in told


def test_without_a_line_the_park_is_the_usual_one_of_earlier_seasons(store: Store) -> None:
    write_register(store)
    write_line(store, season=2023, gid="KCA202304010", date=dt.date(2023, 4, 1), site="KAN06")
    write_pitches(store, half_inning())
    make_core(store, "games", 2024)
    assert rows(store, "core.games", "number", "park_id") == [(0, "KAN06")]


def test_a_second_build_writes_nothing_and_a_new_day_only_its_month(store: Store) -> None:
    write_register(store)
    write_pitches(store, half_inning())
    write_pitches(store, [pitch(1, 1, events="walk", **MAY)], file="statcast_2024-05.parquet")
    first = build(store, 2024)
    assert not any(item.skipped for items in first.values() for item in items)
    assert all(item.skipped for items in build(store, 2024).values() for item in items)
    day = {"game_pk": 700003, "game_date": dt.date(2024, 5, 3)}
    write_pitches(store, [pitch(1, 1, events="walk", **day)], file="statcast_2024-05-03.parquet")
    again = build(store, 2024)
    for name in ("games", "pitches", "plate_appearances", "player_games"):
        made = {item.partition["month"]: item.skipped for item in again[name]}
        assert made == {4: True, 5: False}, name
    assert not again["season_lines"][0].skipped


def test_a_month_whose_file_is_gone_leaves_the_core_tables(store: Store) -> None:
    write_register(store)
    write_pitches(store, half_inning())
    write_pitches(store, [pitch(1, 1, events="walk", **MAY)], file="statcast_2024-05.parquet")
    build(store, 2024)
    store.drop("raw.statcast_pitches", {"season": 2024, "source_file": "statcast_2024-05.parquet"})
    build(store, 2024)
    for name in ("core.games", "core.pitches", "core.plate_appearances", "core.player_games"):
        assert store.partitions(name) == [{"month": 4, "season": 2024}], name


def test_a_few_days_of_statcast_do_not_displace_a_season_of_plays(store: Store) -> None:
    write_register(store)
    day = {"season": 2023, "game_date": dt.date(2023, 4, 1)}
    file = {"season": 2023, "source_file": "statcast_2023-04.parquet"}
    pitches = [pitch(1, 1, events="walk", **{**day, "source_file": file["source_file"]})]
    store.write("raw.statcast_pitches", file, table(store, "raw.statcast_pitches", pitches))
    plays = [play(1, ab=1, outs_post=1, gid=f"KCA202304{day:02d}0", date=dt.date(2023, 4, day)) for day in (1, 2)]
    write_plays(store, plays)
    make_core(store, "games", 2023)
    assert {row[0] for row in rows(store, "core.games", "source")} == {"retrosheet"}


def test_season_lines_are_lahmans_where_he_has_the_season(store: Store) -> None:
    write_register(store)
    write_pitches(store, half_inning())
    people = [
        {"source_file": "P", "playerID": "a1_lahman", "nameLast": "a1", "retroID": "a1"},
        {"source_file": "P", "playerID": "p1_lahman", "nameLast": "p1", "bbrefID": "p1_bbref"},
    ]
    store.write("raw.lahman_people", {}, table(store, "raw.lahman_people", people))
    zero = dict.fromkeys(["G", "AB", "R", "H", "2B", "3B", "HR", "BB", "SO", "IBB", "HBP", "SH", "SF"], 0)
    batting = [
        {**zero, "stint": 1, "teamID": "CHN", "G": 50, "AB": 100, "H": 30, "2B": 5, "HR": 4, "BB": 10, "SF": 1},
        {**zero, "stint": 2, "teamID": "KCA", "G": 20, "AB": 50, "H": 10, "3B": 1, "SO": 9},
    ]
    batting = [{"source_file": "B", "playerID": "a1_lahman", "yearID": 2024, **row} for row in batting]
    store.write("raw.lahman_batting", {}, table(store, "raw.lahman_batting", batting))
    line = {
        **dict.fromkeys(("W", "L", "CG", "SHO", "SV", "HR", "SO", "IBB", "HBP", "SH", "SF"), 0),
        "source_file": "P",
        "playerID": "p1_lahman",
        "yearID": 2024,
        "stint": 1,
        "teamID": "KCA",
        "G": 30,
        "GS": 2,
        "IPouts": 90,
        "BFP": 130,
        "H": 25,
        "BB": 10,
        "ER": 12,
        "R": 14,
    }
    store.write("raw.lahman_pitching", {}, table(store, "raw.lahman_pitching", [line]))
    clubs = [
        {
            **dict.fromkeys(["G", "W", "L", "R", "AB", "H", "2B", "3B", "HR", "BB"], 0),
            "source_file": "T",
            "yearID": 2024,
            "teamID": code,
            "teamIDretro": code,
            "name": code,
        }
        for code in ("CHN", "KCA")
    ]
    store.write("raw.lahman_teams", {}, table(store, "raw.lahman_teams", clubs))
    build(store, 2024)
    columns = (
        "mlbam_id",
        "source",
        "team",
        "teams",
        "g",
        "gs",
        "opportunities",
        "ab",
        "h",
        "single",
        "so",
        "outs",
        "er",
    )
    assert rows(store, "core.season_lines", *columns) == [
        (11, "lahman", "KC", 2, 70, None, 161, 150, 40, 30, 9, None, None),
        (21, "lahman", "KC", 1, 30, 2, 130, 120, 25, 1, 0, 90, 12),
    ]
    store.write("raw.lahman_people", {}, table(store, "raw.lahman_people", people[:1]))
    with pytest.raises(CoreError, match="p1_lahman"):
        make_core(store, "season_lines", 2024)
