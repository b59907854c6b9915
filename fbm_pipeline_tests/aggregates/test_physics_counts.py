"""`features.physics_counts`: barrels at their corners, sums by hand, and partial files beside whole ones."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from fbm_pipeline.aggregates.physics_counts import read_physics_counts
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.making import make_physics_counts
from fbm_pipeline_tests.parks.park_league import game, measured, write_months

# Exit velocity and launch angle, and whether Statcast calls it a barrel: the corners of the widening window.
CORNERS = [
    (97.9, 28.0, False),
    (98.0, 25.9, False),
    (98.0, 26.0, True),
    (98.0, 30.0, True),
    (98.0, 30.1, False),
    (99.0, 25.0, True),
    (99.0, 24.9, False),
    (99.0, 31.0, True),
    (99.0, 32.0, False),
    (100.0, 24.0, True),
    (100.0, 33.0, True),
    (100.0, 23.9, False),
    (100.0, 33.1, False),
    (116.0, 8.0, True),
    (116.0, 7.9, False),
    (116.0, 50.0, True),
    (116.0, 50.1, False),
    (120.0, 50.0, True),
    (120.0, 51.0, False),
    (120.0, 4.0, True),
]


def row(store: Store, player_type: str, season: int = 2021, player: int | None = None) -> dict:
    found = read_physics_counts(store, player_type, [season]).to_pylist()
    kept = [line for line in found if player in (None, line["mlbam_id"])]
    assert len(kept) == 1
    return kept[0]


def pitch(number: int, pitch_type: str, speed: float | None, **values: object) -> dict[str, object]:
    """A pitch of a Statcast game, `pfx` in feet."""
    return {
        "season": 2021,
        "month": 5,
        "game_id": "700001",
        "game_date": dt.date(2021, 5, 1),
        "source": "statcast",
        "plate_appearance": 1,
        "pitch_number": number,
        "batter_id": 1,
        "pitcher_id": 101,
        "inning": 1,
        "is_top": True,
        "throws": "R",
        "outs": 0,
        "balls": 0,
        "strikes": 0,
        "result": "ball",
        "pitch_type": pitch_type,
        "release_speed": speed,
        "pfx_x": -0.5,
        "pfx_z": 1.5,
        "release_spin_rate": 2300.0,
        **values,
    }


def partial(number: int, day: dt.date, game_pk: int, **values: object) -> dict[str, object]:
    """A line of a partial file, movement in inches."""
    return {
        "season": 2021,
        "source_file": "partial.parquet",
        "row": number,
        "game_pk": game_pk,
        "game_date": day,
        "pitcher": 101,
        "batter": 1,
        "p_throws": "R",
        "pitch_type": "FF",
        "release_speed": 94.0,
        "pfx_x_inches": -6.0,
        "pfx_z_inches": 18.0,
        **values,
    }


def write_partial(store: Store, rows: list[dict[str, object]]) -> None:
    schema = TABLES["raw.partial_pitches"].schema
    table = pa.Table.from_pylist([{name: line.get(name) for name in schema.names} for line in rows], schema)
    store.write("raw.partial_pitches", {"season": 2021, "source_file": "partial.parquet"}, table)


@pytest.mark.parametrize(("speed", "angle", "barrel"), CORNERS)
def test_a_barrel_at_the_corners_of_its_window(store: Store, speed: float, angle: float, barrel: bool) -> None:
    write_months(store, "core.plate_appearances", [measured(1, speed, angle)])
    make_physics_counts(store, 2021)
    assert row(store, "batter")["barrels"] == int(barrel)


def test_sums_of_batted_balls_by_hand(store: Store) -> None:
    write_months(
        store,
        "core.plate_appearances",
        [
            measured(1, 95.0, 20.0, spray_deg=29.9),
            measured(2, 105.5, 9.0, spray_deg=10.0),
            measured(3, 84.0, 32.5, spray_deg=60.1),
            measured(4, None, None),
            measured(5, 60.0, -30.0, is_bunt=True),
            measured(6, None, None, hit_type=None),
            measured(7, 99.0, 45.0, spray_deg=None, pitcher_id=102),
        ],
    )
    make_physics_counts(store, 2021)
    batter = row(store, "batter")
    assert (batter["balls_in_play"], batter["measured"], batter["sprayed"]) == (5, 4, 3)
    assert batter["speed"] == pytest.approx(95 + 105.5 + 84 + 99)
    assert (batter["hard_hit"], batter["at_least_100"], batter["at_least_85"]) == (3, 1, 3)
    assert (batter["sweet_spot"], batter["air"], batter["air_speed"]) == (2, 3, pytest.approx(95 + 84 + 99))
    assert (batter["pulled"], batter["opposite"], batter["pulled_air"]) == (2, 1, 1)
    assert (row(store, "pitcher", player=101)["measured"], row(store, "pitcher", player=102)["measured"]) == (3, 1)
    assert batter["pitches"] == 0


def test_velocity_movement_and_spin_by_hand(store: Store) -> None:
    write_months(store, "core.games", [game(2021, "700001", "BOS", "NYY")])
    write_months(
        store,
        "core.pitches",
        [
            pitch(1, "FF", 95.0),
            pitch(2, "SI", 93.0, pfx_x=-1.5, release_spin_rate=None),
            pitch(3, "ST", 82.0, pfx_x=1.0, pfx_z=-0.5),
            pitch(4, "CH", 86.0),
            pitch(5, "FC", 90.0),
            pitch(6, "FA", 62.0),
            pitch(7, "FF", None),
            pitch(8, "FF", 94.0, throws="L", pitcher_id=102),
        ],
    )
    make_physics_counts(store, 2021)
    pitcher = row(store, "pitcher", player=101)
    assert (pitcher["pitches"], pitcher["fastballs"], pitcher["breaking"], pitcher["offspeed"]) == (6, 2, 1, 1)
    assert (pitcher["fastball_speed"], pitcher["fastball_run"]) == (pytest.approx(188), pytest.approx(0.5 + 1.5))
    assert (pitcher["fastball_spins"], pitcher["fastball_spin"]) == (1, pytest.approx(2300))
    assert (pitcher["breaking_run"], pitcher["breaking_rise"]) == (pytest.approx(-1.0), pytest.approx(-0.5))
    assert row(store, "pitcher", player=102)["fastball_run"] == pytest.approx(-0.5)
    assert row(store, "batter")["pitches"] == 7


def test_partial_files_join_in_feet_and_only_where_nothing_else_is(store: Store) -> None:
    day = dt.date(2021, 5, 1)
    write_months(store, "core.games", [game(2021, "700001", "BOS", "NYY")])
    write_months(store, "core.pitches", [pitch(1, "FF", 95.0)])
    write_partial(
        store,
        [
            partial(1, day, 700002),
            partial(2, day, 700001),  # a game that the whole files hold
            partial(3, dt.date(2021, 10, 20), 700003),  # after the season's last game: the postseason
            partial(4, day, 700002, release_speed=None),
        ],
    )
    make_physics_counts(store, 2021)
    pitcher = row(store, "pitcher")
    assert (pitcher["fastballs"], pitcher["fastball_speed"]) == (2, pytest.approx(95 + 94))
    assert (pitcher["fastball_rise"], pitcher["fastball_run"]) == (pytest.approx(1.5 + 1.5), pytest.approx(0.5 + 0.5))
    assert pitcher["fastball_spins"] == 1


def test_a_season_without_measurements_is_without_rows_and_made_once(store: Store) -> None:
    write_months(store, "core.plate_appearances", [measured(1, None, None)])
    assert make_physics_counts(store, 2021).rows == 0
    assert make_physics_counts(store, 2021).skipped
    write_months(store, "core.plate_appearances", [measured(1, 90.0, 10.0)])
    again = make_physics_counts(store, 2021)
    assert (again.rows, again.skipped) == (2, False)
    assert set(TABLES["features.physics_counts"].column_names) >= set(row(store, "batter"))


def test_the_order_of_rows_changes_nothing(store: Store, tmp_path: Path) -> None:
    rows = [measured(number, 80.1 + number * 0.7, 3.3 * number) for number in range(30)]
    turned = Store(tmp_path / "turned", store.contracts)
    for each, ordered in ((store, rows), (turned, rows[::-1])):
        write_months(each, "core.plate_appearances", ordered)
    assert make_physics_counts(store, 2021).content_hash == make_physics_counts(turned, 2021).content_hash
