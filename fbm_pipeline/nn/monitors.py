"""Signs of collapse: how many dimensions the embeddings really use, how much the projections really differ.

For a calibrated projection the spread ratio is near its correlation with the outcome, not near 1; the slope of the
outcome on it is 1. Not here: accuracy scores (evaluation).
"""

import numpy as np
import torch
from torch import Tensor


def effective_rank(vectors: Tensor) -> float:
    """exp of the entropy of the normalized singular values of the centred (rows, width) matrix; 0 for no spread."""
    if vectors.shape[0] < 2:
        return 0.0
    centred = vectors.detach().to(torch.float64)
    centred = centred - centred.mean(dim=0)
    values = torch.linalg.svdvals(centred)
    total = float(values.sum())
    if total < 1e-9:
        return 0.0
    shares = values[values > 0] / total
    return float(torch.exp(-(shares * torch.log(shares)).sum()))


def information_abundance(matrix: Tensor) -> float:
    """Sum of the singular values of a (rows, width) matrix over the largest: width for equal ones, 1 for a line.

    Of the matrix as it is, not centred: a table of words that all lie in one place has collapsed. 0 for zeros. The
    measure is that of arXiv 2310.04400; an effective rank forgives small directions less.
    """
    values = torch.linalg.svdvals(matrix.detach().to(torch.float64)) if matrix.numel() else torch.zeros(1)
    largest = float(values.max())
    return float(values.sum()) / largest if largest > 1e-12 else 0.0


def spread(projected: np.ndarray, actual: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """SD(projected) / SD(actual), and the slope of actual on projected; each row counts by its weight.

    Rows without weight are left out; 0 and 0 where either side does not vary.
    """
    chosen = weight > 0
    p, a, w = projected[chosen], actual[chosen], weight[chosen]
    if len(p) < 2:
        return 0.0, 0.0
    p, a = p - np.average(p, weights=w), a - np.average(a, weights=w)
    variance_p, variance_a = np.average(p * p, weights=w), np.average(a * a, weights=w)
    if variance_p < 1e-18 or variance_a < 1e-18:
        return 0.0, 0.0
    return float(np.sqrt(variance_p / variance_a)), float(np.average(p * a, weights=w) / variance_p)
