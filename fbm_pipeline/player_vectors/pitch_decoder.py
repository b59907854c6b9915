"""From a batter's and a pitcher's vector to each class of each head, and from counted classes to the vectors.

Belongs here: logits, the Laplace step of many players at once, the sums that re-estimate loadings. Not here: seasons,
drift, tables (`training.vector_filter`), or the words of the heads (`samples.meeting_heads`).

A class's logit is intercept + offset + loading · vector, where the offset is what the opponents met (and the parks)
add on the average of a player's events in that context. N players, C contexts, K classes, G groups, D dimensions.
All numbers are float64: the posteriors are solved for, not stepped to.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from fbm_pipeline.player_vectors.meeting_heads import HEADS, Head

SIDES = ("batter", "pitcher")
# Drawn-in loadings: a unit Gaussian on each, worth this many events at the mean vector.
LOADING_PENALTY = 30.0
LONGEST_STEP = 1.0  # in any dimension, in deviations of the players: a rare class would be overshot

Loadings = Mapping[str, Tensor]  # by head: (G, K, D)
Intercepts = Mapping[str, Tensor]  # by head: (C, K)


@dataclass(frozen=True)
class Counts:
    """Counted classes of one head for N players, and what opponents and parks add to their logits."""

    n: Tensor  # (N, C, K)
    offset: Tensor  # (N, C, K)


@dataclass(frozen=True)
class Posterior:
    """Gaussians of N vectors."""

    mean: Tensor  # (N, D)
    covariance: Tensor  # (N, D, D)


def by_context(head: Head, loadings: Tensor) -> Tensor:
    """(C, K, D) loadings of each context from those of its group."""
    return loadings[torch.as_tensor(head.group_of)]


def probabilities(head: Head, loadings: Tensor, intercept: Tensor, counts: Counts, mean: Tensor) -> Tensor:
    """(N, C, K) probability of each class at these vectors."""
    wide = by_context(head, loadings)
    effect = (mean @ wide.reshape(-1, wide.shape[-1]).T).reshape(len(mean), *intercept.shape)
    return torch.softmax(intercept + counts.offset + effect, dim=-1)


def laplace_step(
    sides: Mapping[str, Counts], loadings: Loadings, intercepts: Intercepts, prior: Posterior, at: Tensor
) -> Posterior:
    """One Newton step from the vectors `at` towards the posterior mode, and the covariance there.

    Repeated from its own mean it converges to the Laplace posterior; a player without events keeps his prior.
    """
    precision = torch.cholesky_inverse(torch.linalg.cholesky(prior.covariance))
    slope = -(precision @ (at - prior.mean)[:, :, None])[:, :, 0]
    hessian = precision
    for name, counts in sides.items():
        head = HEADS[name]
        wide = by_context(head, loadings[name])  # (C, K, D)
        flat = wide.reshape(-1, wide.shape[-1])
        events = counts.n.sum(dim=-1, keepdim=True)
        p = probabilities(head, loadings[name], intercepts[name], counts, at)
        expected = events * p
        slope = slope + (counts.n - expected).reshape(len(at), -1) @ flat
        outer = (flat[:, :, None] * flat[:, None, :]).reshape(len(flat), -1)
        hessian = hessian + (expected.reshape(len(at), -1) @ outer).reshape(hessian.shape)
        middle = torch.einsum("nck,ckd->ncd", p, wide) * events.sqrt()
        hessian = hessian - middle.transpose(1, 2) @ middle
    factor = torch.linalg.cholesky(hessian)
    step = torch.cholesky_solve(slope[:, :, None], factor)[:, :, 0]
    step = step * (LONGEST_STEP / step.abs().amax(dim=1, keepdim=True).clamp_min(LONGEST_STEP))
    return Posterior(at + step, torch.cholesky_inverse(factor))


def effects(head: Head, loadings: Tensor, mixtures: Tensor) -> Tensor:
    """(N, C, K) what the vectors of the opponents met add, from their (N, C, D) means."""
    return torch.einsum("ncd,ckd->nck", mixtures, by_context(head, loadings))


@dataclass
class LoadingSums:
    """What a set of players adds to one head's loadings: the slope and curvature of the expected log-likelihood."""

    slope: Tensor  # (G, K, D)
    curvature: Tensor  # (G, K, D, D)

    @classmethod
    def empty(cls, head: Head, width: int) -> "LoadingSums":
        shape = (len(head.groups), len(head.classes), width)
        return cls(torch.zeros(shape, dtype=torch.float64), torch.zeros((*shape, width), dtype=torch.float64))

    def add(self, head: Head, loadings: Tensor, intercept: Tensor, counts: Counts, vectors: Posterior) -> None:
        """Add N players. The vectors' uncertainty draws the loadings in, to second order."""
        wide = by_context(head, loadings)
        n, width = vectors.mean.shape
        p = probabilities(head, loadings, intercept, counts, vectors.mean)
        expected = counts.n.sum(dim=-1, keepdim=True) * p
        flat = expected.reshape(n, -1).T  # (C K, N)
        spread = vectors.covariance.reshape(n, -1)
        outer = (vectors.mean[:, :, None] * vectors.mean[:, None, :]).reshape(n, -1)
        unsure = (flat @ spread).reshape(*wide.shape, width)
        seen = (flat @ outer).reshape(*wide.shape, width)
        middle = torch.einsum("nck,ckd->ncd", p, wide) @ vectors.covariance  # (N, C, D)
        slope = ((counts.n - expected).reshape(n, -1).T @ vectors.mean).reshape(wide.shape)
        slope = slope - (unsure @ wide[..., None])[..., 0] + torch.einsum("nck,ncd->ckd", expected, middle)
        group = torch.as_tensor(head.group_of)
        self.slope.index_add_(0, group, slope)
        self.curvature.index_add_(0, group, unsure + seen)

    def improved(self, loadings: Tensor) -> Tensor:
        """(G, K, D) better loadings: one step on a bound of the curvature, centred over the classes."""
        width = loadings.shape[-1]
        curvature = self.curvature + LOADING_PENALTY * torch.eye(width, dtype=torch.float64)
        step = torch.linalg.solve(curvature, self.slope - LOADING_PENALTY * loadings)
        moved = loadings + step
        return moved - moved.mean(dim=1, keepdim=True)


def scaled_intercept(intercept: Tensor, observed: Tensor, expected: Tensor, pseudo: float) -> Tensor:
    """(C, K) intercepts moved so that the classes expected of all players come to those observed.

    `pseudo` events of the present odds stand on both sides, so that a context hardly seen hardly moves.
    """
    share = torch.softmax(intercept, dim=-1) * pseudo
    return intercept + torch.log((observed + share) / (expected + share))
