"""The state in which plate appearances began: followed through texts in Retrosheet, told by pitches in Statcast."""

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse import raw
from fbm_pipeline.warehouse.base_running import moves_of
from fbm_pipeline.warehouse.game_states import follow
from fbm_pipeline_tests.making import make_core
from fbm_pipeline_tests.warehouse.hand_made import (
    GID,
    build,
    pitch,
    play,
    rows,
    table,
    write_pitches,
    write_plays,
    write_register,
)

DETAILS = "core.plate_appearance_details"
SINGLE = {"single": 1, "ab": 1}
BOTTOM = {"top_bot": 1, "batteam": "KCA", "pitteam": "CHN", "batter": "a2", "pitcher": "p2"}


def strikeout(pn: int, outs: int, **values: object) -> dict:
    return play(pn, event="K", pitches="SSS", ab=1, k=1, outs_pre=outs, outs_post=outs + 1, **values)


def details(store: Store, plays: list[dict], *columns: str) -> list[tuple]:
    write_register(store)
    write_plays(store, plays)
    build(store, 2023)
    make_core(store, "plate_appearance_details", 2023)
    return rows(store, DETAILS, "plate_appearance", *columns)


def test_runners_and_score_are_followed_through_the_plays(store: Store) -> None:
    found = details(
        store,
        [
            play(1, event="S8/L", **SINGLE),
            play(2, event="CS2(26)", pitches="B", pa=0, outs_post=1),
            play(3, event="D7/L", pitches="B.X", ab=1, double=1, outs_pre=1, outs_post=1),
            play(4, event="HR/8/F.2-H", ab=1, hr=1, runs=2, outs_pre=1, outs_post=1),
            strikeout(5, 1),
            strikeout(6, 2),
            play(7, event="W", pitches="BBBB", walk=1, **BOTTOM),
            play(8, event="HR.1-H", ab=1, hr=1, runs=2, **BOTTOM),
            play(9, event="HR", ab=1, hr=1, runs=1, **BOTTOM),
            strikeout(10, 0, **BOTTOM),
        ],
        "bases",
        "score_difference",
    )
    # The double's turn began with the runner still on first: he was caught in it.
    assert found == [
        (1, 0, 0),
        (3, 0b001, 0),
        (4, 0b010, 0),
        (5, 0, 2),
        (6, 0, 2),
        (7, 0, -2),
        (8, 0b001, -2),
        (9, 0, 0),
        (10, 0, 1),
    ]


def test_bases_are_unknown_from_a_play_that_makes_no_sense_to_the_half_innings_end(store: Store) -> None:
    found = details(
        store,
        [
            play(1, event="S8/L", **SINGLE),
            play(2, event="S8/L.3-H", runs=1, **SINGLE),  # fine: he had moved up unseen
            play(3, event="S8/L.2-H;1-2", runs=1, **SINGLE),  # nobody can have stood on second as well
            play(4, event="W", pitches="BBBB", walk=1),
            strikeout(5, 0, **BOTTOM),
        ],
        "bases",
        "score_difference",
    )
    assert found == [(1, 0, 0), (2, 0b001, 0), (3, 0b001, 1), (4, None, 2), (5, 0, -2)]


def test_outs_that_disagree_with_the_text_end_the_following(store: Store) -> None:
    found = details(store, [play(1, event="S8/L", outs_post=1, **SINGLE), strikeout(2, 1)], "bases")
    assert found == [(1, 0), (2, None)]


def bases(store: Store, season: int, plays: list[dict], innings: int = 9) -> list[int | None]:
    """The bases before each plate appearance of a game of that season, scheduled for so many innings."""
    dated = [row | {"season": season, "date": dt.date(season, 4, 1)} for row in plays]
    file = {"season": season, "source_file": "plays_2023.parquet"}
    store.write("raw.retrosheet_plays", file, table(store, "raw.retrosheet_plays", dated))
    game = {
        "source_file": "gameinfo.parquet",
        "season": season,
        "gid": GID,
        "visteam": "CHN",
        "hometeam": "KCA",
        "site": "KAN06",
        "date": dt.date(season, 4, 1),
        "number": 0,
        "innings": innings,
        "gametype": "regular",
    }
    store.write("raw.retrosheet_gameinfo", {}, table(store, "raw.retrosheet_gameinfo", [game]))
    with session(store, tables=["raw.retrosheet_plays", "raw.retrosheet_gameinfo"]) as connection:
        found = query(connection, "staging/followed_plays", {"season": season, "months": [4]})
    return follow(found).column("bases").to_pylist()


@pytest.mark.parametrize(("season", "placed"), [(2019, 0), (2022, 0b010)])
def test_an_extra_inning_begins_with_a_runner_on_second(store: Store, season: int, placed: int) -> None:
    assert bases(store, season, [strikeout(1, 0, inning=9), strikeout(2, 0, inning=10)]) == [0, placed]


