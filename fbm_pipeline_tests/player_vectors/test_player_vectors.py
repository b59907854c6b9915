"""The decoder on a planted league: skills found again, nothing seen ahead, resumed to the last bit, refusals."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch

from fbm_pipeline.nn.checkpoint import WEIGHTS, CorruptCheckpoint
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.player_vectors.decoder import decoder_inputs, load_decoder, train_decoder
from fbm_pipeline.player_vectors.decoder_training import DecoderError, DecoderTraining
from fbm_pipeline.player_vectors.meeting_heads import HEADS
from fbm_pipeline.player_vectors.tables import DECODER
from fbm_pipeline.presets.presets import PRESETS, EncoderPlan
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.making import make_player_vectors
from fbm_pipeline_tests.player_vectors.planted_meetings import (
    BATTERS,
    PITCHERS,
    batter_skill,
    pitcher_skill,
    write_meetings,
)
from fbm_pipeline_tests.reads import tables_read

SEASONS = (2015, 2016, 2017, 2018)
CUTOFF = 2016


def settings_at(home: Path, **changes: object) -> Settings:
    small = {"encoders": (EncoderPlan(CUTOFF, 2015),), "level1_embedding": 4, "threads": 1}
    return Settings(home=home, data=home, preset=dataclasses.replace(PRESETS["tiny"], **{**small, **changes}))


def vectors(store: Store) -> dict[tuple[int, str, int], tuple[list[float], list[float], int, int]]:
    rows = store.delta("models.player_vectors").to_pyarrow_table().to_pylist()
    return {
        (row["season"], row["player_type"], row["mlbam_id"]): (
            row["mean"],
            row["sd"],
            row["plate_appearances"],
            row["last_season"],
        )
        for row in rows
    }


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Settings]:
    root = tmp_path_factory.mktemp("league")
    store = Store(root / "store", TABLES)
    for season in SEASONS:
        write_meetings(store, season)
    settings = settings_at(root)
    train_decoder(store, settings, CUTOFF, NullObserver())
    make_player_vectors(store, settings, CUTOFF)
    return store, settings


def test_planted_skills_are_found_again(league: tuple[Store, Settings]) -> None:
    found = vectors(league[0])
    for side, ids, skill in (("batter", BATTERS, batter_skill()), ("pitcher", PITCHERS, pitcher_skill())):
        means = np.array([found[2019, side, int(player)][0] for player in ids])
        design = np.column_stack([np.ones(len(ids)), means[:, 0]])  # the first dimension alone
        fitted = design @ np.linalg.lstsq(design, skill, rcond=None)[0]
        assert np.corrcoef(fitted, skill)[0, 1] > 0.9


def test_the_first_dimension_means_the_planted_one(league: tuple[Store, Settings]) -> None:
    weights, _ = load_decoder(league[1], CUTOFF)
    whiff = HEADS["pitch"].classes.index("whiff")
    for side in ("batter", "pitcher"):
        loadings = weights.loadings[side]["pitch"].mean(dim=0)[whiff].abs()  # (dimensions,)
        assert int(loadings.argmax()) == 0


def test_players_explain_held_out_pitches(league: tuple[Store, Settings]) -> None:
    metrics = load_decoder(league[1], CUTOFF)[1].metrics
    assert metrics["decoded_pitch"] < metrics["context_pitch"] - 0.01
    assert metrics["context_pitch"] < metrics["base_pitch"]
    assert metrics["decoded_direction"] == pytest.approx(metrics["context_direction"], abs=0.02)  # nothing planted


def test_more_plate_appearances_leave_less_doubt(league: tuple[Store, Settings]) -> None:
    found = vectors(league[0])
    rows = [found[2019, "batter", int(player)] for player in BATTERS]
    assert rows[-1][2] > 4 * rows[0][2]
    assert np.corrcoef([row[1][0] for row in rows], np.log([row[2] for row in rows]))[0, 1] < -0.9
    assert all(0 < value <= 1 + 1e-6 for row in rows for value in row[1])


def test_a_later_season_changes_nothing_before_it(league: tuple[Store, Settings], tmp_path: Path) -> None:
    store, settings = league
    shutil.copytree(store.root, tmp_path / "store")
    changed = Store(tmp_path / "store", TABLES)
    write_meetings(changed, 2017, seed=99)
    before = vectors(store)
    make_player_vectors(changed, settings, CUTOFF)
    after = vectors(changed)
    early = [key for key in before if key[0] <= 2017]
    assert early
    assert {key: before[key] for key in early} == {key: after[key] for key in early}
    late = [key for key in before if key[0] == 2018]
    assert all(before[key][0] != after[key][0] for key in late)


def test_seasons_after_the_cutoff_do_not_touch_the_weights(league: tuple[Store, Settings], tmp_path: Path) -> None:
    store, settings = league
    fewer = Store(tmp_path / "store", TABLES)
    for season in (2015, 2016):
        write_meetings(fewer, season)
    card = train_decoder(fewer, settings_at(tmp_path), CUTOFF, NullObserver())
    assert card.weights == load_decoder(settings, CUTOFF)[1].weights  # and the same run makes the same bytes
    make_player_vectors(fewer, settings_at(tmp_path), CUTOFF)
    own, all_rows = vectors(fewer), vectors(store)
    assert max(key[0] for key in own) == 2017
    assert own == {key: all_rows[key] for key in own}


def test_held_out_games_do_not_touch_the_weights(league: tuple[Store, Settings], tmp_path: Path) -> None:
    changed = Store(tmp_path / "store", TABLES)
    for season in (2015, 2016):
        write_meetings(changed, season)
    for name in ("core.plate_appearances", "core.pitches", "core.batted_balls"):
        changed.drop(name, {"season": 2016, "month": 9})
    card = train_decoder(changed, settings_at(tmp_path), CUTOFF, NullObserver())
    assert card.metrics == {}  # nothing is held out
    assert card.weights == load_decoder(league[1], CUTOFF)[1].weights


def test_who_stopped_leaves_after_three_seasons_and_is_less_known(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    for season in (2015, 2016):
        write_meetings(store, season, turns=1500)
    for season in (2017, 2018):
        write_meetings(store, season, turns=1500, most=3)  # three plate appearances: nearly everybody is away
    settings = settings_at(tmp_path)
    train_decoder(store, settings, CUTOFF, NullObserver())
    make_player_vectors(store, settings, CUTOFF)
    found = vectors(store)
    away = next(int(p) for p in BATTERS[::-1] if found[2019, "batter", int(p)][3] == 2016)
    weights, _ = load_decoder(settings, CUTOFF)
    kept = weights.persistence["batter"].numpy()
    assert np.allclose(found[2018, "batter", away][0], kept * found[2017, "batter", away][0], atol=1e-6)
    assert np.all(np.array(found[2019, "batter", away][1]) > found[2017, "batter", away][1])
    seasons = {key[0] for key in found if key[2] == away and key[1] == "batter"}
    assert seasons <= {2016, 2017, 2018, 2019}


def test_a_training_reads_what_it_declares(league: tuple[Store, Settings]) -> None:
    inputs = decoder_inputs(*league, CUTOFF)
    with tables_read() as opened:
        DecoderTraining(inputs, {"seasons": [2015, 2016], "cutoff": CUTOFF})
    assert opened == set(DECODER.reads)


def test_a_second_run_does_nothing(league: tuple[Store, Settings]) -> None:
    store, settings = league
    assert train_decoder(store, settings, CUTOFF, NullObserver()).skipped
    assert make_player_vectors(store, settings, CUTOFF).skipped


def test_weights_and_card_lie_open(league: tuple[Store, Settings]) -> None:
    card = load_decoder(league[1], CUTOFF)[1]
    assert (card.folder / WEIGHTS).is_file()
    told = json.loads((card.folder / "card.json").read_text(encoding="utf-8"))
    assert (told["cutoff"], told["seasons"], told["width"]) == (CUTOFF, [2015, 2016], 4)


def test_a_changed_byte_is_refused(league: tuple[Store, Settings], tmp_path: Path) -> None:
    shutil.copytree(league[1].checkpoints, tmp_path / "checkpoints")
    weights = next((tmp_path / "checkpoints").rglob(WEIGHTS))
    payload = bytearray(weights.read_bytes())
    payload[-1] ^= 1
    weights.write_bytes(payload)
    with pytest.raises(CorruptCheckpoint, match="sha256"):
        load_decoder(settings_at(tmp_path), CUTOFF)


def test_refuses_what_is_not_there(league: tuple[Store, Settings], tmp_path: Path) -> None:
    with pytest.raises(DecoderError, match=r"no encoder of cutoff 2011; choose one of \[2016\]"):
        train_decoder(league[0], league[1], 2011, NullObserver())
    with pytest.raises(DecoderError, match="materialize these seasons"):
        train_decoder(Store(tmp_path / "store", TABLES), league[1], CUTOFF, NullObserver())
    with pytest.raises(DecoderError, match="run train_decoder first"):
        load_decoder(settings_at(tmp_path), CUTOFF)


def test_what_was_measured_only_after_the_cutoff_is_not_read(league: tuple[Store, Settings], tmp_path: Path) -> None:
    store, settings = league
    shutil.copytree(store.root, tmp_path / "store")
    measured = Store(tmp_path / "store", TABLES)
    partition = {"season": 2018, "month": 5}
    rows = measured.delta("core.pitches").to_pyarrow_table(filters=[(k, "=", v) for k, v in partition.items()])
    columns = {name: rows.column(name) for name in rows.column_names}
    columns["pitch_type"] = pa.array(["FF"] * rows.num_rows)
    columns["release_speed"] = pa.array([95.0] * rows.num_rows, pa.float32())
    measured.write("core.pitches", partition, pa.table(columns))
    before = vectors(store)
    make_player_vectors(measured, settings, CUTOFF)
    assert vectors(measured) == before


def test_what_was_measured_before_the_cutoff_is_decoded(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    for season in (2015, 2016):
        write_meetings(store, season, turns=1500)
    partition = {"season": 2016, "month": 5}
    rows = store.delta("core.pitches").to_pyarrow_table(filters=[(k, "=", v) for k, v in partition.items()])
    thrown = rows.column("pitcher_id").to_numpy()
    columns = {name: rows.column(name) for name in rows.column_names}
    columns["pitch_type"] = pa.array(np.where(thrown % 2 == 0, "FF", "CU").tolist())
    columns["release_speed"] = pa.array(np.where(thrown % 2 == 0, 95.0, 79.0), pa.float32())
    store.write("core.pitches", partition, pa.table(columns))
    settings = settings_at(tmp_path)
    train_decoder(store, settings, CUTOFF, NullObserver())
    make_player_vectors(store, settings, CUTOFF)
    weights, _ = load_decoder(settings, CUTOFF)
    assert {"pitch_type", "speed"} <= set(weights.intercepts)
    found = vectors(store)
    means = np.array([found[2017, "pitcher", int(player)][0] for player in PITCHERS])
    design = np.column_stack([np.ones(len(PITCHERS)), means])
    even = (PITCHERS % 2 == 0).astype(float)
    assert np.corrcoef(design @ np.linalg.lstsq(design, even, rcond=None)[0], even)[0, 1] > 0.95


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device here")
def test_the_decoder_is_trained_on_cuda(league: tuple[Store, Settings], tmp_path: Path) -> None:
    settings = dataclasses.replace(settings_at(tmp_path), device="cuda")
    card = train_decoder(league[0], settings, CUTOFF, NullObserver())
    for name, nats in load_decoder(league[1], CUTOFF)[1].metrics.items():
        assert card.metrics[name] == pytest.approx(nats, rel=1e-3)
