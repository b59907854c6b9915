"""How far off a network is: the loss that it is trained by, and its metrics on a season it was not trained on.

All targets are judged by one likelihood, so that epochs and networks compare. Not here: accuracy tables of published
systems (evaluation).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fbm_pipeline.network.batches import Batch, batches
from fbm_pipeline.network.heads import SMALLEST_RATE, beta_binomial_nll
from fbm_pipeline.network.hierarchy import Hierarchy, Projection
from fbm_pipeline.network.windows import MAIN_HORIZON, TARGET_HORIZONS, Windows
from fbm_pipeline.nn.device import moved
from fbm_pipeline.nn.monitors import effective_rank, spread
from fbm_pipeline.presets.network import Network

MOST_VECTORS = 2048  # of the embeddings whose rank is taken


@dataclass(frozen=True)
class Read:
    """A network's reading of some samples on the main horizon, in their order. Rates and concentrations float64."""

    rate: np.ndarray  # (samples, statistics)
    concentration: np.ndarray  # (samples, statistics)
    nll: np.ndarray  # (samples, statistics), 0 where nothing was tried
    identity: torch.Tensor  # (samples, i)
    games: torch.Tensor  # (at most MOST_VECTORS, w): of the first games met


def loss_of(projection: Projection, batch: Batch, network: Network) -> Tensor:
    """The loss of the network's target summed over statistics and weighted horizons, mean over players."""
    nll = losses(projection, batch, network.target)
    by_horizon: Mapping[str, float] = {"next_games": network.next_games_weight, "next_season": 1.0}
    weights = torch.tensor([by_horizon[name] for name in TARGET_HORIZONS], dtype=nll.dtype, device=nll.device)
    return (nll.sum(dim=2) * weights).sum(dim=1).mean()


def losses(projection: Projection, batch: Batch, target: str) -> Tensor:
    """(b, h, s) float64, 0 where nothing was tried. By target, in nats:

    `logit` the beta-binomial likelihood of what happened. `rate` and `residual` squared error of the rate, over the
    variance of one trial at the prior's. `counts` the Poisson likelihood of the count. The last three leave the
    concentration to the beta-binomial likelihood at the rate as it stands.
    """
    successes, trials = batch.successes, batch.trials
    if target == "logit":
        return beta_binomial_nll(projection.rate, projection.concentration, successes, trials)
    spread_only = beta_binomial_nll(projection.rate.detach(), projection.concentration, successes, trials)
    if target == "counts":
        expected = projection.rate.clamp(min=SMALLEST_RATE) * trials.clamp(min=1)
        of_rate = expected - successes * torch.log(expected)
    else:
        prior = batch.prior[:, None, :].clamp(SMALLEST_RATE, 1 - SMALLEST_RATE)
        actual = successes / trials.clamp(min=1)
        of_rate = 0.5 * trials * (actual - projection.rate) ** 2 / (prior * (1 - prior))
    return spread_only + torch.where(trials > 0, of_rate, torch.zeros_like(of_rate))


def read(model: Hierarchy, windows: Windows, rows: np.ndarray, batch_size: int, device: str = "cpu") -> Read:
    """Run the network, in evaluation mode and without gradients, over the samples `rows`."""
    model.eval()
    rates, concentrations, nlls, identities, games, taken = [], [], [], [], [], 0
    with torch.no_grad():
        for batch in (moved(made, device) for made in batches(windows, rows, batch_size)):
            projection = model(batch)
            rate, concentration = projection.rate[:, MAIN_HORIZON], projection.concentration[:, MAIN_HORIZON]
            rates.append(rate)
            concentrations.append(concentration)
            successes, trials = batch.successes[:, MAIN_HORIZON], batch.trials[:, MAIN_HORIZON]
            nlls.append(beta_binomial_nll(rate, concentration, successes, trials))
            identities.append(projection.identity)
            if taken < MOST_VECTORS:
                games.append(projection.games[batch.visible][: MOST_VECTORS - taken])
                taken += len(games[-1])
    return Read(
        torch.cat(rates).cpu().numpy(),
        torch.cat(concentrations).cpu().numpy(),
        torch.cat(nlls).cpu().numpy(),
        torch.cat(identities).cpu(),
        torch.cat(games).cpu(),
    )


def judge(
    model: Hierarchy, windows: Windows, rows: np.ndarray, batch_size: int, device: str = "cpu"
) -> dict[str, float]:
    """Metrics of the network on the samples `rows`.

    `validation_nll` is in nats a player who played, summed over statistics; `sd_ratio.<statistic>` and
    `slope.<statistic>` are weighted by trials; `rank.identity`, `rank.games` are effective ranks.
    Raises ValueError when nobody in `rows` played.
    """
    seen = read(model, windows, rows, batch_size, device)
    successes = windows.targets.successes[rows, MAIN_HORIZON]
    trials = windows.targets.trials[rows, MAIN_HORIZON]
    played = (trials > 0).any(axis=1)
    if not played.any():
        raise ValueError(f"none of {len(rows)} {windows.player_type}s has an outcome to validate on; check the season")
    metrics = {"validation_nll": float(seen.nll[played].sum(axis=1).mean())}
    for column, name in enumerate(model.shape.statistics):
        tried = trials[:, column]
        actual = successes[:, column] / np.maximum(tried, 1)
        ratio, slope = spread(seen.rate[:, column], actual, tried.astype(np.float64))
        metrics[f"sd_ratio.{name}"], metrics[f"slope.{name}"] = ratio, slope
    metrics["rank.identity"] = effective_rank(seen.identity)
    metrics["rank.games"] = effective_rank(seen.games)
    return metrics
