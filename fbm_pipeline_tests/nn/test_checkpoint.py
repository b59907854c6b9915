"""Checkpoints: whole or not at all, every byte verified, nothing executable, resumed to the last bit."""

import hashlib
import json
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save as tensor_bytes
from torch import Tensor, nn

from fbm_pipeline.faultpoints import POINTS, crash_point
from fbm_pipeline.nn.checkpoint import (
    CARD,
    LATEST,
    TRAINING_STATE,
    WEIGHTS,
    CorruptCheckpoint,
    generator_tensors,
    load_checkpoint,
    optimizer_tensors,
    restore_generators,
    restore_optimizer,
    restore_weights,
    save_checkpoint,
)

FILES = (WEIGHTS, TRAINING_STATE, CARD, LATEST)


def network() -> nn.Module:
    model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1))
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        nn.init.normal_(parameter, generator=generator)
    return model


class Training:
    """A little training whose every step draws from a generator."""

    def __init__(self) -> None:
        self.model = network()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.1)
        self.generators = {"data": torch.Generator().manual_seed(1)}

    def run(self, first: int, last: int) -> None:
        for step in range(first, last):
            self.optimizer.param_groups[0]["lr"] = 0.1 / (1 + step)
            x = torch.randn(4, 3, generator=self.generators["data"])
            self.optimizer.zero_grad()
            self.model(x).square().sum().backward()
            self.optimizer.step()

    def save(self, folder: Path, step: int) -> Path:
        state = optimizer_tensors(self.optimizer) | generator_tensors(self.generators)
        return save_checkpoint(folder, self.model.state_dict(), state, {"step": step, "seed": 1})

    def restore(self, folder: Path) -> int:
        checkpoint = load_checkpoint(folder)
        assert checkpoint is not None
        restore_weights(self.model, checkpoint)
        restore_optimizer(self.optimizer, checkpoint.training_state)
        restore_generators(self.generators, checkpoint.training_state)
        return int(checkpoint.card["step"])


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "run"
    training = Training()
    training.run(0, 3)
    training.save(folder, 3)
    return folder


def file_in(folder: Path, name: str) -> Path:
    return folder / LATEST if name == LATEST else folder / "step-3" / name


def test_nothing_saved_is_none(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path) is None


def test_round_trip_and_card(saved: Path) -> None:
    checkpoint = load_checkpoint(saved)
    assert checkpoint is not None
    assert checkpoint.folder.name == "step-3"
    assert checkpoint.card["step"] == 3
    assert checkpoint.card["seed"] == 1
    training = Training()
    training.run(0, 3)
    for name, tensor in training.model.state_dict().items():
        assert torch.equal(checkpoint.weights[name], tensor)
    assert sorted(path.name for path in checkpoint.folder.iterdir()) == sorted((WEIGHTS, TRAINING_STATE, CARD))


@pytest.mark.parametrize("killed_at", [1, 4, 9])
def test_resumed_training_is_the_same_to_the_last_bit(tmp_path: Path, killed_at: int) -> None:
    straight = Training()
    straight.run(0, 10)
    first = Training()
    first.run(0, killed_at)
    first.save(tmp_path, killed_at)
    second = Training()
    second.generators["data"].manual_seed(999)
    second.run(second.restore(tmp_path), 10)
    for name, tensor in straight.model.state_dict().items():
        assert torch.equal(second.model.state_dict()[name], tensor), name


def test_only_the_newest_is_kept(tmp_path: Path) -> None:
    training = Training()
    for step in (1, 2, 2, 7):
        training.run(step, step + 1)
        training.save(tmp_path, step)
    assert sorted(path.name for path in tmp_path.iterdir()) == [LATEST, "step-7"]
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint is not None
    assert torch.equal(checkpoint.weights["0.weight"], training.model.state_dict()["0.weight"])


def test_the_same_step_saved_again_replaces_it(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, {"a": torch.zeros(1)}, {}, {"step": 5})
    save_checkpoint(tmp_path, {"a": torch.ones(1)}, {}, {"step": 5})
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint is not None
    assert checkpoint.weights["a"].tolist() == [1.0]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FILES), where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_refused(
    saved: Path, tmp_path_factory: pytest.TempPathFactory, name: str, where: float, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("flipped") / "run"
    shutil.copytree(saved, folder)
    file = file_in(folder, name)
    payload = bytearray(file.read_bytes())
    payload[int(where * len(payload))] ^= 1 << bit
    file.write_bytes(payload)
    with pytest.raises(CorruptCheckpoint, match=r"expected .*; found .*train again"):
        load_checkpoint(folder)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["truncated", "empty", "pickle", "missing"])
