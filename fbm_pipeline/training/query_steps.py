"""One training of the pooling queries: four models (side of the ball by fold of players), their optimizer and draws.

Belongs here: a step and the state that a checkpoint needs. Each model has its own draws and its own gradient norm, so
that nothing of a player reaches the model that will describe him. Not here: files, or what is made of it (query_run).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.model.pooling_query import CLASSES, PoolingQuery, log_shares, nats
from fbm_pipeline.nn.checkpoint import (
    generator_tensors,
    optimizer_tensors,
    restore_generators,
    restore_optimizer,
)
from fbm_pipeline.training.query_samples import (
    FOLDS,
    EmbeddedSeason,
    PlayerSeasonRows,
    fold_of,
    league_log_shares,
    player_rows,
    spread_of,
)

LEAST = 50  # plate appearances of a player-season that is learned from
PLAYERS = 48  # in a step of one model
MOST_POOLED = 320  # plate appearances of a player in a step: with 128 the gain over league shares was a tenth smaller
LEARNING_RATE = 4e-3
EVIDENCE_SPEED = 10.0  # of the learned constants over all else: they are logs and have far to go
WARM_UP = 0.05
WEIGHT_DECAY = 0.05  # of matrices: a few thousand player-seasons are little
LARGEST_GRADIENT = 1.0  # norm, each model by itself


class DivergedQuery(RuntimeError):  # noqa: N818 - what happened, not who failed
    """The loss is no longer a number; the message names the step and the next action."""


@dataclass(frozen=True)
class QuerySize:
    """Everything that shapes a training, recorded with it. The same sizes, data and code give the same bits."""

    width: int
    steps: int
    threads: int
    seed: int


@dataclass(frozen=True)
class Learners:
    """The player-seasons that one model learns from: one side of the ball, one fold left out."""

    rows: np.ndarray  # (n,) int64 into all embeddings, in the order of player-seasons
    starts: np.ndarray  # (player-seasons + 1,) int64
    season: np.ndarray  # (player-seasons,) int64, place among the seasons
    next_counts: np.ndarray  # (player-seasons, classes) float32; zeros where there is no next season
    league: np.ndarray  # (seasons + 1, classes) float32 log shares of these players' league; the last is unused


@dataclass(frozen=True)
class Evidence:
    """All embeddings that are trained on: `matrix` (n, width) float16, classes and season's place of each row."""

    matrix: np.ndarray
    outcome: np.ndarray
    hit_type: np.ndarray
    means: np.ndarray  # (seasons, width) float32


class QueryRun:
    """Four models in training, at `step` steps done."""

    def __init__(self, size: QuerySize, seasons: Sequence[EmbeddedSeason]) -> None:
        self.size = size
        self.step = 0
        self.evidence = Evidence(
            np.concatenate([part.embeddings for part in seasons]),
            np.concatenate([part.outcome for part in seasons]),
            np.concatenate([part.hit_type for part in seasons]),
            np.stack([part.mean for part in seasons]),
        )
        self.learners = {
            model_name(kind, fold): learners(seasons, kind, fold) for kind in PLAYER_TYPES for fold in range(FOLDS)
        }
        self.models = new_models(size.width)
        self.generators = {}
        spread = torch.from_numpy(spread_of(seasons))
        for index, (name, model) in enumerate(self.models.items()):
            self.generators[name] = torch.Generator().manual_seed(size.seed + index)
            query_of(model).initialise(torch.Generator().manual_seed(size.seed + 100 + index), spread)
        self.optimizer = torch.optim.AdamW(_groups(self.models), lr=LEARNING_RATE)

    def take_step(self) -> dict[str, float]:
        """One step of all four models. Returns nats per plate appearance by model. Raises DivergedQuery."""
        for group in self.optimizer.param_groups:
            group["lr"] = _learning_rate(self.step, self.size.steps) * group["speed"]
        self.optimizer.zero_grad()
        told = {}
        for name, model in self.models.items():
            loss = step_loss(query_of(model), self.evidence, self.learners[name], self.generators[name])
            if not bool(torch.isfinite(loss)):
                raise DivergedQuery(
                    f"query {name}: loss {float(loss.detach())} at step {self.step + 1}, expected a number; look at "
                    "models.pa_embeddings or lower LEARNING_RATE"
                )
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
            told[name] = float(loss.detach())
        self.optimizer.step()
        self.step += 1
        return told

    def state(self) -> dict[str, Tensor]:
        """Optimizer and generators as flat tensors; the weights and `step` are saved beside them."""
        return optimizer_tensors(self.optimizer) | generator_tensors(self.generators)

    def restore(self, step: int, tensors: Mapping[str, Tensor]) -> None:
        """Stand where a saved run stood; the weights are restored by the caller."""
        self.step = step
        restore_optimizer(self.optimizer, tensors)
        restore_generators(self.generators, tensors)


def model_name(player_type: str, fold: int) -> str:
    """The model that describes the players of this fold: it has learned from the others."""
    return f"{player_type}_{fold}"


def new_models(width: int) -> nn.ModuleDict:
    """The four models, not yet drawn."""
    return nn.ModuleDict(
        {model_name(kind, fold): PoolingQuery(width) for kind in PLAYER_TYPES for fold in range(FOLDS)}
    )


def query_of(model: nn.Module) -> PoolingQuery:
    """The module as what it is: containers of modules forget. Raises TypeError for another."""
    if not isinstance(model, PoolingQuery):
        raise TypeError(f"expected a PoolingQuery, found {type(model).__name__}")
    return model


