"""Where batted balls went and who fielded them: events by hand for Retrosheet, angles by hand for Statcast."""

import pytest

from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import check_grain
from fbm_pipeline_tests.making import make_core
from fbm_pipeline_tests.warehouse.hand_made import (
    build,
    out,
    pitch,
    play,
    rows,
    write_pitches,
    write_plays,
    write_register,
)

SINGLE, DOUBLE, HOME_RUN = ({"ab": 1, name: 1} for name in ("single", "double", "hr"))
EVENTS: list[tuple[str, dict, int | None, str | None]] = [
    ("63/G", {"ab": 1}, 6, "left"),
    ("7/F", {"ab": 1}, 7, "left"),
    ("8/SF.3-H", {"sf": 1}, 8, "middle"),
    ("31/G", {"ab": 1}, 3, "right"),
    ("1/BP", {"ab": 1}, 1, "middle"),
    ("54(1)3/GDP", {"ab": 1}, 5, "left"),
    ("E6/TH1", {"ab": 1, "roe": 1}, 6, "left"),
    ("4E3/G", {"ab": 1, "roe": 1}, 4, "right"),
    ("FC5/G.2X3(5)", {"ab": 1, "fc": 1}, 5, "left"),
    ("S8/L.1-2", SINGLE, 8, "middle"),
    ("S9/R4", SINGLE, 9, "right"),
    ("S/G34", SINGLE, None, "right"),
    ("S.1-2", SINGLE, None, None),  # a digit after the point is a runner's
    ("D7/F78", DOUBLE, 7, "left"),
    ("DGR/L9LD", DOUBLE, None, "right"),
    ("HR/7", HOME_RUN, None, "left"),
    ("HR/F78XD.3-H(UR)", HOME_RUN, None, "middle"),
    ("HR/89/F.1-H", HOME_RUN, None, "middle"),
    ("HR/F", HOME_RUN, None, None),
    ("HR9/IPHR", HOME_RUN, 9, "right"),
    ("99", {"ab": 1}, None, None),  # nobody knows
    ("99/G6", {"ab": 1}, None, "left"),
]


def test_fielder_and_direction_are_read_from_the_events_text(store: Store) -> None:
    write_register(store)
    write_plays(
        store,
        [
            *(play(number, event=event, **flags) for number, (event, flags, _, _) in enumerate(EVENTS, start=1)),
            play(90, event="K", pitches="SSS", ab=1, k=1, outs_post=1),
            play(91, event="W", pitches="BBBB", walk=1),
        ],
    )
    _allow_outs(store)
    build(store, 2023)
    make_core(store, "batted_balls", 2023)
    told = rows(store, "core.batted_balls", "plate_appearance", "fielder", "direction")
    assert told == [(number, *told) for number, (_, _, *told) in enumerate(EVENTS, start=1)]
    assert check_grain(store, "core.batted_balls", 2023).passed


def _allow_outs(store: Store) -> None:
    """Outs that the quiet defaults do not name: outs in play make one, a double play two."""
    held = store.delta("raw.retrosheet_plays").to_pyarrow_table().to_pylist()
    for row in held:
        hit = row["single"] or row["double"] or row["hr"] or row["roe"] or row["walk"]
        row["outs_post"] = 0 if hit else 2 if "GDP" in row["event"] else 1
    write_plays(store, held)


ANGLES = [  # stand, hit coordinates, spray's third
    ("R", 25.42, 98.27, "left"),  # his pull line
    ("R", 225.42, 98.27, "right"),
    ("R", 125.42, 98.27, "middle"),
    ("L", 25.42, 98.27, "left"),  # the other way
    ("L", 225.42, 98.27, "right"),
    ("L", None, None, None),
]


def test_a_statcast_season_tells_thirds_of_the_field_and_no_fielder(store: Store) -> None:
    write_register(store)
    write_pitches(
        store,
        [
            pitch(
                number,
                1,
                description="hit_into_play",
                events="single",
                bb_type="line_drive",
                stand=stand,
                hc_x=x,
                hc_y=y,
            )
            for number, (stand, x, y, _) in enumerate(ANGLES, start=1)
        ],
    )
    build(store, 2024)
    make_core(store, "batted_balls", 2024)
    told = rows(store, "core.batted_balls", "plate_appearance", "fielder", "direction")
    assert told == [(number, None, direction) for number, (_, _, _, direction) in enumerate(ANGLES, start=1)]


def test_a_second_build_of_the_same_season_writes_nothing(store: Store) -> None:
    write_register(store)
    write_plays(store, [out(1, 0, event="63/G")])
    build(store, 2023)
    assert [written.skipped for written in make_core(store, "batted_balls", 2023)] == [False]
    assert [written.skipped for written in make_core(store, "batted_balls", 2023)] == [True]


@pytest.mark.parametrize("season", [2022])
def test_a_season_without_games_has_no_batted_balls(store: Store, season: int) -> None:
    assert make_core(store, "batted_balls", season) == []
