"""core.minor_lines from a few lines of each publisher: whose they are, which counts stand, and what is left out."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from fbm_pipeline.sources.minor_leagues import read_minor_leagues
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import MINIMUM_MATCHED, check_minor_league_match, match_rates
from fbm_pipeline.warehouse.season_games import minor_seasons
from fbm_pipeline_tests.making import make_core
from fbm_pipeline_tests.sources.statsapi_server import split
from fbm_pipeline_tests.warehouse.hand_made import table

SEASON = 2021
BATTING, PITCHING = "raw.milb_batting", "raw.milb_pitching"
PEOPLE = [
    (11, "Álex", "Ramírez", 1996),
    (12, "Luis", "Garcia", 1996),
    (13, "Luis", "García", 1997),
    (14, "Tom", "Young", 2001),
    (15, "Ben", "Old", 1995),
    (21, "Rob", "Arm", 1994),
]
FULL = {
    "source": "fangraphs",
    "source_file": "fangraphs_hitters.parquet",
    "level": "AAA",
    "team": "BOS",
    "age": 24,
    "name": "Alex Ramirez",
    "player_id": "sa1",
    "mlbam": 11,
    "PA": 500,
    "AB": 440,
    "SO": 100,
    "BB": 50,
    "HR": 20,
    "H": 120,
    "2B": 25,
    "3B": 2,
    "G": 120,
}
RATES = {
    "source": "fangraphs",
    "source_file": "fangraphs_hitter_rates.parquet",
    "level": "AAA",
    "age": 24,
    "name": "Alex Ramirez",
    "player_id": "sa1",
    "mlbam": 11,
    "PA": 500,
    "K%": 0.2004,
    "BB%": 0.0996,
    "GB/FB": 1.0,
    "LD%": 0.2,
    "HR/FB": 0.14,
}
SAVANT = {
    "source": "savant",
    "source_file": "savant_batters.parquet",
    "name": "Ramírez, Álex",
    "PA": 400,
    "SO": 90,
    "BB": 30,
    "HR": 12,
    "H": 100,
    "2B": 20,
    "3B": 1,
}


def write(store: Store, rows: Sequence[dict], name: str = BATTING) -> None:
    numbered = [{"season": SEASON, "row": at, **row} for at, row in enumerate(rows, start=1)]
    store.write(name, {}, table(store, name, numbered))


def write_people(store: Store, people: Sequence[tuple[int, str, str, int | None]] = PEOPLE) -> None:
    rows = [
        {
            "source_file": "people.parquet",
            "key_person": f"p{mlbam}",
            "key_mlbam": mlbam,
            "name_first": first,
            "name_last": last,
            "birth_year": year,
        }
        for mlbam, first, last, year in people
    ]
    store.write("raw.register", {}, table(store, "raw.register", rows))


def lines(store: Store, season: int = SEASON) -> list[dict]:
    written = make_core(store, "minor_lines", season)[0]
    if not store.exists("core.minor_lines") or not written.rows:
        return []
    held = store.delta("core.minor_lines").to_pyarrow_table(filters=[("season", "=", season)])
    order = [(name, "ascending") for name in ("player_type", "level", "line_id")]
    return held.sort_by(order).to_pylist()


def only(store: Store) -> dict:
    found = lines(store)
    assert len(found) == 1
    return found[0]


def test_a_full_line_keeps_its_counts(store: Store) -> None:
    write(store, [FULL])
    expected = {
        "season": SEASON,
        "player_type": "batter",
        "level": "AAA",
        "line_id": "11",
        "mlbam_id": 11,
        "matched_by": "id",
        "sources": "fangraphs",
        "age": 24,
        "club": "BOS",
        "pa": 500,
        "so": 100,
        "bb": 50,
        "hr": 20,
        "hr_pa": 500,
        "hr_estimated": False,
        "h_pa": 500,
        "h": 120,
        "double": 25,
        "triple": 2,
        "games": 120,
        "starts": None,
    }
    line = only(store)
    assert {name: line[name] for name in expected} == expected


def test_rates_become_counts(store: Store) -> None:
    write(store, [RATES])
    line = only(store)
    assert (line["so"], line["bb"], line["hr_estimated"]) == (100, 50, True)
    # 500 x (1 - .2004 - .0996) balls hit, 4/5 of them no line drives, half of those in the air: 140 fly balls.
    assert line["hr"] == pytest.approx(0.14 * 140 / 1.024)
    assert (line["h"], line["h_pa"], line["double"], line["hr_pa"]) == (None, None, None, 500)


def test_home_runs_that_the_rates_do_not_tell_stay_unknown(store: Store) -> None:
    write(store, [RATES | {"GB/FB": None}])
    line = only(store)
    assert (line["so"], line["hr"], line["hr_pa"], line["hr_estimated"]) == (100, None, None, None)


@pytest.mark.parametrize("order", [1, -1])
def test_a_full_line_wins_over_the_rates(store: Store, order: int) -> None:
    write(store, [FULL | {"SO": 101, "HR": 21}, RATES][::order])
    line = only(store)
    assert (line["so"], line["hr"], line["hr_estimated"], line["pa"]) == (101, 21, False, 500)


def test_savant_is_matched_by_name_whatever_its_accents(store: Store) -> None:
    write_people(store)
    write(store, [SAVANT])
    line = only(store)
    assert (line["mlbam_id"], line["matched_by"], line["level"], line["age"]) == (11, "name", "AAA", 25)
    assert (line["sources"], line["pa"], line["h"]) == ("savant", 400, 100)


def test_a_pitcher_of_savant_loses_the_hand_after_his_name(store: Store) -> None:
    write_people(store)
    write(store, [SAVANT | {"name": "Arm, Rob LHP"}], PITCHING)
    line = only(store)
    assert (line["player_type"], line["mlbam_id"], line["starts"]) == ("pitcher", 21, None)


@pytest.mark.parametrize(("born", "matched"), [(1970, False), (1979, True), (2004, True), (2006, False)])
def test_a_name_alone_is_nobodys_outside_the_plausible_ages(store: Store, born: int, matched: bool) -> None:
    write_people(store, [(11, "Alex", "Ramirez", born)])
    write(store, [SAVANT])
    assert match_rates(store, SEASON)[0].by_name == float(matched)


@pytest.mark.parametrize(("born", "matched"), [(1996, "name"), (1997, "name"), (1995, "none"), (1998, "none")])
def test_a_published_age_allows_two_birth_years(store: Store, born: int, matched: str) -> None:
    write_people(store, [(11, "Alex", "Ramirez", born)])
    write(store, [FULL | {"mlbam": None}])
    line = only(store)
    assert (line["matched_by"], line["mlbam_id"]) == (matched, 11 if matched == "name" else None)
    assert line["line_id"] == ("11" if matched == "name" else "fangraphs:sa1")


def test_people_of_one_name_are_not_matched(store: Store) -> None:
    write_people(store)
    write(store, [SAVANT | {"name": "Garcia, Luis"}])
    assert lines(store) == []  # neither whose nor at what level
    assert match_rates(store, SEASON)[0].several == 1.0
    write(store, [FULL | {"name": "Luis Garcia", "mlbam": None}])
    assert [(line["matched_by"], line["mlbam_id"], line["line_id"]) for line in lines(store)] == [
        ("several", None, "fangraphs:sa1")
    ]


def test_the_young_of_savant_are_left_out_unless_their_level_is_known(store: Store) -> None:
    write_people(store)
    young, old = SAVANT | {"name": "Young, Tom"}, SAVANT | {"name": "Old, Ben"}
    write(store, [young, old])
    assert [line["mlbam_id"] for line in lines(store)] == [15]
    known = FULL | {"name": "Tom Young", "mlbam": 14, "player_id": "sa14", "PA": 50, "SO": 9}
    write(store, [young, old, known])
    found = {line["mlbam_id"]: line for line in lines(store)}
    assert set(found) == {14, 15}
    assert (found[14]["sources"], found[14]["pa"]) == ("fangraphs+savant", 400)
    write(store, [young, old, known | {"level": "AA"}])
    assert [(line["mlbam_id"], line["level"]) for line in lines(store)] == [(14, "AA"), (15, "AAA")]


def test_a_batting_line_tells_no_pitchers_level(store: Store) -> None:
    write_people(store)
    write(store, [FULL | {"mlbam": 14}])
    write(store, [SAVANT | {"name": "Young, Tom RHP"}], PITCHING)
    assert [line["player_type"] for line in lines(store)] == ["batter"]


def test_the_mexican_league_is_left_out(store: Store) -> None:
    other = FULL | {"player_id": "sa2", "mlbam": 15}
    write(store, [FULL | {"team": "MEX"}, RATES, other, RATES | {"player_id": "sa2", "mlbam": 15}])
    assert [line["mlbam_id"] for line in lines(store)] == [15]
    # Who played for a club of AAA too keeps that line; the rates are those of both together.
    write(store, [FULL | {"team": "MEX"}, RATES | {"PA": 600}, FULL | {"PA": 100, "SO": 30}])
    line = only(store)
    assert (line["club"], line["pa"], line["so"]) == ("BOS", 100, 30)
    # Another season's or another level's line in Mexico takes nothing away.
    write(store, [FULL | {"team": "MEX", "season": 2019}, FULL | {"team": "MEX", "level": "AA"}, RATES])
    assert only(store)["hr_estimated"]


@pytest.mark.parametrize("name", [BATTING, PITCHING])
def test_the_mexican_league_of_statsapi_is_told_by_its_name(store: Store, name: str) -> None:
    line = FULL | {"source": "statsapi", "team": "Diablos Rojos del Mexico", "league": "Mexican League"}
    write(store, [line, line | {"mlbam": 12, "team": "BOS", "league": "International League"}], name)
    assert only(store)["mlbam_id"] == 12


def test_lines_of_several_clubs_are_added_up(store: Store) -> None:
    write(store, [FULL | {"PA": 200, "SO": 40, "G": 50}, FULL | {"team": "LAD", "PA": 300, "SO": 70, "HR": 5, "H": 80}])
    line = only(store)
    assert (line["pa"], line["so"], line["hr"], line["h"], line["club"]) == (500, 110, 25, 200, "LAD")
    assert (line["games"], line["hr_pa"], line["h_pa"]) == (170, 500, 500)


def test_a_count_that_one_club_does_not_tell_is_unknown(store: Store) -> None:
    write(store, [FULL, FULL | {"team": "LAD", "HR": None, "H": None}])
    line = only(store)
    assert (line["pa"], line["so"], line["hr"], line["h"], line["double"]) == (1000, 200, None, None, None)


def test_levels_are_lines_of_their_own_and_the_lowest_are_left_out(store: Store) -> None:
    levels = ("AAA", "AA", "A+", "A", "R", "A-")
    write(store, [FULL | {"level": level, "PA": 100 + at} for at, level in enumerate(levels)])
    assert [(line["level"], line["pa"]) for line in lines(store)] == [
        ("A", 103),
        ("A+", 102),
        ("AA", 101),
        ("AAA", 100),
    ]


def test_of_two_publishers_hits_come_from_the_one_that_counts_them(store: Store) -> None:
    write_people(store)
    write(store, [RATES | {"PA": 500}, SAVANT | {"PA": 380}])
    line = only(store)
    assert (line["sources"], line["matched_by"], line["club"]) == ("fangraphs+savant", "id", None)
    assert (line["pa"], line["so"], line["hr_pa"], line["hr_estimated"]) == (500, 100, 500, True)
    assert (line["h"], line["h_pa"], line["double"]) == (100, 380, 20)


def test_statsapis_file_becomes_lines(store: Store, tmp_path: Path) -> None:
    pitchers = [split(7, group="pitching", team=238), split(8, group="pitching", team=238)]
    document = {"group": "pitching", "level": "AAA", "season": 2024, "parents": {"238": "LAD"}, "splits": pitchers}
    path = tmp_path / "statsapi_pitching_2024_AAA.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    store.write(PITCHING, {}, read_minor_leagues(path, store.contracts[PITCHING].schema))
    found = lines(store, 2024)
    assert [(line["mlbam_id"], line["matched_by"], line["sources"]) for line in found] == [
        (7, "id", "statsapi"),
        (8, "id", "statsapi"),
    ]
    stat = pitchers[0]["stat"]
    first = found[0]
    assert (first["pa"], first["so"], first["games"], first["starts"]) == tuple(
        stat[name]
        for name in ("battersFaced", "strikeOuts", "gamesPlayed", "gamesStarted")  # type: ignore[index]
    )
    assert minor_seasons(store) == [2024]


def test_lines_without_plate_appearances_are_none(store: Store) -> None:
    write(store, [FULL | {"PA": 0}, FULL | {"mlbam": 12, "PA": None}])
    assert lines(store) == []


def test_without_any_source_a_season_has_no_lines_and_nothing_fails(store: Store) -> None:
    assert (lines(store), minor_seasons(store), match_rates(store, SEASON)) == ([], [], [])
    result = check_minor_league_match(store, SEASON)
    assert (result.passed, result.summary) == (True, f"{SEASON}: no lines")
    write(store, [FULL])
    assert lines(store, 2020) == []  # a season that was not played


def test_match_rates_by_publisher(store: Store) -> None:
    write_people(store)
    nobody = {"mlbam": None, "name": "Jim Nobody", "player_id": "sa9"}
    write(
        store,
        [
            FULL | {"PA": 300},
            FULL | {"mlbam": None, "PA": 600, "player_id": "sa8"},
            FULL | nobody | {"PA": 100},
            SAVANT | {"name": "Garcia, Luis", "PA": 30},
            SAVANT | {"PA": 10},
        ],
    )
    fangraphs, savant = match_rates(store, SEASON)
    assert (fangraphs.source, fangraphs.lines, fangraphs.opportunities) == ("fangraphs", 3, 1000)
    assert (fangraphs.by_id, fangraphs.by_name, fangraphs.several) == (0.3, 0.6, 0.0)
    assert (savant.source, savant.by_name, savant.several) == ("savant", 0.25, 0.75)
    assert fangraphs.matched == pytest.approx(MINIMUM_MATCHED)


@pytest.mark.parametrize(("unknown", "passed"), [(50, True), (60, False)])
def test_the_check_fails_where_a_publisher_with_ids_loses_too_many(store: Store, unknown: int, passed: bool) -> None:
    nobody = {"mlbam": None, "name": "Jim Nobody", "player_id": "sa9", "PA": unknown}
    unheard = SAVANT | {"name": "Unheard, Of"}  # Savant's names never fail it
    write(store, [FULL, FULL | nobody, unheard])
    assert check_minor_league_match(store, SEASON).passed is passed


@pytest.mark.parametrize("order", [1, -1])
def test_of_equal_lines_the_same_one_stands_whatever_their_order(store: Store, order: int) -> None:
    write_people(store)
    by_name = RATES | {"mlbam": None}
    clubs = [FULL | {"mlbam": 15, "team": team, "league": team} for team in ("LAD", "BOS")]
    publishers = [
        FULL | {"mlbam": 14, "source": source, "team": source, "H": h, "G": h, "source_file": source}
        for source, h in (("fangraphs", 130), ("statsapi", 131))
    ]
    write(store, [FULL, by_name, *clubs, *publishers][::order])
    found = {line["mlbam_id"]: line for line in lines(store)}
    assert found[11]["matched_by"] == "id"
    assert (found[15]["club"], found[15]["league"]) == ("LAD", "LAD")
    assert [found[14][name] for name in ("club", "h", "games", "sources")] == [
        "statsapi",
        131,
        131,
        "fangraphs+statsapi",
    ]


def test_changed_lines_make_the_table_again_and_the_same_do_not(store: Store) -> None:
    write(store, [FULL])
    first = make_core(store, "minor_lines", SEASON)[0]
    assert make_core(store, "minor_lines", SEASON)[0].skipped
    write(store, [FULL | {"SO": 99}])
    again = make_core(store, "minor_lines", SEASON)[0]
    assert (again.skipped, again.content_hash == first.content_hash) == (False, False)
