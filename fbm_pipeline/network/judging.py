"""How a network does on a season it was not trained on: likelihood against the prior's, spread, ranks of embeddings.

Not here: accuracy tables of published systems (evaluation).
"""

from dataclasses import dataclass

import numpy as np
import torch

from fbm_pipeline.network.batches import batches
from fbm_pipeline.network.heads import beta_binomial_nll
from fbm_pipeline.network.hierarchy import Hierarchy
from fbm_pipeline.network.targets import MAIN_HORIZON
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.nn.monitors import effective_rank, spread

MOST_VECTORS = 2048  # of the embeddings whose rank is taken


@dataclass(frozen=True)
class Read:
    """A network's reading of some samples on the main horizon, in their order. Rates and concentrations float64."""

    rate: np.ndarray  # (samples, statistics)
    concentration: np.ndarray  # (samples, statistics)
    nll: np.ndarray  # (samples, statistics), 0 where nothing was tried
    identity: torch.Tensor  # (samples, i)
    games: torch.Tensor  # (at most MOST_VECTORS, w): of the first games met


def read(model: Hierarchy, windows: Windows, rows: np.ndarray, batch_size: int) -> Read:
    """Run the network, in evaluation mode and without gradients, over the samples `rows`."""
    model.eval()
    rates, concentrations, nlls, identities, games, taken = [], [], [], [], [], 0
    with torch.no_grad():
        for batch in batches(windows, rows, batch_size):
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
        torch.cat(rates).numpy(), torch.cat(concentrations).numpy(), torch.cat(nlls).numpy(),
        torch.cat(identities), torch.cat(games),
    )  # fmt: skip


def judge(model: Hierarchy, windows: Windows, rows: np.ndarray, batch_size: int) -> dict[str, float]:
    """Metrics of the network on the samples `rows`.

    `validation_nll` is in nats a player who played, summed over statistics; `sd_ratio.<statistic>` and
    `slope.<statistic>` are weighted by trials; `rank.identity`, `rank.games` are effective ranks.
    Raises ValueError when nobody in `rows` played.
    """
    seen = read(model, windows, rows, batch_size)
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
