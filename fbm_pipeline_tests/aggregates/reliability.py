"""How often what had a chance came true, by tenths of the chance."""

import numpy as np

BINS = 10
LEAST = 300  # chances in a bin: fewer tell nothing


def reliability(chance: np.ndarray, happened: np.ndarray, least: int = LEAST) -> list[tuple[float, float, int]]:
    """Mean chance, share that happened and how many, of each tenth with at least `least`."""
    tenth = np.minimum((chance * BINS).astype(np.int64), BINS - 1)
    groups = [tenth == one for one in range(BINS)]
    return [
        (float(chance[own].mean()), float(happened[own].mean()), int(own.sum())) for own in groups if own.sum() >= least
    ]