def learners(seasons: Sequence[EmbeddedSeason], player_type: str, fold: int) -> Learners:
    """All player-seasons of enough plate appearances whose players are not of `fold`.

    The league's shares are of these players alone: whoever is described has no part in what is learned. Raises
    ValueError when nobody is left.
    """
    offsets = np.cumsum([0] + [len(part.embeddings) for part in seasons])
    every = [player_rows(part, player_type) for part in seasons]
    others = [fold_of(part.mlbam_id) != fold for part in every]
    rows, lengths, place, following = [], [], [], []
    league = np.zeros((len(seasons) + 1, len(CLASSES)), np.float32)
    for index, (part, mine) in enumerate(zip(every, others, strict=True)):
        league[index] = league_log_shares(part.counts[mine])
        chosen = np.flatnonzero(mine & (part.plate_appearances >= LEAST))
        rows += [part.rows[part.starts[at] : part.starts[at + 1]].astype(np.int64) + offsets[index] for at in chosen]
        lengths.append(part.plate_appearances[chosen])
        place.append(np.full(len(chosen), index))
        after = every[index + 1] if index + 1 < len(every) and every[index + 1].season == part.season + 1 else None
        following.append(next_counts(part.mlbam_id[chosen], after))
    if not rows:
        raise ValueError(
            f"no {player_type} outside fold {fold} has {LEAST} plate appearances in seasons "
            f"{[part.season for part in seasons]}; embed more seasons"
        )
    starts = np.r_[0, np.cumsum(np.concatenate(lengths))].astype(np.int64)
    return Learners(np.concatenate(rows), starts, np.concatenate(place), np.concatenate(following), league)


def next_counts(mlbam_id: np.ndarray, after: PlayerSeasonRows | None) -> np.ndarray:
    """(n, classes) float32 of how the players' plate appearances ended in another season; zeros without any."""
    found = np.zeros((len(mlbam_id), len(CLASSES)), np.float32)
    if after is not None and len(after.mlbam_id):
        at = np.minimum(np.searchsorted(after.mlbam_id, mlbam_id), len(after.mlbam_id) - 1)
        there = after.mlbam_id[at] == mlbam_id
        found[there] = after.counts[at[there]]
    return found


def step_loss(
    model: PoolingQuery, evidence: Evidence, held: Learners, generator: torch.Generator
) -> Tensor:  # fmt: skip
    """Nats per plate appearance over both tasks: a random half of each drawn player's season tells of the rest."""
    chosen = torch.randint(len(held.season), (PLAYERS,), generator=generator).numpy()
    rows, of = _gathered(held, chosen)
    order = np.lexsort((torch.rand(len(rows), generator=generator).numpy(), of))
    rank = np.arange(len(rows)) - np.searchsorted(of, of)  # `of` is ascending, also in the drawn order
    half = np.diff(held.starts)[chosen] // 2
    rows, pooled = rows[order], np.minimum(half, MOST_POOLED)
    seen, rest = rank < pooled[of], rank >= half[of]
    embeddings = np.zeros((PLAYERS, int(pooled.max()), evidence.matrix.shape[1]), np.float32)
    visible = np.zeros(embeddings.shape[:2], dtype=bool)
    visible[of[seen], rank[seen]] = True
    season = held.season[chosen]
    embeddings[of[seen], rank[seen]] = evidence.matrix[rows[seen]] - evidence.means[season[of[seen]]]
    cells = PLAYERS * len(CLASSES)
    outcomes, hit_types = (
        np.bincount(of[rest] * len(CLASSES) + kind[rows[rest]], minlength=cells)
        for kind in (evidence.outcome, evidence.hit_type)
    )
    found = model(torch.from_numpy(embeddings), torch.from_numpy(visible))
    n = torch.from_numpy(pooled.astype(np.float32))
    counts = {
        "same_season": ((outcomes + hit_types).reshape(PLAYERS, -1).astype(np.float32), held.league[season]),
        "next_season": (held.next_counts[chosen], held.league[season + 1]),
    }
    total = torch.zeros(())
    for task, (happened, league) in counts.items():
        drawn = model.drawn_to_league(task, found.deviations[task], n)
        lost = nats(log_shares(drawn, torch.from_numpy(league)), torch.from_numpy(happened)).sum()
        total = total + lost / max(float(happened.sum()) / 2, 1.0)  # each plate appearance counts in both groups
    return total


def _gathered(held: Learners, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the drawn player-seasons one after the other, and which draw each belongs to."""
    lengths = np.diff(held.starts)[chosen]
    of = np.repeat(np.arange(len(chosen)), lengths)
    within = np.arange(len(of)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return held.rows[np.repeat(held.starts[chosen], lengths) + within], of


def _groups(models: nn.ModuleDict) -> list[dict[str, object]]:
    named = list(models.named_parameters())
    evidence = [parameter for name, parameter in named if "log_evidence" in name]
    others = [parameter for name, parameter in named if "log_evidence" not in name]
    return [
        {"params": [p for p in others if p.ndim >= 2], "weight_decay": WEIGHT_DECAY, "speed": 1.0},
        {"params": [p for p in others if p.ndim < 2], "weight_decay": 0.0, "speed": 1.0},
        {"params": evidence, "weight_decay": 0.0, "speed": EVIDENCE_SPEED},
    ]


def _learning_rate(step: int, steps: int) -> float:
    done = step / max(steps, 1)
    if done < WARM_UP:
        return LEARNING_RATE * (step + 1) / (WARM_UP * steps + 1)
    return LEARNING_RATE * 0.5 * (1.0 + math.cos(math.pi * (done - WARM_UP) / (1.0 - WARM_UP)))
