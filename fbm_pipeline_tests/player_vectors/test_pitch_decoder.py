"""The decoder's likelihood: the Laplace step against autograd, players of whom nothing is known, planted loadings."""

from collections.abc import Mapping

import pytest
import torch

from fbm_pipeline.player_vectors.meeting_heads import HEADS
from fbm_pipeline.player_vectors.pitch_decoder import (
    Counts,
    LoadingSums,
    Posterior,
    by_context,
    effects,
    laplace_step,
    probabilities,
    scaled_intercept,
)

WIDTH, PLAYERS = 3, 5
NAMES = ("hit_type", "landing")


@pytest.fixture
def drawn() -> torch.Generator:
    return torch.Generator().manual_seed(7)


def normal(drawn: torch.Generator, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=drawn, dtype=torch.float64)


def season(drawn: torch.Generator, events: float = 40.0) -> tuple[dict, dict, dict[str, Counts]]:
    """Loadings, intercepts and counts of five players for two heads."""
    loadings, intercepts, counts = {}, {}, {}
    for name in NAMES:
        head = HEADS[name]
        contexts, classes = head.contexts, len(head.classes)
        loadings[name] = 0.5 * normal(drawn, len(head.groups), classes, WIDTH)
        intercepts[name] = normal(drawn, contexts, classes)
        n = torch.floor(events * torch.rand(PLAYERS, contexts, classes, generator=drawn, dtype=torch.float64))
        counts[name] = Counts(n, 0.3 * normal(drawn, PLAYERS, contexts, classes))
    return loadings, intercepts, counts


def unit(players: int = PLAYERS) -> Posterior:
    eye = torch.eye(WIDTH, dtype=torch.float64).expand(players, WIDTH, WIDTH)
    return Posterior(torch.zeros(players, WIDTH, dtype=torch.float64), 0.8 * eye)


def log_posterior(
    mean: torch.Tensor, prior: Posterior, loadings: Mapping, intercepts: Mapping, counts: Mapping[str, Counts], row: int
) -> torch.Tensor:
    away = mean - prior.mean[row]
    total = -0.5 * away @ torch.linalg.inv(prior.covariance[row]) @ away
    for name, part in counts.items():
        wide = by_context(HEADS[name], loadings[name])
        logits = intercepts[name] + part.offset[row] + wide @ mean
        total = total + (part.n[row] * torch.log_softmax(logits, dim=-1)).sum()
    return total


def test_the_step_converges_to_the_mode_with_its_curvature(drawn: torch.Generator) -> None:
    loadings, intercepts, counts = season(drawn)
    prior = unit()
    found = prior
    for _ in range(30):
        found = laplace_step(counts, loadings, intercepts, prior, found.mean)
    found = laplace_step(counts, loadings, intercepts, prior, found.mean)
    for row in range(PLAYERS):
        mode = found.mean[row].clone().requires_grad_()

        def density(at: torch.Tensor, row: int = row) -> torch.Tensor:
            return log_posterior(at, prior, loadings, intercepts, counts, row)

        (slope,) = torch.autograd.grad(density(mode), mode)
        assert slope.abs().max() < 1e-8
        hessian = torch.autograd.functional.hessian(density, found.mean[row])
        torch.testing.assert_close(found.covariance[row], torch.linalg.inv(-hessian))


def test_who_did_nothing_keeps_his_prior(drawn: torch.Generator) -> None:
    loadings, intercepts, counts = season(drawn)
    counts = {name: Counts(torch.zeros_like(part.n), part.offset) for name, part in counts.items()}
    prior = Posterior(normal(drawn, PLAYERS, WIDTH), unit().covariance)
    found = laplace_step(counts, loadings, intercepts, prior, prior.mean)
    torch.testing.assert_close(found.mean, prior.mean)
    torch.testing.assert_close(found.covariance, prior.covariance)


def test_no_head_at_all_keeps_the_prior_too() -> None:
    found = laplace_step({}, {}, {}, unit(), unit().mean)
    torch.testing.assert_close(found.covariance, unit().covariance)


def test_more_events_leave_less_doubt(drawn: torch.Generator) -> None:
    loadings, intercepts, counts = season(drawn)
    doubled = {name: Counts(4.0 * part.n, part.offset) for name, part in counts.items()}
    at = unit().mean
    little = laplace_step(counts, loadings, intercepts, unit(), at).covariance
    much = laplace_step(doubled, loadings, intercepts, unit(), at).covariance
    assert (torch.diagonal(much, dim1=1, dim2=2) < torch.diagonal(little, dim1=1, dim2=2)).all()


def test_opponents_add_what_their_mean_vector_says(drawn: torch.Generator) -> None:
    head = HEADS["hit_type"]
    loadings = normal(drawn, len(head.groups), len(head.classes), WIDTH)
    mixtures = normal(drawn, PLAYERS, head.contexts, WIDTH)
    found = effects(head, loadings, mixtures)
    torch.testing.assert_close(found[2, 1], loadings[head.group_of[1]] @ mixtures[2, 1])


def test_the_sums_are_the_slope_of_the_likelihood(drawn: torch.Generator) -> None:
    loadings, intercepts, counts = season(drawn)
    name = "landing"
    vectors = Posterior(normal(drawn, PLAYERS, WIDTH), torch.zeros(PLAYERS, WIDTH, WIDTH, dtype=torch.float64))
    free = loadings[name].clone().requires_grad_()
    p = probabilities(HEADS[name], free, intercepts[name], counts[name], vectors.mean)
    (counts[name].n * torch.log(p)).sum().backward()
    sums = LoadingSums.empty(HEADS[name], WIDTH)
    sums.add(HEADS[name], loadings[name], intercepts[name], counts[name], vectors)
    torch.testing.assert_close(sums.slope, free.grad)


def test_doubt_draws_loadings_in(drawn: torch.Generator) -> None:
    loadings, intercepts, counts = season(drawn, events=400.0)
    name, head = "hit_type", HEADS["hit_type"]
    n = counts[name].n.sum(dim=-1, keepdim=True)
    means = torch.zeros(PLAYERS, WIDTH, dtype=torch.float64)
    fair = Counts(n * torch.softmax(intercepts[name], dim=-1), torch.zeros_like(counts[name].offset))
    sums = LoadingSums.empty(head, WIDTH)
    sums.add(head, loadings[name], intercepts[name], fair, Posterior(means, unit().covariance))
    assert sums.improved(loadings[name]).norm() < loadings[name].norm()


def test_intercepts_meet_the_league_and_hardly_move_where_little_was_seen() -> None:
    intercept = torch.log(torch.tensor([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]], dtype=torch.float64))
    observed = torch.tensor([[2e6, 1e6, 1e6], [2.0, 0.0, 0.0]], dtype=torch.float64)
    expected = observed.sum(dim=1, keepdim=True) * torch.softmax(intercept, dim=-1)
    moved = torch.softmax(scaled_intercept(intercept, observed, expected, 50.0), dim=-1)
    torch.testing.assert_close(moved[0], torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64), atol=1e-4, rtol=0.0)
    assert (moved[1] - torch.softmax(intercept, dim=-1)[1]).abs().max() < 0.03
