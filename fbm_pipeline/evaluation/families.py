"""Several tests at once: Holm's adjustment within a family, and the verdict in a word.

Not here: the p values (bootstrap), and which statistics make a family (pairs).
"""

from collections.abc import Sequence

SIGNIFICANT = 0.05
BETTER, WORSE, UNDECIDED = "better", "worse", "undecided"


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjusted p values in the order given; None stays None and does not count as a test.

    The smallest of m values is multiplied by m, the next by m - 1, and so on; none falls below the one before it.
    """
    ordered = sorted((value, place) for place, value in enumerate(p_values) if value is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    floor = 0.0
    for rank, (value, place) in enumerate(ordered):
        floor = max(floor, min(1.0, (len(ordered) - rank) * value))
        adjusted[place] = floor
    return adjusted


def verdict(d_rmse: float | None, holm_rmse: float | None) -> str:
    """`better` where the new system's RMSE is smaller and the adjusted p below .05, `worse` where larger."""
    if d_rmse is None or holm_rmse is None or holm_rmse >= SIGNIFICANT or d_rmse == 0:
        return UNDECIDED
    return BETTER if d_rmse < 0 else WORSE
