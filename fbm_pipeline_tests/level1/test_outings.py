"""Outings: every plate appearance once and in the keys' order, its own pitches in order, nothing that tells who."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.level1.outings import Outings, concatenate, load_outings, unknown_shares
from fbm_pipeline.level1.vocabulary import (
    BATTED_BALL_PHYSICS,
    ENDING_FIELDS,
    FIELDS,
    NOT_OVER,
    NUMERICS,
    RESERVED,
    UNKNOWN,
    WORDS,
)
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.tiny_outings import outings_of

COLUMN = {name: index for index, name in enumerate(FIELDS)}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Outings]:
    store = Store(tmp_path_factory.mktemp("outings") / "store", TABLES)
    return store, outings_of(store, 2022, physics=True)


def told(store: Store, columns: str) -> dict[tuple[str, int], tuple]:
    """Columns of the plate appearances and of the tables beside them, by key."""
    with session(store) as connection:
        rows = connection.execute(
            f"select game_id, plate_appearance, {columns} from core.plate_appearances as pa "
            "join core.plate_appearance_details as details using (game_id, plate_appearance) "
            "left join core.batted_balls as balls using (game_id, plate_appearance)"
        ).fetchall()
    return {(game, number): rest for game, number, *rest in rows}


def key_of(outings: Outings, index: int) -> tuple[str, int]:
    row = int(outings.pa_rows[index])
    return outings.game_id[row].as_py(), int(outings.plate_appearance[row])


def words(outings: Outings, field: str, tokens: np.ndarray) -> list[str]:
    return ["UNKNOWN" if i == UNKNOWN else WORDS[field][i - RESERVED] for i in outings.ids[tokens, COLUMN[field]]]


def test_keys_are_the_table_sorted(written: tuple[Store, Outings]) -> None:
    store, outings = written
    with session(store) as connection:
        keys = connection.execute(
            "select game_id, plate_appearance from core.plate_appearances order by game_id, plate_appearance"
        ).fetchall()
    found = zip(outings.game_id.to_pylist(), outings.plate_appearance.tolist(), strict=True)
    assert list(found) == keys
    assert sorted(outings.pa_rows.tolist()) == list(range(outings.plate_appearances))


def test_every_plate_appearance_holds_its_own_pitches_in_order(written: tuple[Store, Outings]) -> None:
    store, outings = written
    with session(store) as connection:
        rows = connection.execute(
            "select game_id, plate_appearance, list(result order by pitch_number), list(release_speed order by "
            "pitch_number) from core.pitches group by all"
        ).fetchall()
    results = {(game, number): (words, speeds) for game, number, words, speeds in rows}
    assert outings.pa_starts[-1] == outings.tokens
    for index in range(outings.plate_appearances):
        tokens = np.arange(outings.pa_starts[index], outings.pa_starts[index + 1])
        expected, speeds = results.get(key_of(outings, index), (["UNKNOWN"], [np.nan]))  # no pitch: a token of its own
        assert words(outings, "result", tokens) == expected
        speed = outings.numerics_of(tokens)[:, NUMERICS.index("release_speed")]
        np.testing.assert_allclose(speed, speeds, rtol=1e-6)
        assert outings.ids[tokens, COLUMN["position"]].tolist() == [RESERVED + i for i in range(len(tokens))]


def test_a_row_is_one_pitcher_in_one_game_in_order(written: tuple[Store, Outings]) -> None:
    store, outings = written
    pitchers = told(store, "pa.pitcher_id")
    seen = set()
    for begin, end in zip(outings.outing_starts[:-1], outings.outing_starts[1:], strict=True):
        keys = [key_of(outings, index) for index in range(begin, end)]
        assert keys == sorted(keys)
        assert len({(key[0], pitchers[key][0]) for key in keys}) == 1
        first = outings.ids[outings.pa_starts[begin:end]]
        assert first[:, COLUMN["order"]].tolist() == [RESERVED + i for i in range(end - begin)]
        seen.add((keys[0][0], pitchers[keys[0]][0]))
    assert len(seen) == outings.outings == 24


def test_the_end_stands_on_the_last_pitch_only(written: tuple[Store, Outings]) -> None:
    store, outings = written
    last = outings.pa_starts[1:] - 1
    earlier = np.setdiff1d(np.arange(outings.tokens), last)
    for field in ENDING_FIELDS:
        assert set(words(outings, field, earlier)) == {NOT_OVER}
        assert NOT_OVER not in words(outings, field, last)
    physics = outings.numerics_of(earlier)[:, [NUMERICS.index(name) for name in BATTED_BALL_PHYSICS]]
    assert np.isnan(physics).all()
    ends = told(store, "pa.outcome, pa.hit_type, fielder, balls.game_id is not null, pa.launch_speed, hit_distance")
    speed, distance = NUMERICS.index("launch_speed"), NUMERICS.index("hit_distance")
    numerics = outings.numerics_of(last)
    fielders = words(outings, "fielder", last)
    for index, outcome in enumerate(words(outings, "outcome", last)):
        event, _, fielder, in_play, launch, far = ends[key_of(outings, index)]
        assert outcome == event
        assert fielders[index] == (("UNKNOWN" if fielder is None else str(fielder)) if in_play else "none")
        np.testing.assert_allclose(numerics[index, [speed, distance]], [launch or np.nan, far or np.nan], rtol=1e-6)
    assert np.isfinite(numerics[:, speed]).sum() > 5
    assert np.isnan(numerics[:, NUMERICS.index("plate_x")]).all()  # never written: absent, not zero


def test_the_state_is_that_before_the_plate_appearance(written: tuple[Store, Outings]) -> None:
    store, outings = written
    first = outings.pa_starts[:-1]
    rows = told(store, "pa.inning, bases, times_faced, score_difference, pitches_before, rest_days, park_id")
    numerics = outings.numerics_of(first)[:, -3:]
    found = [words(outings, field, first) for field in ("inning", "bases", "times_faced", "park")]
    for index, (inning, bases, times_faced, park) in enumerate(zip(*found, strict=True)):
        row = rows[key_of(outings, index)]
        mask = sum(1 << int(base) - 1 for base in bases if bases != "empty")
        assert (inning, mask, int(times_faced[0]) - 1, park) == (str(row[0]), row[1], row[2], row[6])
        np.testing.assert_array_equal(numerics[index], [np.nan if value is None else value for value in row[3:6]])
    of_outing = outings.numerics_of(np.arange(outings.tokens))[:, NUMERICS.index("pitch_of_outing")]
    position = outings.ids[:, COLUMN["position"]] - RESERVED
    np.testing.assert_array_equal(of_outing - position, np.repeat(numerics[:, 1], np.diff(outings.pa_starts)))


def test_outs_are_those_when_he_came_to_bat(written: tuple[Store, Outings]) -> None:
    store, outings = written
    rows = told(store, "pa.outs, pa.outs_made")
    for index, outs in enumerate(words(outings, "outs", outings.pa_starts[:-1])):
        game, number = key_of(outings, index)
        assert int(outs) == (sum(rows[game, number - 1]) if number % 2 == 0 else 0)
        # A runner is caught while the sixth batter of each game is up: the table's outs know it, his turn's start not.
        assert rows[game, number][0] - int(outs) == (number == 6)


def test_a_starter_opens_the_game(written: tuple[Store, Outings]) -> None:
    store, outings = written
    pitchers = told(store, "pa.pitcher_id")
    for index, start in enumerate(words(outings, "start", outings.pa_starts[:-1])):
        assert (start == "starter") == (pitchers[key_of(outings, index)][0] in (200, 201))


def test_unknown_shares_are_among_the_tokens_that_a_field_applies_to(written: tuple[Store, Outings]) -> None:
    store, outings = written
    shares = unknown_shares(outings)
    assert set(shares) == set(FIELDS)
    fielders = [row[0] for row in told(store, "coalesce(fielder, 0) = 0 and balls.game_id is not null").values()]
    assert shares["fielder"] == pytest.approx(np.mean(fielders))
    assert 0 < shares["fielder"] < 0.2
    assert shares["result"] == shares["pitch_type"] == shares["park"] == 0.0  # a walk without a pitch has no result
    ids = outings.ids.copy()
    ids[outings.pa_starts[:3], COLUMN["stand"]] = UNKNOWN
    changed = Outings(**{**vars(outings), "ids": ids})
    assert unknown_shares(changed)["stand"] == pytest.approx(3 / outings.tokens)


def test_concatenation_keeps_every_season(tmp_path: Path) -> None:
    store = Store(tmp_path, TABLES)
    seasons = [
        outings_of(store, 2021, games=2, physics=True),
        outings_of(store, 2015, games=3),
        outings_of(store, 2022, games=2, physics=True),
    ]
    first, plain, last = seasons
    both = concatenate(seasons)
    assert len(plain.physics) == 1  # a season without physics costs no memory for it
    assert len(both.physics) == len(first.physics) + len(last.physics) - 1
    assert both.outings == sum(season.outings for season in seasons)
    token, row = 0, 0
    for season in seasons:
        tokens = np.arange(season.tokens)
        np.testing.assert_array_equal(both.ids[token + tokens], season.ids)
        np.testing.assert_array_equal(both.numerics_of(token + tokens), season.numerics_of(tokens))
        own = pa.array(both.pa_rows[row : row + season.plate_appearances])
        assert both.game_id.take(own).equals(season.game_id.take(pa.array(season.pa_rows)))
        np.testing.assert_array_equal(
            both.pa_starts[row : row + season.plate_appearances], season.pa_starts[:-1] + token
        )
        token, row = token + season.tokens, row + season.plate_appearances
    assert both.outing_starts[-1] == row
    assert set(both.outing_starts) >= {0, first.plate_appearances, first.plate_appearances + plain.plate_appearances}


def test_measured_values_are_those_of_the_tokens(written: tuple[Store, Outings]) -> None:
    outings = written[1]
    everything = outings.numerics_of(np.arange(outings.tokens))
    for index, name in enumerate(NUMERICS):
        values = everything[:, index]
        np.testing.assert_array_equal(np.sort(outings.measured(name)), np.sort(values[~np.isnan(values)]))
    angle = np.hypot(outings.measured("spin_axis_sin"), outings.measured("spin_axis_cos"))
    np.testing.assert_allclose(angle, 1.0, rtol=1e-6)


def test_an_unknown_season_is_an_error(written: tuple[Store, Outings]) -> None:
    with pytest.raises(ValueError, match="no row of season 1999"):
        load_outings(written[0], 1999)


@pytest.mark.parametrize("table", ["plate_appearance_details", "batted_balls"])
def test_a_missing_row_beside_a_plate_appearance_is_an_error(tmp_path: Path, table: str) -> None:
    store = Store(tmp_path, TABLES)
    outings_of(store, 2022, games=2)
    held = store.delta(f"core.{table}").to_pyarrow_table()
    store.write(f"core.{table}", {"season": 2022, "month": 5}, held.slice(2))
    with pytest.raises(ValueError, match=rf"core\.{table} lacks 2 of 24 .* materialize core/{table}"):
        load_outings(store, 2022)
