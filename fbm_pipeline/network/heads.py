"""From a state per horizon to a rate and a concentration per statistic: an adjustment on the prior, zero at the start.

rate = p e^d / (1 + p (e^d - 1)), which is logit(p) + d written so that d = 0 gives p to the last bit. All of it in
float64. Dimension letters: b players, h horizons, s statistics, w width.
"""

import torch
from torch import Tensor, nn

SMALLEST_RATE = 1e-6  # keeps the beta distribution's parameters positive, in the likelihood only


class RateHeads(nn.Module):
    """States (b, h, w) and the prior -> rates and concentrations (b, h, s)."""

    def __init__(self, horizons: int, statistics: int, width: int) -> None:
        super().__init__()
        # Zero at the start: an untrained network says exactly what the prior says.
        self.delta_weight = nn.Parameter(torch.zeros(horizons, statistics, width))
        self.delta_bias = nn.Parameter(torch.zeros(horizons, statistics))
        # Concentration is the prior's weight (its effective opportunities) times exp of this.
        self.log_scale = nn.Parameter(torch.zeros(horizons, statistics, dtype=torch.float64))

    def forward(self, states: Tensor, evidence: Tensor, prior: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """states (b, h, w), evidence (b,) bool, prior and weight (b, s) float64 -> rate, concentration, delta.

        A player without evidence (no game in his window) gets a delta of exactly zero.
        """
        delta = torch.einsum("bhw,hsw->bhs", states, self.delta_weight) + self.delta_bias
        delta = delta.masked_fill(~evidence[:, None, None], 0.0).to(torch.float64)
        concentration = weight[:, None, :] * torch.exp(self.log_scale)
        return adjusted_rate(prior[:, None, :], delta), concentration, delta


def adjusted_rate(prior: Tensor, delta: Tensor) -> Tensor:
    """The rate whose logit is the prior's plus delta; exactly the prior where delta is 0. Both float64."""
    return prior * torch.exp(delta) / (1 + prior * torch.expm1(delta))


def shifted_rate(prior: Tensor, delta: Tensor) -> Tensor:
    """The prior plus delta, kept within [0, 1]; exactly the prior where delta is 0. Both float64."""
    return (prior + delta).clamp(0.0, 1.0)


def beta_binomial_nll(rate: Tensor, concentration: Tensor, successes: Tensor, trials: Tensor) -> Tensor:
    """Negative log likelihood of successes in trials, in nats, without the binomial coefficient (a constant).

    All float64 of one shape. Exactly 0, with zero gradient, where there are no trials.
    """
    rate = rate.clamp(SMALLEST_RATE, 1 - SMALLEST_RATE)
    alpha, beta = rate * concentration, (1 - rate) * concentration
    failures = trials - successes
    nll = (
        (torch.lgamma(alpha) - torch.lgamma(successes + alpha))
        + (torch.lgamma(beta) - torch.lgamma(failures + beta))
        + (torch.lgamma(trials + concentration) - torch.lgamma(concentration))
    )
    return torch.where(trials > 0, nll, torch.zeros_like(nll))


def fit_log_scale(prior: Tensor, weight: Tensor, successes: Tensor, trials: Tensor) -> Tensor:
    """The log scales (h, s) under which the prior alone is most likely: where a network should start from.

    prior, weight (b, s), successes, trials (b, h, s), all float64. Statistics without any trial get 0.
    """
    grid = torch.arange(-8.0, 4.01, 0.25, dtype=torch.float64)
    rate = prior[:, None, :].expand_as(trials)
    totals = torch.stack(
        [
            beta_binomial_nll(rate, (weight * torch.exp(step))[:, None, :].expand_as(trials), successes, trials).sum(0)
            for step in grid
        ]
    )  # (grid, h, s)
    best = grid[totals.argmin(dim=0)]
    return torch.where(trials.sum(0) > 0, best, torch.zeros_like(best))
