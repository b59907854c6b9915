"""Pre-training on a made-up store: skips, resumes to the last bit, refuses what does not fit, embeds in key order."""

import dataclasses
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from fbm_pipeline.samples.outings import load_outings
from fbm_pipeline.settings import PRESETS, Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.training import encoder as encoder_room
from fbm_pipeline.training.checkpoint import WEIGHTS, CorruptCheckpoint, load_checkpoint
from fbm_pipeline.training.embedding import EncoderError, embed
from fbm_pipeline.training.encoder import embed_season, load_encoder, train_encoder
from fbm_pipeline.training.faultpoints import POINTS
from fbm_pipeline.training.masked_run import DivergedTraining, MaskedRun, RunSize, effective_rank
from fbm_pipeline.training.observer import NullObserver
from fbm_pipeline_tests.samples.tiny_outings import write_outings

SMALL = {
    "tune_until": 2016, "level1_width": 16, "level1_layers": 1, "level1_heads": 2, "pretrain_steps": 16,
    "pretrain_batch": 4, "threads": 1,
}  # fmt: skip


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
    preset = dataclasses.replace(PRESETS["demo"], **{**SMALL, **changes})  # type: ignore[arg-type]
    return Settings(home=home, data=home, preset=preset)


@pytest.fixture(scope="module")
def seasons(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """2015 and 2016 without physics, 2022 with it; only embeddings are written to it."""
    store = Store(tmp_path_factory.mktemp("encoder") / "store", ALL_CONTRACTS)
    for season in (2015, 2016):
        write_outings(store, season)
    write_outings(store, 2022, physics=True)
    return store


@pytest.fixture(scope="module")
def trained(seasons: Store, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_at(tmp_path_factory.mktemp("trained"))
    train_encoder(seasons, settings, NullObserver())
    return settings


def test_trains_on_tuning_seasons_only_and_tells_the_bars(seasons: Store, tmp_path: Path) -> None:
    listener = Listener()
    card = train_encoder(seasons, settings_at(tmp_path), listener)
    assert card.cutoff == 2016
    assert card.folder == tmp_path / "checkpoints" / "level1" / card.hash / "step-16"
    assert not card.skipped
    assert card.numerics_seen == ()  # 2022 has physics, but lies behind the cutoff
    assert [step for step, _ in listener.metrics] == list(range(2, 17, 2))
    assert listener.params["cutoff"] == 2016
    assert listener.artifacts == [card.folder]
    for objective in ("outcome", "hit_type", "pitch_count", "result"):
        for kind in ("hidden", "visible", "base", "hands", "hands_order"):
            assert card.metrics[f"{kind}_{objective}"] > 0
    assert 1 < card.metrics["effective_rank"] <= 16


def test_learns(seasons: Store, tmp_path: Path) -> None:
    listener = Listener()
    train_encoder(seasons, settings_at(tmp_path, pretrain_steps=120, pretrain_batch=8), listener)
    first, last = listener.metrics[0][1], listener.metrics[-1][1]
    # What stood visible must be readable from its embedding; what was hidden is random here.
    assert last["visible_outcome"] < 0.6 * first["visible_outcome"]
    assert last["hidden_outcome"] < first["hidden_outcome"]


def test_a_second_run_trains_nothing(seasons: Store, trained: Settings) -> None:
    listener = Listener()
    card = train_encoder(seasons, trained, listener)
    assert card.skipped
    assert listener.metrics == []


@pytest.mark.parametrize(
    "change", [{"pretrain_steps": 8}, {"seed": 12}, {"level1_width": 8}, {"pretrain_batch": 5}, {"level1_heads": 1}]
)
def test_another_configuration_is_another_encoder(
    seasons: Store, trained: Settings, tmp_path: Path, change: dict[str, int]
) -> None:
    _, before = load_encoder(trained)
    card = train_encoder(seasons, settings_at(tmp_path, **change), NullObserver())
    assert card.hash != before.hash
    assert card.weights != before.weights


def test_other_data_is_another_encoder(seasons: Store, trained: Settings, tmp_path: Path) -> None:
    _, before = load_encoder(trained)
    store = Store(tmp_path / "store", ALL_CONTRACTS)
    write_outings(store, 2015)
    write_outings(store, 2016, seed=99)
    card = train_encoder(store, settings_at(tmp_path), NullObserver())
    assert card.hash != before.hash


def test_too_few_seasons_are_an_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", ALL_CONTRACTS)
    write_outings(store, 2016, games=1)
    write_outings(store, 2019, games=1)
    with pytest.raises(EncoderError, match=r"two seasons .* up to 2016.*\[2016\] of \[2016, 2019\]"):
        train_encoder(store, settings_at(tmp_path), NullObserver())


# One process imports everything once and forks a child for each crash.
KILLED = """
import os, sys
from pathlib import Path
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.training.encoder import train_encoder
from fbm_pipeline.training.observer import NullObserver
from fbm_pipeline_tests.training.test_encoder import settings_at
for point in sys.argv[3:]:
    child = os.fork()
    if not child:
        os.environ["FBM_CRASH_AT"] = point
        home = Path(sys.argv[2]) / point
        train_encoder(Store(Path(sys.argv[1]), ALL_CONTRACTS), settings_at(home), NullObserver())
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
# When each point is passed for the n-th time, the checkpoint that a resumed run finds.
FOUND = {
    "checkpoint.files_written@1": None,
    "checkpoint.files_written@3": 4,
    "checkpoint.renamed@3": 4,
    "checkpoint.published@3": 6,
    "training.step_done@9": 8,
}


def test_every_fault_point_has_a_crash() -> None:
    assert {point.partition("@")[0] for point in FOUND} == set(POINTS)


@pytest.fixture(scope="module")
def killed(seasons: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the home of a training killed at each point."""
    home = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-c", KILLED, str(seasons.root), str(home), *FOUND]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.stdout.split() == [str(-signal.SIGKILL)] * len(FOUND), done.stderr
    return home


@pytest.mark.parametrize(("point", "found"), FOUND.items())
def test_killed_and_resumed_is_the_same_to_the_last_bit(
    seasons: Store, trained: Settings, killed: Path, point: str, found: int | None
) -> None:
    _, straight = load_encoder(trained)
    checkpoint = load_checkpoint(killed / point / "checkpoints" / "level1" / straight.hash)
    assert (checkpoint and checkpoint.card["step"]) == found
    resumed = train_encoder(seasons, settings_at(killed / point), NullObserver())
    assert resumed.weights == straight.weights  # sha256 of the file: every bit of every tensor
    assert resumed.metrics == straight.metrics
    assert sorted(path.name for path in resumed.folder.parent.iterdir()) == ["latest", "step-16"]


def test_loaded_encoder_predicts_what_the_trained_one_did(seasons: Store, trained: Settings) -> None:
    encoder, card = load_encoder(trained)
    outings = load_outings(seasons, 2016)
    here = embed(encoder, outings)
    checkpoint = load_checkpoint(card.folder.parent)
    assert checkpoint is not None
    size = RunSize(**checkpoint.card["size"])
    run = MaskedRun(size, load_outings(seasons, 2015))
    while run.step < size.steps:
        run.take_step()
    np.testing.assert_array_equal(here, embed(run.model.encoder.eval(), outings))


def test_embeddings_stand_beside_their_plate_appearances(seasons: Store, trained: Settings) -> None:
    written = embed_season(seasons, trained, 2022)
    assert not written.skipped
    with session(seasons) as connection:
        rows = connection.execute(
            "select game_id, plate_appearance, encoder, embedding from models.pa_embeddings where season = 2022 "
            "order by game_id, plate_appearance"
        ).fetchall()
        keys = connection.execute(
            "select game_id, plate_appearance from core.plate_appearances where season = 2022 "
            "order by game_id, plate_appearance"
        ).fetchall()
    encoder, card = load_encoder(trained)
    assert [row[:2] for row in rows] == keys
    assert {row[2] for row in rows} == {card.hash}
    # Keys and outings stand in different orders: else a mix-up would not show.
    assert not np.array_equal(load_outings(seasons, 2022).pa_rows, np.arange(len(rows)))
    stored = np.stack([np.frombuffer(row[3], dtype="<f2") for row in rows])
    np.testing.assert_array_equal(stored, embed(encoder, load_outings(seasons, 2022)))
    assert stored.shape[1] == 16
    assert len(np.unique(stored, axis=0)) > 0.9 * len(stored)
    assert embed_season(seasons, trained, 2022).skipped


def test_no_encoder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="no Level 1 encoder"):
        load_encoder(settings_at(tmp_path))


def test_an_encoder_of_another_preset_is_refused(trained: Settings) -> None:
    other = dataclasses.replace(trained, preset=dataclasses.replace(trained.preset, level1_width=32))
    with pytest.raises(EncoderError, match=r"'width': 16.*'width': 32"):
        load_encoder(other)


def test_an_unfinished_encoder_is_refused(seasons: Store, tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    card = train_encoder(seasons, settings, NullObserver())
    file = card.folder / "card.json"
    content = json.loads(file.read_bytes()) | {"finished": False}
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CorruptCheckpoint, match=r"card\.json"):
        load_encoder(settings)


def test_a_flipped_byte_of_the_weights_is_refused(seasons: Store, tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    card = train_encoder(seasons, settings, NullObserver())
    payload = bytearray((card.folder / WEIGHTS).read_bytes())
    payload[-5] ^= 64
    (card.folder / WEIGHTS).write_bytes(payload)
    with pytest.raises(CorruptCheckpoint, match=f"{WEIGHTS}.*sha256"):
        embed_season(seasons, settings, 2022)
    with pytest.raises(CorruptCheckpoint, match=WEIGHTS):
        train_encoder(seasons, settings, NullObserver())


def test_divergence_is_an_error_and_leaves_no_finished_encoder(
    seasons: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fbm_pipeline.training.masked_run.LEARNING_RATE", 1e30)
    with pytest.raises((DivergedTraining, CorruptCheckpoint), match=r"NaN|loss is"):
        train_encoder(seasons, settings_at(tmp_path), NullObserver())
    with pytest.raises(EncoderError):
        load_encoder(settings_at(tmp_path))


def test_progress_is_told(seasons: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(encoder_room, "PROGRESS_SECONDS", 0.0)
    with caplog.at_level("INFO", logger="fbm_pipeline.training"):
        train_encoder(seasons, settings_at(tmp_path), NullObserver())
    assert any("step 16 of 16" in message for message in caplog.messages)
    assert any("held out: outcome" in message and "base" in message for message in caplog.messages)


def test_effective_rank_of_a_line_and_of_a_sphere() -> None:
    draw = torch.Generator().manual_seed(0)
    assert effective_rank(torch.randn(4000, 1, generator=draw) * torch.ones(1, 8)) == pytest.approx(1.0, abs=1e-6)
    assert effective_rank(torch.randn(4000, 8, generator=draw)) == pytest.approx(8.0, abs=0.1)
