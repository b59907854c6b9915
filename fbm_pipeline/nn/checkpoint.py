"""Checkpoints: a folder of safetensors and JSON, published whole or not at all, verified before use. No pickles.

Belongs here: writing, verifying and reading them; optimizer and generator state as flat tensors and back.
Not here: what is trained, or when to save.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as read_tensors
from safetensors.torch import save as tensor_bytes
from torch import Tensor, nn

from fbm_pipeline.faultpoints import crash_point

WEIGHTS = "weights.safetensors"
TRAINING_STATE = "training_state.safetensors"
CARD = "card.json"
LATEST = "latest"


class CorruptCheckpoint(ValueError):  # noqa: N818 - it says what is wrong, as a caller reads it
    """A checkpoint that must not be used: names the file, what was expected, what was found and the next step."""

    def __init__(self, file: Path, expected: str, found: str) -> None:
        super().__init__(
            f"checkpoint file {file}: expected {expected}; found {found}. "
            f"Remove the folder {file.parent if file.suffix or file.name == LATEST else file} and train again."
        )


@dataclass(frozen=True)
class Checkpoint:
    """A verified checkpoint. `card` holds what save_checkpoint was given, plus `files` and `tensors`."""

    folder: Path
    weights: dict[str, Tensor]
    training_state: dict[str, Tensor]
    card: dict[str, Any]


def save_checkpoint(
    folder: Path, weights: Mapping[str, Tensor], training_state: Mapping[str, Tensor], card: Mapping[str, Any]
) -> Path:
    """Write one checkpoint under `folder` and point `latest` at it; older ones are removed. Returns its folder.

    `card` must be JSON-able and hold `step`, an integer. A process killed at any moment leaves the checkpoint before
    or this one. Raises CorruptCheckpoint, having written nothing, when a tensor is not finite.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = _free_name(folder, int(card["step"]))
    groups = {WEIGHTS: dict(weights), TRAINING_STATE: dict(training_state)}
    for name, tensors in groups.items():
        _require_finite(target / name, tensors)
    temporary = folder / f".{target.name}.{os.getpid()}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    full = dict(card) | {"files": {}, "tensors": {}}
    for name, tensors in groups.items():
        payload = tensor_bytes({key: tensors[key].detach().contiguous() for key in sorted(tensors)})
        _write(temporary / name, payload)
        full["files"][name] = {"bytes": len(payload), "sha256": hashlib.sha256(payload).hexdigest()}
        full["tensors"][name] = {key: _kind(tensors[key]) for key in sorted(tensors)}
    card_bytes = json.dumps(full, indent=1, sort_keys=True).encode("utf-8")
    _write(temporary / CARD, card_bytes)
    _fsync(temporary)
    crash_point("checkpoint.files_written")
    temporary.rename(target)
    _fsync(folder)
    crash_point("checkpoint.renamed")
    _point_at(folder, target.name, hashlib.sha256(card_bytes).hexdigest())
    crash_point("checkpoint.published")
    _remove_others(folder, target.name)
    return target


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint that `latest` names, every byte verified; None where none was ever published.

    Raises CorruptCheckpoint for a changed, truncated, missing or foreign file, tensors that are not those of the
    card, and numbers that are not finite.
    """
    pointer = folder / LATEST
    if not pointer.is_file():
        return None
    name, card_hash = _read_pointer(pointer)
    chosen = folder / name
    card_bytes = _read(chosen / CARD)
    if hashlib.sha256(card_bytes).hexdigest() != card_hash:
        raise CorruptCheckpoint(chosen / CARD, f"sha256 {card_hash}", hashlib.sha256(card_bytes).hexdigest())
    card = json.loads(card_bytes)
    extra = sorted({file.name for file in chosen.iterdir()} - {WEIGHTS, TRAINING_STATE, CARD})
    if extra:
        raise CorruptCheckpoint(chosen, f"only {WEIGHTS}, {TRAINING_STATE}, {CARD}", f"also {extra}")
    weights = _read_verified(chosen / WEIGHTS, card)
    training_state = _read_verified(chosen / TRAINING_STATE, card)
    return Checkpoint(chosen, weights, training_state, card)


def restore_weights(module: nn.Module, checkpoint: Checkpoint) -> None:
    """Load the weights into `module`. Raises CorruptCheckpoint listing every missing, extra or misshapen tensor."""
    expected = {name: _kind(tensor) for name, tensor in module.state_dict().items()}
    stored = {name: _kind(tensor) for name, tensor in checkpoint.weights.items()}
    _require_same(checkpoint.folder / WEIGHTS, expected, stored)
    module.load_state_dict(checkpoint.weights)


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's moments, step counts and learning rates as flat tensors named `optimizer.*`."""
    state = optimizer.state_dict()
    tensors = {
        f"optimizer.{index}.{name}": torch.as_tensor(value)
        for index, moments in state["state"].items()
        for name, value in moments.items()
    }
    for index, group in enumerate(state["param_groups"]):
        tensors[f"optimizer.group.{index}.lr"] = torch.tensor(float(group["lr"]), dtype=torch.float64)
    return tensors


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put the tensors of optimizer_tensors back: the next step is the one that would have followed."""
    state = optimizer.state_dict()
    moments: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        parts = key.split(".")
        if parts[0] != "optimizer":
            continue
        if parts[1] == "group":
            state["param_groups"][int(parts[2])]["lr"] = float(value)
        else:
            moments.setdefault(int(parts[1]), {})[parts[2]] = value.clone()
    state["state"] = moments
    optimizer.load_state_dict(state)


def generator_tensors(generators: Mapping[str, torch.Generator]) -> dict[str, Tensor]:
    """The state of each named generator as a uint8 tensor named `generator.*`."""
    return {f"generator.{name}": generator.get_state() for name, generator in generators.items()}


def restore_generators(generators: Mapping[str, torch.Generator], tensors: Mapping[str, Tensor]) -> None:
    """Put the states of generator_tensors back. Raises KeyError for a generator that was not saved."""
    for name, generator in generators.items():
        generator.set_state(tensors[f"generator.{name}"].clone())


def _kind(tensor: Tensor) -> list[Any]:
    return [str(tensor.dtype).removeprefix("torch."), list(tensor.shape)]


def _free_name(folder: Path, step: int) -> Path:
    name, again = folder / f"step-{step}", 1
    while name.exists():
        name, again = folder / f"step-{step}-{again}", again + 1
    return name


def _require_finite(file: Path, tensors: Mapping[str, Tensor]) -> None:
    wrong = [k for k, v in tensors.items() if v.is_floating_point() and not bool(torch.isfinite(v).all())]
    if wrong:
        raise CorruptCheckpoint(
            file, "finite numbers", f"NaN or infinity in {sorted(wrong)[:5]} of {len(wrong)} tensors"
        )


def _require_same(file: Path, expected: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
    problems = [f"missing {name}" for name in expected if name not in stored]
    problems += [f"extra {name}" for name in stored if name not in expected]
    problems += [
        f"{name} is {stored[name]} instead of {expected[name]}"
        for name in expected
        if name in stored and stored[name] != expected[name]
    ]
    if problems:
        raise CorruptCheckpoint(file, f"{len(expected)} tensors as recorded", "; ".join(problems[:10]))


def _read_verified(file: Path, card: Mapping[str, Any]) -> dict[str, Tensor]:
    recorded = card["files"][file.name]
    payload = _read(file)
    if len(payload) != recorded["bytes"]:
        raise CorruptCheckpoint(file, f"{recorded['bytes']} bytes", f"{len(payload)} bytes")
    digest = hashlib.sha256(payload).hexdigest()
    if digest != recorded["sha256"]:
        raise CorruptCheckpoint(file, f"sha256 {recorded['sha256']}", digest)
    try:
        tensors = read_tensors(payload)
    except SafetensorError as error:
        raise CorruptCheckpoint(file, "a safetensors file", str(error)) from error
    _require_same(file, card["tensors"][file.name], {name: _kind(value) for name, value in tensors.items()})
    _require_finite(file, tensors)
    return tensors


def _read(file: Path) -> bytes:
    if not file.is_file():
        raise CorruptCheckpoint(file, "a file", "nothing")
    return file.read_bytes()


def _read_pointer(pointer: Path) -> tuple[str, str]:
    raw = pointer.read_bytes()
    try:
        content = json.loads(raw)
        name, card_hash = content["checkpoint"], content["card_sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptCheckpoint(pointer, "the name of a checkpoint and its card's sha256", repr(raw[:80])) from error
    if not isinstance(name, str) or not name.startswith("step-") or Path(name).name != name:
        raise CorruptCheckpoint(pointer, "a folder name such as step-100", repr(name))
    return name, str(card_hash)


def _point_at(folder: Path, name: str, card_hash: str) -> None:
    temporary = folder / f".{LATEST}.{os.getpid()}.tmp"
    content = {"checkpoint": name, "card_sha256": card_hash}
    _write(temporary, json.dumps(content, separators=(",", ":")).encode("utf-8"))
    temporary.replace(folder / LATEST)
    _fsync(folder)


def _remove_others(folder: Path, kept: str) -> None:
    for path in folder.iterdir():
        left_over = path.name.startswith((".step-", "step-")) and path.name != kept
        if left_over and path.is_dir():
            shutil.rmtree(path)


def _write(file: Path, payload: bytes) -> None:
    with file.open("wb") as handle:
        handle.write(payload)
        handle.flush()
        os.fsync(handle.fileno())


def _fsync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
