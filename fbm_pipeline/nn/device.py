"""What a training runs on, and how it repeats to the last bit: device, threads, kernels, generators.

Not here: which device a run asks for (settings).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def reproducible(threads: int, seed: int) -> Iterator[None]:
    """Fixed threads, deterministic kernels and torch's own generator seeded; all as they were afterwards."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
