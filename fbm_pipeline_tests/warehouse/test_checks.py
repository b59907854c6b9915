"""Each check passes on what agrees and fails, with the right count and cause, on what does not."""

import datetime as dt

from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import (
    check_calendar,
    check_grain,
    check_id_match,
    check_lahman_totals,
    check_pitching_lines,
    check_source_flags,
)
from fbm_pipeline_tests.warehouse.hand_made import (
    build,
    out,
    pitch,
    play,
    table,
    write_line,
    write_pitches,
    write_plays,
    write_register,
)


def retrosheet_season(store: Store) -> None:
    write_register(store)
    write_plays(store, [out(1, 0), play(2, ab=1, single=1, event="S7"), play(3, walk=1, event="W", pitches="BBBB")])
    build(store, 2023)


def write_batting(store: Store, **values: int) -> None:
    names = ("G", "AB", "R", "H", "2B", "3B", "HR", "BB", "SO", "IBB", "HBP", "SH", "SF")
    line = {
        **dict.fromkeys(names, 0),
        "source_file": "B",
        "playerID": "a1",
        "yearID": 2023,
        "stint": 1,
        "teamID": "CHN",
        **values,
    }
    store.write("raw.lahman_batting", {}, table(store, "raw.lahman_batting", [line]))


def statcast_game() -> list[dict]:
    """A walk, a single, a turn without an ending, and one in which p2 replaces p1."""
    return [
        pitch(1, 1, events="walk"),
        pitch(2, 1, batter=12, description="hit_into_play", events="single"),
        pitch(3, 1),
        pitch(4, 1, batter=12, outs_when_up=0),
        pitch(4, 2, batter=12, pitcher=22, balls=1, events="walk"),
    ]


def test_lahman_totals_must_be_equal(store: Store) -> None:
    retrosheet_season(store)
    write_batting(store, AB=2, H=1, BB=1)
    assert check_lahman_totals(store, 2023).passed
    write_batting(store, AB=2, H=1, BB=2)
    result = check_lahman_totals(store, 2023)
    assert not result.passed
    assert result.summary == "2023 (retrosheet): bb -1, pa -1"


def test_a_season_that_lahman_does_not_hold_is_not_compared(store: Store) -> None:
    retrosheet_season(store)
    result = check_lahman_totals(store, 2023)
    assert result.passed
    assert "does not hold" in result.summary


def test_differences_from_official_lines_are_counted_by_cause(store: Store) -> None:
    write_register(store)
    write_pitches(store, statcast_game())
    # Five batters: the changed turn is charged to p1, one walk was signalled, and the single is an error now.
    write_line(store, p_bfp=5, p_h=0, p_w=3, p_iw=1)
    build(store, 2024)
    result = check_pitching_lines(store, 2024)
    statistics = result.details["statistics"]
    assert isinstance(statistics, dict)
    assert result.passed
    assert statistics["hr"] == {"agree": 1}
    assert statistics["ibb"] == {"agree": 0, "automatic_intentional_walk": 1}
    assert statistics["h"] == {"agree": 0, "later_scoring": 1}
    assert statistics["bf"] == {"agree": 0, "ended_without_a_pitch": 1}
    assert result.details["told_without_a_line"] == 1


def test_a_home_run_that_differs_fails(store: Store) -> None:
    write_register(store)
    write_pitches(store, statcast_game())
    write_line(store, p_bfp=2, p_hr=1)
    build(store, 2024)
    assert not check_pitching_lines(store, 2024).passed


def test_games_that_only_the_official_lines_hold_are_named(store: Store) -> None:
    write_register(store)
    write_pitches(store, statcast_game())
    write_line(store, gid="KCA202404050", date=dt.date(2024, 4, 5), p_bfp=7, p_hr=2)
    build(store, 2024)
    details = check_pitching_lines(store, 2024).details
    assert details["missing_games"] == ["KCA202404050"]
    assert (details["missing_games_bf"], details["missing_games_hr"]) == (7, 2)


def test_unmatched_players_are_counted_by_plate_appearances(store: Store) -> None:
    retrosheet_season(store)
    assert check_id_match(store, 2023).passed
    write_register(store, {"a1": 11, "a2": 12})
    result = check_id_match(store, 2023)
    assert not result.passed
    assert result.details == {"share": 0.5, "unmatched": {"pitcher p1": 3}}


def test_a_statcast_player_outside_the_register_is_counted(store: Store) -> None:
    write_register(store, {"a1": 11, "p1": 21, "p2": 22})
    write_pitches(store, statcast_game())
    build(store, 2024)
    result = check_id_match(store, 2024)
    assert not result.passed
    assert result.details["unmatched"] == {"batter 12": 2}


def test_plays_and_outcomes_must_say_the_same(store: Store) -> None:
    retrosheet_season(store)
    assert check_source_flags(store, 2023).passed
    write_plays(store, [out(1, 0), play(2, ab=1, double=1, event="D7"), play(3, walk=1, event="W", pitches="BBBB")])
    result = check_source_flags(store, 2023)
    assert not result.passed
    assert result.details == {"plays": 3, "missing": 0, "differing": 1}


def test_grain_and_calendar(store: Store) -> None:
    retrosheet_season(store)
    assert all(check_grain(store, f"core.{name}", 2023).passed for name in ("games", "pitches", "season_lines"))
    assert check_calendar(store, 2023).passed
    held = store.delta("core.games").to_pyarrow_table().select(store.contracts["core.games"].column_names)
    moved = held.set_column(
        held.column_names.index("month"), "month", table(store, "core.games", [{"month": 5}])["month"]
    )
    store.write("core.games", {"season": 2023, "month": 5}, moved)
    assert not check_grain(store, "core.games", 2023).passed
    assert not check_calendar(store, 2023).passed
