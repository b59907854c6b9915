"""Zero means the prior to the last bit; the likelihood is the beta-binomial's; concentrations are found."""

import math

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from fbm_pipeline.network.heads import RateHeads, adjusted_rate, beta_binomial_nll, fit_log_scale

rates = st.floats(1e-9, 1 - 1e-9)


@given(rates)
def test_a_delta_of_zero_is_the_prior_to_the_last_bit(prior: float) -> None:
    p = torch.tensor([prior], dtype=torch.float64)
    assert torch.equal(adjusted_rate(p, torch.zeros(1, dtype=torch.float64)), p)


@given(st.floats(0.001, 0.999), st.floats(-3, 3))
def test_a_delta_moves_the_logit(prior: float, delta: float) -> None:
    moved = float(adjusted_rate(torch.tensor(prior, dtype=torch.float64), torch.tensor(delta, dtype=torch.float64)))
    assert math.isclose(math.log(moved / (1 - moved)), math.log(prior / (1 - prior)) + delta, abs_tol=1e-9)


@given(st.floats(0.01, 0.9), st.floats(5, 5000), st.integers(1, 700), st.floats(0, 1))
def test_the_likelihood_is_the_beta_binomials(rate: float, concentration: float, trials: int, share: float) -> None:
    successes = round(share * trials)
    ours = float(
        beta_binomial_nll(
            *(torch.tensor(float(x), dtype=torch.float64) for x in (rate, concentration, successes, trials))
        )
    )
    ways = math.lgamma(trials + 1) - math.lgamma(successes + 1) - math.lgamma(trials - successes + 1)
    theirs = -betabinom.logpmf(successes, trials, rate * concentration, (1 - rate) * concentration)
    assert math.isclose(ours, theirs + ways, rel_tol=1e-7, abs_tol=1e-6)


def test_no_trials_no_loss_and_no_gradient() -> None:
    rate = torch.tensor([0.2], dtype=torch.float64, requires_grad=True)
    concentration = torch.tensor([300.0], dtype=torch.float64, requires_grad=True)
    nothing = torch.zeros(1, dtype=torch.float64)
    loss = beta_binomial_nll(rate, concentration, nothing, nothing).sum()
    loss.backward()
    assert loss == 0
    assert rate.grad is not None
    assert concentration.grad is not None
    assert float(rate.grad) == float(concentration.grad) == 0


def test_extreme_rates_stay_finite() -> None:
    rate = torch.tensor([0.0, 1.0], dtype=torch.float64, requires_grad=True)
    one = torch.ones(2, dtype=torch.float64)
    loss = beta_binomial_nll(rate, 500 * one, 3 * one, 10 * one).sum()
    loss.backward()
    assert torch.isfinite(loss)
    assert rate.grad is not None
    assert torch.isfinite(rate.grad).all()


def test_untrained_heads_say_the_prior_and_its_weight() -> None:
    heads = RateHeads(2, 3, 4)
    prior = torch.rand(5, 3, dtype=torch.float64)
    weight = torch.rand(5, 3, dtype=torch.float64) * 900
    rate, concentration, delta = heads(torch.randn(5, 2, 4), torch.ones(5, dtype=torch.bool), prior, weight)
    assert torch.equal(rate, prior[:, None].expand(5, 2, 3))
    assert torch.equal(concentration, weight[:, None].expand(5, 2, 3))
    assert not delta.any()


def test_the_planted_concentration_is_found() -> None:
    draw = np.random.default_rng(0)
    prior = np.full((4000, 1), 0.2)
    talent = draw.beta(0.2 * 150, 0.8 * 150, 4000)
    trials = np.full((4000, 1, 1), 400)
    successes = draw.binomial(trials, talent[:, None, None])
    tensors = (torch.from_numpy(x.astype(np.float64)) for x in (prior, np.full((4000, 1), 600.0), successes, trials))
    assert abs(float(fit_log_scale(*tensors)) - math.log(150 / 600)) <= 0.25


def test_statistics_without_trials_keep_the_priors_weight() -> None:
    prior, weight = torch.full((3, 1), 0.2, dtype=torch.float64), torch.full((3, 1), 600.0, dtype=torch.float64)
    nothing = torch.zeros(3, 1, 1, dtype=torch.float64)
    assert float(fit_log_scale(prior, weight, nothing, nothing)) == 0.0
