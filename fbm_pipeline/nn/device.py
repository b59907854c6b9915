"""What a training runs on, and how it repeats to the last bit: device, threads, kernels, generators.

Not here: which device a run asks for (settings).
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.nn import functional

T = TypeVar("T")


@contextmanager
def reproducible(threads: int, seed: int, device: str = "cpu") -> Iterator[None]:
    """Fixed threads, deterministic kernels and torch's own generators seeded; all as they were afterwards."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    prepare(threads, device)
    try:
        with torch.random.fork_rng(devices=[] if device == "cpu" else [torch.cuda.current_device()]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])


def prepare(threads: int, device: str = "cpu") -> None:
    """Fix the thread count and deterministic kernels, without which a run does not repeat to the last bit."""
    if device != "cpu":  # cuBLAS repeats only with a workspace of its own, set before it is first used
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)


def default_device(device: str) -> AbstractContextManager[object]:
    """Where new tensors are made within the block, arrays taken by `torch.as_tensor` among them."""
    return nullcontext() if device == "cpu" else torch.device(device)


def dropout_generator(device: str) -> torch.Generator:
    """The generator that dropout draws from on a device: torch's own."""
    return torch.default_generator if device == "cpu" else torch.cuda.default_generators[torch.cuda.current_device()]


def summed_vectors(codes: Tensor, vectors: Tensor) -> Tensor:
    """codes (n, k) int64, vectors (v, w) -> (n, w): the sum of each row's vectors.

    The bag's backward adds up in any order on CUDA, where deterministic kernels refuse it; on the CPU it is quicker.
    """
    if vectors.device.type == "cpu":
        return functional.embedding_bag(codes, vectors, mode="sum")
    return functional.embedding(codes, vectors).sum(dim=1)


def moved(value: T, device: str) -> T:
    """The value with all its tensors on the device: a tensor, or tuples and dataclasses of such; itself on the CPU."""
    return value if device == "cpu" else _moved(value, device)


def _moved(value: Any, device: str) -> Any:
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, tuple):
        return tuple(_moved(item, device) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{item.name: _moved(getattr(value, item.name), device) for item in fields(value)})
    return value
