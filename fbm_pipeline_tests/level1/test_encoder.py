"""Pre-training on a made-up store: skips, resumes to the last bit, refuses what does not fit, embeds in key order."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from fbm_pipeline.level1.embeddings import embed, embed_season, seasons_served
from fbm_pipeline.level1.encoder import (
    EncoderError,
    arms_of,
    encoder_inputs,
    load_encoder,
    pretraining_of,
    train_encoder,
)
from fbm_pipeline.level1.held_out import select, split_held_out
from fbm_pipeline.level1.masked_run import DivergedTraining, MaskedRun, RunSize
from fbm_pipeline.level1.outings import concatenate, load_outings
from fbm_pipeline.level1.tables import ENCODER
from fbm_pipeline.nn import trainer
from fbm_pipeline.nn.checkpoint import WEIGHTS, CorruptCheckpoint, load_checkpoint
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.presets.presets import PRESETS, EncoderPlan
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.making import training_key
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.small_store import copy_of
from fbm_pipeline_tests.level1.tiny_outings import write_games, write_outings
from fbm_pipeline_tests.making import make_season_embeddings
from fbm_pipeline_tests.reads import tables_read

CUTOFF = 2016
SMALL = {
    "encoders": (EncoderPlan(CUTOFF, 2015, ("untrained",)), EncoderPlan(2022, 2015)),
    "level1_width": 16,
    "level1_embedding": 12,
    "level1_layers": 1,
    "level1_heads": 2,
    "pretrain_steps": 16,
    "pretrain_batch": 4,
    "threads": 1,
}


class Listener(NullObserver):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.metrics: list[tuple[int, dict[str, float]]] = []
        self.params: dict[str, object] = {}
        self.artifacts: list[Path] = []

    def log_params(self, params: object) -> None:
        self.params |= dict(params)  # type: ignore[call-overload]

    def log_metrics(self, metrics: object, step: int) -> None:
        self.metrics.append((step, dict(metrics)))  # type: ignore[call-overload]

    def log_artifact(self, path: Path) -> None:
        assert path.exists()
        self.artifacts.append(path)


def settings_at(home: Path, **changes: object) -> Settings:
    preset = dataclasses.replace(PRESETS["large"], **{**SMALL, **changes})  # type: ignore[arg-type]
    return Settings(home=home, data=home, preset=preset)


@pytest.fixture(scope="module")
def seasons(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """2015 and 2016 without physics, 2022 with it; only embeddings are written to it."""
    store = Store(tmp_path_factory.mktemp("encoder") / "store", TABLES)
    for season in (2015, 2016):
        write_outings(store, season)
    write_outings(store, 2022, physics=True)
    for season in (2015, 2016, 2022):
        write_games(store, season)
    return store


@pytest.fixture(scope="module")
def trained(seasons: Store, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_at(tmp_path_factory.mktemp("trained"))
    train_encoder(seasons, settings, CUTOFF, NullObserver())
    return settings


def test_trains_on_seasons_up_to_the_cutoff_and_tells_the_bars(seasons: Store, tmp_path: Path) -> None:
    listener = Listener()
    card = train_encoder(seasons, settings_at(tmp_path), CUTOFF, listener)
    assert card.cutoff == 2016
    assert card.folder == tmp_path / "checkpoints" / "level1" / card.hash / "step-16"
    assert not card.skipped
    # 2022 has physics, but lies behind the cutoff: what is known of the state is all that was measured.
    assert card.numerics_seen == ("score_difference", "pitch_of_outing", "rest_days")
    assert [step for step, _ in listener.metrics] == list(range(2, 17, 2))
    assert [epoch["step"] for epoch in card.history] == list(range(2, 17, 2))
    assert listener.params["cutoff"] == 2016
    assert listener.artifacts == [card.folder]
    for objective in ("outcome", "hit_type", "pitch_count", "result"):
        for kind in ("hidden", "visible", "base", "hands", "hands_order"):
            assert card.metrics[f"{kind}_{objective}"] > 0
    assert card.metrics["hands_order_length_outcome"] > 0
    assert 1 < card.metrics["embedding_effective_rank"] <= 12
    assert 1 < card.metrics["embedding_information_abundance"] <= 12
    assert card.metrics["words_effective_rank"] > 1


def test_physics_is_measured_with_and_without(seasons: Store, tmp_path: Path) -> None:
    card = train_encoder(seasons, settings_at(tmp_path), 2022, NullObserver())
    assert "release_speed" in card.numerics_seen
    assert card.metrics["hidden_outcome_without_physics"] != card.metrics["hidden_outcome"]


def test_games_from_august_of_the_cutoff_are_held_out(seasons: Store) -> None:
    loaded = load_outings(seasons, 2016)
    before, after = split_held_out(seasons, 2016, loaded)
    assert set(before.game_id.to_pylist()) == {"G000", "G002", "G004"}
    assert set(after.game_id.to_pylist()) == {"G001", "G003", "G005"}
    assert before.tokens + after.tokens == loaded.tokens
    both = select(loaded, np.arange(loaded.outings))
    for name in ("ids", "state", "pa_starts", "outing_starts", "pa_rows", "plate_appearance"):
        np.testing.assert_array_equal(getattr(both, name), getattr(loaded, name))


def test_a_season_without_august_cannot_be_measured(seasons: Store, tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    write_outings(store, 2016)
    write_games(store, 2016, games=1)
    with pytest.raises(ValueError, match=r"0 of .* outings from the first of August"):
        train_encoder(store, settings_at(tmp_path), CUTOFF, NullObserver())


def test_arms_are_encoders_of_their_own(seasons: Store, trained: Settings) -> None:
    assert arms_of(trained.preset, CUTOFF) == ("masked", "untrained")
    _, masked = load_encoder(trained, CUTOFF)
    untrained = train_encoder(seasons, trained, CUTOFF, NullObserver(), "untrained")
    assert untrained.hash != masked.hash
    assert untrained.folder.name == "step-0"  # as it was initialised
    _, again = load_encoder(trained, CUTOFF, "untrained")
    assert again.weights == untrained.weights
    with pytest.raises(EncoderError, match="no arm 'other'"):
        train_encoder(seasons, trained, CUTOFF, NullObserver(), "other")


def test_a_training_reads_what_it_declares(seasons: Store, trained: Settings) -> None:
    inputs = encoder_inputs(seasons, trained, CUTOFF)
    with tables_read() as opened:
        pretraining_of(inputs, {"seasons": [2015, 2016], "cutoff": CUTOFF})
    assert opened == set(ENCODER.reads)


def test_an_arm_more_in_the_plan_is_no_other_encoder(seasons: Store, trained: Settings) -> None:
    alone = dataclasses.replace(trained.preset, encoders=(EncoderPlan(CUTOFF, 2015),))
    one, other = (
        encoder_inputs(seasons, settings, CUTOFF) for settings in (trained, dataclasses.replace(trained, preset=alone))
    )
    assert training_key(one) == training_key(other)
    assert training_key(one) != training_key(encoder_inputs(seasons, trained, CUTOFF, "untrained"))


def test_a_cutoff_serves_through_the_next(trained: Settings) -> None:
    assert seasons_served(trained.preset, CUTOFF, {2015, 2016, 2022, 2023}) == [2015, 2016, 2022]
    assert seasons_served(trained.preset, 2022, {2015, 2016, 2022, 2023}) == [2015, 2016, 2022, 2023]


def test_learns(seasons: Store, tmp_path: Path) -> None:
    listener = Listener()
    train_encoder(seasons, settings_at(tmp_path, pretrain_steps=160, pretrain_batch=8), CUTOFF, listener)
    first, last = listener.metrics[0][1], listener.metrics[-1][1]
    # What stood visible must be readable from its embedding; what was hidden is random here.
    assert last["visible_outcome"] < 0.6 * first["visible_outcome"]
    assert last["hidden_outcome"] < first["hidden_outcome"]


def test_a_second_run_trains_nothing(seasons: Store, trained: Settings) -> None:
    listener = Listener()
    card = train_encoder(seasons, trained, CUTOFF, listener)
    assert card.skipped
    assert listener.metrics == []


@pytest.mark.parametrize(
    "change", [{"pretrain_steps": 8}, {"seed": 12}, {"level1_width": 8}, {"pretrain_batch": 5}, {"level1_heads": 1}]
)
def test_another_configuration_is_another_encoder(
    seasons: Store, trained: Settings, tmp_path: Path, change: dict[str, int]
) -> None:
    _, before = load_encoder(trained, CUTOFF)
    card = train_encoder(seasons, settings_at(tmp_path, **change), CUTOFF, NullObserver())
    assert card.hash != before.hash
    assert card.weights != before.weights


def test_other_data_is_another_encoder(seasons: Store, trained: Settings, tmp_path: Path) -> None:
    _, before = load_encoder(trained, CUTOFF)
    store = Store(tmp_path / "store", TABLES)
    write_outings(store, 2015)
    write_outings(store, 2016, seed=99)
    write_games(store, 2016)
    card = train_encoder(store, settings_at(tmp_path), CUTOFF, NullObserver())
    assert card.hash != before.hash


def test_a_cutoff_without_its_season_is_an_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    write_outings(store, 2015, games=1)
    write_outings(store, 2019, games=1)
    with pytest.raises(EncoderError, match=r"cutoff 2016 learns .*2015-2016; found \[2015\] of \[2015, 2019\]"):
        train_encoder(store, settings_at(tmp_path), CUTOFF, NullObserver())


def test_loaded_encoder_predicts_what_the_trained_one_did(seasons: Store, trained: Settings) -> None:
    encoder, card = load_encoder(trained, CUTOFF)
    outings = load_outings(seasons, 2016)
    here = embed(encoder, outings)
    checkpoint = load_checkpoint(card.folder.parent)
    assert checkpoint is not None
    size = RunSize(**checkpoint.card["size"])
    early, _ = split_held_out(seasons, 2016, load_outings(seasons, 2016))
    run = MaskedRun(size, concatenate([load_outings(seasons, 2015), early]))
    while run.step < size.steps:
        run.take_step()
    np.testing.assert_array_equal(here, embed(run.model.encoder.eval(), outings))


def test_embeddings_stand_beside_their_plate_appearances(seasons: Store, trained: Settings) -> None:
    written = embed_season(seasons, trained, CUTOFF, 2022)
    assert [part.skipped for part in written] == [False]
    with session(seasons) as connection:
        rows = connection.execute(
            "select game_id, plate_appearance, encoder, embedding from models.pa_embeddings where season = 2022 "
            "order by game_id, plate_appearance"
        ).fetchall()
        keys = connection.execute(
            "select game_id, plate_appearance from core.plate_appearances where season = 2022 "
            "order by game_id, plate_appearance"
        ).fetchall()
    encoder, card = load_encoder(trained, CUTOFF)
    assert [row[:2] for row in rows] == keys
    assert {row[2] for row in rows} == {card.hash}
    # Keys and outings stand in different orders: else a mix-up would not show.
    assert not np.array_equal(load_outings(seasons, 2022).pa_rows, np.arange(len(rows)))
    stored = np.stack([np.frombuffer(row[3], dtype="<f2") for row in rows])
    np.testing.assert_array_equal(stored, embed(encoder, load_outings(seasons, 2022)))
    assert stored.shape[1] == 12
    assert len(np.unique(stored, axis=0)) > 0.9 * len(stored)
    assert all(part.skipped for part in embed_season(seasons, trained, CUTOFF, 2022))


def test_no_encoder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="no Level 1 encoder masked of cutoff 2016"):
        load_encoder(settings_at(tmp_path), CUTOFF)


def test_an_encoder_of_another_preset_is_refused(trained: Settings) -> None:
    other = dataclasses.replace(trained, preset=dataclasses.replace(trained.preset, level1_width=32))
    with pytest.raises(EncoderError, match=r"'width': 16.*'width': 32"):
        load_encoder(other, CUTOFF)


def test_an_unfinished_encoder_is_refused(seasons: Store, tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    card = train_encoder(seasons, settings, CUTOFF, NullObserver())
    file = card.folder / "card.json"
    content = json.loads(file.read_bytes()) | {"finished": False}
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CorruptCheckpoint, match=r"card\.json"):
        load_encoder(settings, CUTOFF)


def test_a_flipped_byte_of_the_weights_is_refused(seasons: Store, tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    card = train_encoder(seasons, settings, CUTOFF, NullObserver())
    payload = bytearray((card.folder / WEIGHTS).read_bytes())
    payload[-5] ^= 64
    (card.folder / WEIGHTS).write_bytes(payload)
    with pytest.raises(CorruptCheckpoint, match=f"{WEIGHTS}.*sha256"):
        embed_season(seasons, settings, CUTOFF, 2022)
    with pytest.raises(CorruptCheckpoint, match=WEIGHTS):
        train_encoder(seasons, settings, CUTOFF, NullObserver())


def test_divergence_is_an_error_and_leaves_no_finished_encoder(
    seasons: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rate in ("LEARNING_RATE", "RATE_BY_WIDTH"):
        monkeypatch.setattr(f"fbm_pipeline.level1.masked_run.{rate}", 1e30)
    with pytest.raises((DivergedTraining, CorruptCheckpoint), match=r"NaN|loss is"):
        train_encoder(seasons, settings_at(tmp_path), CUTOFF, NullObserver())
    with pytest.raises(EncoderError):
        load_encoder(settings_at(tmp_path), CUTOFF)


def test_progress_is_told(seasons: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(trainer, "PROGRESS_SECONDS", 0.0)
    with caplog.at_level("INFO", logger="fbm_pipeline.training"):
        train_encoder(seasons, settings_at(tmp_path), CUTOFF, NullObserver())
    assert any("step 16 of 16" in message for message in caplog.messages)
    assert any("held out: outcome" in message and "base" in message for message in caplog.messages)


def test_a_new_day_embeds_its_month_alone(seasons: Store, trained: Settings, tmp_path: Path) -> None:
    store = copy_of(seasons, tmp_path / "store")
    whole = load_outings(store, 2022)
    embed_season(store, trained, CUTOFF, 2022)
    before = store.content("models.pa_embeddings", {"cutoff": CUTOFF, "season": 2022, "month": 5})
    with session(store) as connection:
        rows = {
            name: connection.execute(
                f"select * replace (6 as month, 'H' || game_id as game_id) from {name} where season = 2022"
            ).to_arrow_table()
            for name in (
                "core.pitches",
                "core.plate_appearances",
                "core.plate_appearance_details",
                "core.batted_balls",
                "core.games",
            )
        }
    for name, table in rows.items():
        schema = store.contracts[name].schema
        store.write(name, {"season": 2022, "month": 6}, table.select(schema.names).cast(schema))
    written = embed_season(store, trained, CUTOFF, 2022)
    assert {part.partition["month"]: part.skipped for part in written} == {5: True, 6: False}
    assert store.content("models.pa_embeddings", {"cutoff": CUTOFF, "season": 2022, "month": 5}) == before
    assert sum(part.rows for part in written) == 2 * whole.plate_appearances


@pytest.mark.parametrize("arm", ["masked", "untrained"])
def test_season_means_are_those_of_the_stored_embeddings(seasons: Store, trained: Settings, arm: str) -> None:
    train_encoder(seasons, trained, CUTOFF, NullObserver(), arm)
    embed_season(seasons, trained, CUTOFF, 2016)
    written = make_season_embeddings(seasons, trained, arm, CUTOFF, 2016)
    assert make_season_embeddings(seasons, trained, arm, CUTOFF, 2016).skipped
    encoder, card = load_encoder(trained, CUTOFF, arm)
    vectors = embed(encoder, load_outings(seasons, 2016)).astype(np.float64)
    with session(seasons) as connection:
        pitchers = connection.execute(
            "select pitcher_id from core.plate_appearances where season = 2016 order by game_id, plate_appearance"
        ).fetchnumpy()["pitcher_id"]
        mean, used = connection.execute(
            "select embedding, encoder from models.season_embeddings where arm = ? and season = 2016 "
            "and player_type = 'pitcher' and mlbam_id = 201",
            [arm],
        ).fetchone()
    np.testing.assert_allclose(mean, vectors[pitchers == 201].mean(axis=0), atol=1e-6)
    assert used == card.hash
    assert written.rows == 9 + 4  # batters and pitchers of the made-up games


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device here")
def test_an_encoder_is_trained_on_cuda(seasons: Store, tmp_path: Path) -> None:
    settings = dataclasses.replace(settings_at(tmp_path, pretrain_steps=2), device="cuda")
    card = train_encoder(seasons, settings, CUTOFF, NullObserver())
    plain = train_encoder(seasons, dataclasses.replace(settings, device="cpu"), CUTOFF, NullObserver())
    assert card.hash != plain.hash
    assert card.metrics["hidden_outcome"] == pytest.approx(plain.metrics["hidden_outcome"], rel=1e-2)
