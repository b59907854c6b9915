"""Blocks from planted tables: components, signs, centring, nothing from behind the cutoff, counts of tokens by hand."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from fbm_pipeline.controls.learned_blocks import BlockError, build_block
from fbm_pipeline.level1.principal_components import PlayerSeasons, centred, fit_components, league_members, turned
from fbm_pipeline.level1.season_embeddings import load_outing_players, season_means, season_rows
from fbm_pipeline.level1.token_histogram import TURN, choose_tokens, load_token_counts, token_shares
from fbm_pipeline.presets.presets import PRESETS, EncoderPlan
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.small_store import rows_of

CUTOFF = 2012
WIDTH = 30


PRESET = dataclasses.replace(PRESETS["large"], encoders=(EncoderPlan(CUTOFF, 2010),))


def season_of(season: int, seed: int = 0, players: int = 60) -> PlayerSeasons:
    draw = np.random.default_rng([season, seed])
    values = draw.normal(size=(players, WIDTH)) + season
    values[:, 4] *= 9.0  # the direction in which players differ most
    turns = draw.integers(50, 600, players).astype(float)
    return PlayerSeasons(season, "batter", np.arange(players), turns, values, np.ones(players, dtype=bool))


def test_components_find_the_widest_direction_point_it_up_and_repeat() -> None:
    held = [centred(season_of(season)) for season in range(2010, 2014)]
    found = fit_components(held, CUTOFF)
    assert found.axes.shape == (WIDTH, 24)
    assert np.argmax(np.abs(found.axes[:, 0]) / np.linalg.norm(found.axes[:, 0])) == 4
    assert (found.axes[np.abs(found.axes).argmax(axis=0), np.arange(24)] > 0).all()
    assert (fit_components(held, CUTOFF).axes == found.axes).all()
    fitted = [part for part in held if part.season <= CUTOFF]
    rows = np.concatenate([turned(part, found)[part.plate_appearances >= 100] for part in fitted])
    weights = np.concatenate([part.plate_appearances[part.plate_appearances >= 100] for part in fitted])
    assert np.average(rows**2, axis=0, weights=weights) == pytest.approx(np.ones(24), rel=1e-4)


def test_nothing_after_the_cutoff_and_no_pitcher_who_bats_enters_the_fit() -> None:
    held = [season_of(season) for season in range(2010, 2014)]
    altered = [*held[:3], season_of(2013, seed=9, players=44)]
    straight, other = ([centred(part) for part in parts] for parts in (held, altered))
    axes = fit_components(straight, CUTOFF).axes
    assert (fit_components(other, CUTOFF).axes == axes).all()
    odd = held[0].values.copy()
    odd[7] = 1e6
    away = np.arange(60) != 7
    mad = [dataclasses.replace(held[0], values=odd, of_the_league=away), *held[1:]]
    calm = [dataclasses.replace(held[0], of_the_league=away), *held[1:]]
    first, second = (fit_components([centred(part) for part in parts], CUTOFF).axes for parts in (mad, calm))
    assert (first == second).all()


def test_centred_is_zero_by_plate_appearance_of_the_league() -> None:
    part = dataclasses.replace(season_of(2010), of_the_league=np.arange(60) > 4)
    found = centred(part)
    weights = part.plate_appearances * part.of_the_league
    assert np.average(found.values, axis=0, weights=weights) == pytest.approx(np.zeros(WIDTH), abs=1e-9)
    with pytest.raises(ValueError, match="none of 60 players is of the league"):
        centred(dataclasses.replace(part, of_the_league=np.zeros(60, dtype=bool)))


def test_pitchers_who_bat_are_not_of_the_league() -> None:
    members = league_members(
        "batter", np.array([1, 2, 3]), np.array([60, 500, 60]), np.array([3, 1]), np.array([10, 700])
    )
    assert members.tolist() == [False, True, True]
    assert league_members("pitcher", np.array([1]), np.array([700]), np.array([1]), np.array([60])).all()


def test_too_little_to_fit_on_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"found 0 in seasons \[\]; materialize"):
        fit_components([centred(season_of(2013))], CUTOFF)


def test_season_means_by_hand() -> None:
    embeddings = np.array([[1, 2], [3, 4], [5, 9]], np.float16)
    found = season_means(embeddings, np.array([7, 5, 7]), np.array([1, 1, 1]))
    assert found["batter"].mlbam_id.tolist() == [5, 7]
    assert found["batter"].plate_appearances.tolist() == [1, 2]
    assert found["batter"].means.tolist() == [[3, 4], [3, 5.5]]
    assert found["pitcher"].means.tolist() == [[3, 5]]
    with pytest.raises(ValueError, match="3 embeddings of 2 batters"):
        season_means(embeddings, np.array([7, 5]), np.array([1, 1, 1]))


@pytest.fixture
def embedded(tmp_path: Path) -> Store:
    """Mean embeddings of four seasons of one arm."""
    store = Store(tmp_path / "store", TABLES)
    for season in range(2010, 2014):
        write_arm(store, season)
    return store


def write_arm(store: Store, season: int, seed: int = 0, turns: int = 9000) -> None:
    draw = np.random.default_rng([season, seed])
    batters, pitchers = draw.integers(100, 140, turns), draw.integers(200, 240, turns)
    base = np.random.default_rng(1).normal(size=(300, WIDTH))
    embeddings = (base[batters] + base[pitchers] + season % 7 + draw.normal(size=(turns, WIDTH))).astype(np.float16)
    rows = season_rows("masked", CUTOFF, season, "abc", season_means(embeddings, batters, pitchers))
    store.write("models.season_embeddings", {"arm": "masked", "cutoff": CUTOFF, "season": season}, rows)


def block_of(store: Store, seasons: range) -> dict:
    rows = store.delta("features.learned_blocks").to_pyarrow_table().to_pandas()
    rows = rows[rows["season"].isin(seasons)]
    keys = zip(rows["season"], rows["player_type"], rows["mlbam_id"], strict=True)
    return dict(zip(keys, (tuple(vector) for vector in rows["vector"]), strict=True))


def test_a_block_of_embeddings_depends_on_seasons_up_to_the_cutoff(embedded: Store) -> None:
    first = build_block(embedded, PRESET, "masked", CUTOFF)
    assert (first.rows, first.skipped) == (4 * 80, False)
    assert build_block(embedded, PRESET, "masked", CUTOFF).skipped
    before, later = block_of(embedded, range(2010, 2013)), block_of(embedded, range(2013, 2014))
    write_arm(embedded, 2013, seed=5, turns=5000)
    assert not build_block(embedded, PRESET, "masked", CUTOFF).skipped
    assert block_of(embedded, range(2010, 2013)) == before
    assert block_of(embedded, range(2013, 2014)) != later


def test_unknown_blocks_cutoffs_and_empty_tables_are_errors(embedded: Store) -> None:
    with pytest.raises(BlockError, match="'maskd' is unknown, expected one of masked"):
        build_block(embedded, PRESET, "maskd", CUTOFF)
    with pytest.raises(BlockError, match=r"no encoder with cutoff 2013, only \[2012\]"):
        build_block(embedded, PRESET, "masked", 2013)
    with pytest.raises(BlockError, match="hold no season"):
        build_block(embedded, PRESET, "untrained", CUTOFF)
    with pytest.raises(FileNotFoundError, match=r"models.player_vectors"):
        build_block(embedded, PRESET, "vectors", CUTOFF)


def test_the_vector_as_of_march_stands_in_the_season_before(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    draw = np.random.default_rng(0)
    rows = [
        (target, kind, 300 * side + i)
        for target in (2011, 2012, 2013, 2014)
        for side, kind in enumerate(("batter", "pitcher"))
        for i in range(20)
    ]
    means = draw.normal(size=(len(rows), 8)) + 3.0
    columns = {
        "cutoff": CUTOFF,
        "season": [row[0] for row in rows],
        "as_of": [dt.date(row[0], 3, 1) for row in rows],
        "player_type": [row[1] for row in rows],
        "mlbam_id": [row[2] for row in rows],
        "plate_appearances": 400,
        "last_season": [row[0] - 1 - (row[2] == 0) for row in rows],
        "mean": means.tolist(),
        "sd": means.tolist(),
    }
    table = rows_of(store.contracts["models.player_vectors"], columns, len(rows))
    store.write("models.player_vectors", {"cutoff": CUTOFF}, table)
    build_block(store, PRESET, "vectors", CUTOFF)
    found = block_of(store, range(2000, 2030))
    assert sorted({key[0] for key in found}) == [2010, 2011, 2012, 2013]
    vectors = np.array([found[(2013, "batter", i)] for i in range(20)])
    assert np.abs(vectors[1:].mean(axis=0)).max() < 1e-6  # batter 0 was not there: he is measured, not counted
    assert np.corrcoef(vectors[:, 2], means[[row[:2] == (2014, "batter") for row in rows], 2])[0, 1] > 0.9999


def write_two_turns(store: Store) -> None:
    """Batter 1 (R) strikes out against 9 (R); batter 2 (L) grounds to right against him; 1 walks on no pitch."""
    key = {"season": 2010, "month": 5, "game_date": dt.date(2010, 5, 1), "source": "retrosheet", "game_id": "G"}
    turns = {
        "plate_appearance": [1, 2, 3],
        "batter_id": [1, 2, 1],
        "pitcher_id": [9, 9, 9],
        "stand": ["R", "L", "R"],
        "throws": "R",
        "outcome": ["strikeout", "field_out", "intentional_walk"],
        "hit_type": [None, "ground_ball", None],
    }
    pitches = {
        "plate_appearance": [1, 1, 1, 1, 2],
        "pitch_number": [1, 2, 3, 4, 1],
        "batter_id": [1, 1, 1, 1, 2],
        "pitcher_id": 9,
        "result": ["called_strike", "foul", "foul", "swinging_strike", "in_play"],
        "balls": 0,
        "strikes": [0, 1, 2, 2, 0],
    }
    balls = {
        "plate_appearance": [2],
        "batter_id": [2],
        "pitcher_id": [9],
        "stand": ["L"],
        "hit_type": ["ground_ball"],
        "outcome": "field_out",
        "direction": ["right"],
    }
    for name, columns, n in (
        ("core.plate_appearances", turns, 3),
        ("core.pitches", pitches, 5),
        ("core.batted_balls", balls, 1),
    ):
        table = rows_of(store.contracts[name], key | columns, n)
        store.write(name, {"season": 2010, "month": 5}, table)


def test_tokens_counted_by_hand(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    write_two_turns(store)
    found = load_token_counts(store, 2010)
    batters = found["batter"]
    told = {
        int(player): {t: int(n) for t, n in zip(batters.tokens, counts, strict=True) if n}
        for player, counts in zip(batters.mlbam_id, batters.counts, strict=True)
    }
    assert told == {
        1: {
            "pitch called_strike 0 0": 1,
            "pitch foul 0 1": 1,
            "pitch foul 0 2": 1,
            "pitch swinging_strike 0 2": 1,
            "then called_strike foul": 1,
            "then foul foul": 1,
            "then foul swinging_strike": 1,
            "outcome strikeout same": 1,
            "outcome intentional_walk same": 1,
        },
        2: {"pitch in_play 0 0": 1, "outcome field_out other": 1, "hit ground_ball pulled": 1},
    }
    assert batters.turns.tolist() == [2, 1]
    assert TURN not in batters.tokens
    pitchers = found["pitcher"]
    assert pitchers.turns.tolist() == [3]
    assert pitchers.counts.sum() == batters.counts.sum() == 12
    tokens, scales = choose_tokens([batters], 2010)
    shares = token_shares(batters, pitchers, tokens, scales).values
    foul = tokens.index("then foul foul")
    assert shares[:, foul] == pytest.approx([0.5 / np.sqrt(1 / 3), 0.0])
    assert choose_tokens([batters], 2009)[0] == ()


def test_players_stand_in_the_order_of_the_embeddings(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    write_two_turns(store)
    batters, pitchers = load_outing_players(store, 2010)
    assert batters.tolist() == [1, 2, 1]
    assert pitchers.tolist() == [9, 9, 9]