def test_damaged_files_are_refused_by_name(saved: Path, tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "run"
    shutil.copytree(saved, folder)
    file = file_in(folder, name)
    whole = file.read_bytes()
    payloads = {"truncated": whole[: len(whole) // 2], "empty": b"", "pickle": pickle.dumps({"weights": 1})}
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(payloads[damage])
    if (name, damage) == (LATEST, "missing"):
        assert load_checkpoint(folder) is None  # nothing was published
        return
    with pytest.raises(CorruptCheckpoint, match=str(file)):
        load_checkpoint(folder)


def test_a_foreign_file_is_refused(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(saved, folder)
    (folder / "step-3" / "weights.pkl").write_bytes(b"x")
    with pytest.raises(CorruptCheckpoint, match=r"weights\.pkl"):
        load_checkpoint(folder)


@pytest.mark.parametrize("name", ["../elsewhere", "step-3/../../x", "else", 7])
def test_a_pointer_out_of_its_folder_is_refused(saved: Path, tmp_path: Path, name: object) -> None:
    folder = tmp_path / "run"
    shutil.copytree(saved, folder)
    (folder / LATEST).write_text(json.dumps({"checkpoint": name, "card_sha256": "0"}), encoding="utf-8")
    with pytest.raises(CorruptCheckpoint, match="folder name"):
        load_checkpoint(folder)


def forged(folder: Path, weights: dict[str, Tensor]) -> None:
    """Other weights under hashes that fit: only what the card says of the tensors can tell."""
    chosen = folder / "step-3"
    card = json.loads((chosen / CARD).read_bytes())
    payload = tensor_bytes(weights)
    (chosen / WEIGHTS).write_bytes(payload)
    card["files"][WEIGHTS] = {"bytes": len(payload), "sha256": hashlib.sha256(payload).hexdigest()}
    card_bytes = json.dumps(card).encode()
    (chosen / CARD).write_bytes(card_bytes)
    pointer = {"checkpoint": "step-3", "card_sha256": hashlib.sha256(card_bytes).hexdigest()}
    (folder / LATEST).write_text(json.dumps(pointer), encoding="utf-8")


@pytest.mark.parametrize("poison", ["missing", "extra", "shape", "type", "nan"])
def test_forged_tensors_are_refused(saved: Path, tmp_path: Path, poison: str) -> None:
    folder = tmp_path / "run"
    shutil.copytree(saved, folder)
    weights = {name: tensor.clone() for name, tensor in network().state_dict().items()}
    if poison == "missing":
        del weights["0.bias"]
    elif poison == "extra":
        weights["3.bias"] = torch.zeros(1)
    elif poison == "shape":
        weights["0.bias"] = torch.zeros(6)
    elif poison == "type":
        weights["0.bias"] = weights["0.bias"].double()
    else:
        weights["0.bias"][2] = float("nan")
    forged(folder, weights)
    expected = {"missing": "missing 0.bias", "extra": "extra 3.bias", "nan": "NaN or infinity in .*0.bias"}
    with pytest.raises(CorruptCheckpoint, match=expected.get(poison, "0.bias is .* instead of")):
        load_checkpoint(folder)


def test_weights_of_another_model_are_refused_with_every_difference(saved: Path) -> None:
    checkpoint = load_checkpoint(saved)
    assert checkpoint is not None
    other = nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 1), nn.LayerNorm(1))
    with pytest.raises(CorruptCheckpoint, match=r"missing 3\.weight") as caught:
        restore_weights(other, checkpoint)
    assert "0.weight is ['float32', [5, 3]] instead of ['float32', [6, 3]]" in str(caught.value)


def test_diverged_weights_are_not_saved(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(saved, folder)
    with pytest.raises(CorruptCheckpoint, match="NaN"):
        save_checkpoint(folder, {"a": torch.tensor([float("nan")])}, {}, {"step": 4})
    assert sorted(path.name for path in folder.iterdir()) == [LATEST, "step-3"]


def test_a_failed_write_leaves_the_checkpoint_before(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(saved, folder)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("fbm_pipeline.nn.checkpoint.os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            save_checkpoint(folder, {"a": torch.zeros(1)}, {}, {"step": 4})
    checkpoint = load_checkpoint(folder)
    assert checkpoint is not None
    assert checkpoint.card["step"] == 3
    save_checkpoint(folder, {"a": torch.zeros(1)}, {}, {"step": 5})
    assert sorted(path.name for path in folder.iterdir()) == [LATEST, "step-5"]  # left-overs are gone


def test_an_unregistered_fault_point_is_an_error() -> None:
    with pytest.raises(KeyError, match="not a registered fault point"):
        crash_point("nowhere")


def test_fault_points_cost_nothing_when_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FBM_CRASH_AT", raising=False)
    for point in POINTS:
        crash_point(point)