@pytest.mark.parametrize(("innings", "placed"), [(7, 0b010), (9, 0)])
def test_seven_scheduled_innings_make_the_eighth_an_extra_one(store: Store, innings: int, placed: int) -> None:
    plays = [strikeout(1, 0, inning=7), strikeout(2, 0, inning=8)]
    assert bases(store, 2021, plays, innings) == [0, placed]


@pytest.mark.parametrize(
    ("season", "pitches", "third"),
    [
        (2022, "CB.SS", 0b010),
        (2022, ".CBSS", 0b001),  # before the first pitch: a substitution
        (2023, "CB.SS", 0b001),
    ],
)
def test_marks_in_the_pitch_string_tell_of_unseen_moves(store: Store, season: int, pitches: str, third: int) -> None:
    plays = [play(1, event="S8/L", **SINGLE), strikeout(2, 0) | {"pitches": pitches}, strikeout(3, 1)]
    assert bases(store, season, plays) == [0, 0b001, third]


def test_a_mark_that_was_no_move_is_taken_back(store: Store) -> None:
    plays = [
        play(1, event="S8/L", **SINGLE),
        strikeout(2, 0) | {"pitches": "CB.SS"},
        play(3, event="S8/L.1-3", outs_pre=1, outs_post=1, **SINGLE),
        strikeout(4, 1),
    ]
    assert bases(store, 2022, plays) == [0, 0b001, 0b010, 0b101]


def test_pitches_and_rest_of_the_pitcher(store: Store) -> None:
    later = {"gid": "KCA202304050", "date": dt.date(2023, 4, 5)}
    found = details(
        store,
        [
            strikeout(1, 0) | {"pitches": "BSSS"},
            strikeout(2, 1) | {"pitches": "AB+1SS>X"},  # an automatic strike is not thrown
            play(3, event="CS2(26)", pitches="BB", pa=0, outs_pre=2, outs_post=3),  # a turn that was cut short
            strikeout(4, 0, **BOTTOM),
            strikeout(5, 0, inning=2),
            strikeout(1, 0, **later),
            strikeout(2, 0, **BOTTOM, **later),
        ],
        "game_id",
        "pitches_before",
        "rest_days",
    )
    assert found == [
        (1, GID, 0, None),
        (2, GID, 4, None),
        (4, GID, 0, None),
        (5, GID, 4 + 4 + 2, None),
        (1, later["gid"], 0, 4),
        (2, later["gid"], 0, 4),
    ]


def test_statcast_tells_runners_and_score_of_the_first_pitch(store: Store) -> None:
    write_register(store)
    in_play = {"description": "hit_into_play", "events": "single", "bb_type": "fly_ball", "hit_distance_sc": 251.0}
    write_pitches(
        store,
        [
            pitch(1, 1, description="hit_into_play", events="home_run", hit_distance_sc=401.0, post_bat_score=1),
            pitch(2, 1, on_1b=12, on_3b=11, bat_score=1, fld_score=3, post_bat_score=1),
            pitch(2, 2, on_2b=12, on_3b=11, bat_score=1, fld_score=3, post_bat_score=1, **in_play),
            pitch(3, 1, description="foul", hit_distance_sc=310.0, bat_score=1, fld_score=3, post_bat_score=1),
            pitch(3, 2, description="swinging_strike", events="strikeout", bat_score=1, fld_score=3, post_bat_score=1),
        ],
    )
    build(store, 2024)
    make_core(store, "plate_appearance_details", 2024)
    columns = ("plate_appearance", "bases", "score_difference", "pitches_before", "hit_distance")
    assert rows(store, DETAILS, *columns) == [
        (1, 0, None, 0, 401.0),
        (2, 0b101, -2, 1, 251.0),
        (3, 0, -2, 3, None),
    ]


def test_a_second_build_writes_nothing(store: Store) -> None:
    details(store, [strikeout(1, 0)])
    assert [written.skipped for written in make_core(store, "plate_appearance_details", 2023)] == [True]


def runs_of_texts(plays: pa.Table) -> np.ndarray:
    """Runs of each play by its text alone, whoever stood where: what the official column can be checked against."""
    texts = pc.dictionary_encode(plays.column("event").combine_chunks())
    told = [list((moves_of(text) or {}).values()).count(4) for text in texts.dictionary.to_pylist()]
    return np.array(told, dtype=np.int64)[texts.indices.to_numpy()] if told else np.zeros(0, dtype=np.int64)


@pytest.mark.real
def test_a_real_season_is_followed_nearly_everywhere(real_data: Path, store: Store) -> None:
    raw.ingest(store, real_data, "raw.retrosheet_plays", 2016)
    with session(store, tables=["raw.retrosheet_plays", "raw.retrosheet_gameinfo"]) as connection:
        plays = query(connection, "staging/followed_plays", {"season": 2016, "months": list(range(1, 13))})
    found = follow(plays)
    assert found.column("bases").null_count <= 0.0005 * found.num_rows
    assert (runs_of_texts(plays) == plays.column("runs").to_numpy()).mean() > 0.9995
