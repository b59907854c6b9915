"""Ranks and spreads of cases with known answers."""

import numpy as np
import pytest
import torch

from fbm_pipeline.nn.monitors import effective_rank, information_abundance, spread


def test_rank_counts_the_directions_in_use() -> None:
    torch.manual_seed(0)
    full = torch.randn(4000, 6)
    assert effective_rank(full) == pytest.approx(6, abs=0.05)
    assert effective_rank(full[:, :2] @ torch.randn(2, 6)) < 2.01
    assert effective_rank(torch.ones(10, 6)) == 0.0
    assert effective_rank(torch.randn(1, 6)) == 0.0


def test_abundance_of_known_matrices() -> None:
    assert information_abundance(torch.eye(5)) == pytest.approx(5.0)
    assert information_abundance(torch.ones(7, 5)) == pytest.approx(1.0)  # all words in one place
    assert information_abundance(torch.diag(torch.tensor([4.0, 2.0, 2.0]))) == pytest.approx(2.0)
    assert information_abundance(torch.zeros(4, 3)) == 0.0
    assert information_abundance(torch.zeros(0, 3)) == 0.0


def test_spread_and_slope_of_a_shrunk_projection() -> None:
    draw = np.random.default_rng(0)
    talent = draw.normal(size=200_000)
    actual = talent + draw.normal(size=200_000)
    ratio, slope = spread(talent, actual, np.ones(200_000))
    assert ratio == pytest.approx(np.sqrt(0.5), abs=0.01)
    assert slope == pytest.approx(1.0, abs=0.01)


def test_rows_without_weight_do_not_count() -> None:
    projected, actual = np.array([1.0, 2.0, 50.0]), np.array([1.0, 3.0, -9.0])
    assert spread(projected, actual, np.array([1.0, 1.0, 0.0])) == (0.5, 2.0)


def test_no_spread_is_said_as_zero() -> None:
    assert spread(np.ones(3), np.arange(3.0), np.ones(3)) == (0.0, 0.0)
    assert spread(np.ones(1), np.ones(1), np.ones(1)) == (0.0, 0.0)
