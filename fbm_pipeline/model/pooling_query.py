"""A learned query over a player's plate appearances of one season: which of them tell what he will do?

Embeddings are frozen. Several queries weigh a player's plate appearances, what they found becomes a vector, and the
vector says by how much his outcomes will differ from the league's. Not here: whose plate appearances, which players
are trained on (training.query_run). b players, t plate appearances, w embedding width, c classes.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fbm_pipeline.nn.attention import HIDDEN

OUTCOME_CLASSES: dict[str, tuple[str, ...]] = {
    "single": ("single",),
    "double": ("double",),
    "triple": ("triple",),
    "home_run": ("home_run",),
    "strikeout": ("strikeout", "strikeout_double_play"),
    "walk": ("walk",),
    "intentional_walk": ("intentional_walk",),
    "hit_by_pitch": ("hit_by_pitch",),
    "out": ("field_out", "force_out", "fielders_choice", "fielders_choice_out"),
    "double_play": ("grounded_into_double_play", "double_play", "triple_play"),
    "sacrifice": ("sac_fly", "sac_fly_double_play", "sac_bunt", "sac_bunt_double_play"),
    "error": ("field_error", "catcher_interference"),
}
HIT_TYPE_CLASSES = ("none", "ground_ball", "line_drive", "fly_ball", "popup")
GROUPS = {"outcome": len(OUTCOME_CLASSES), "hit_type": len(HIT_TYPE_CLASSES)}  # two distributions, side by side
CLASSES = (*OUTCOME_CLASSES, *HIT_TYPE_CLASSES)
TASKS = ("same_season", "next_season")  # his other plate appearances of the season; those of his next season

VECTOR = 16
QUERIES = 4
FIRST_EVIDENCE = 150.0  # plate appearances at which the league counts half, before training


@dataclass(frozen=True)
class Pooled:
    """What the queries found: `vector` (b, 16), and by task the logits' deviations (b, c) at full evidence."""

    vector: Tensor
    deviations: dict[str, Tensor]


class PoolingQuery(nn.Module):
    """Queries that start at zero: before training every plate appearance weighs alike, and nobody differs."""

    spread: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("spread", torch.ones(width))  # of the embeddings it is trained on
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, VECTOR))
        self.straight = nn.Linear(width, VECTOR, bias=False)
        self.query = nn.Parameter(torch.zeros(QUERIES, width))
        self.mix = nn.Linear(QUERIES * VECTOR, VECTOR)
        self.heads = nn.ModuleDict({task: nn.Linear(VECTOR, len(CLASSES)) for task in TASKS})
        self.log_evidence = nn.ParameterDict(
            {task: nn.Parameter(torch.full((len(CLASSES),), FIRST_EVIDENCE).log()) for task in TASKS}
        )

    def initialise(self, generator: torch.Generator, spread: Tensor) -> None:
        """Draw all weights from the generator, so that they depend on nothing else; heads start at zero."""
        with torch.no_grad():
            self.spread.copy_(spread)
            for parameter in (*self.key.parameters(), *self.value.parameters(), *self.straight.parameters()):
                _draw(parameter, generator)
            for parameter in self.mix.parameters():
                _draw(parameter, generator)
            for parameter in self.heads.parameters():
                parameter.zero_()

    def forward(self, embeddings: Tensor, visible: Tensor) -> Pooled:
        """embeddings (b, t, w) less their season's mean, visible (b, t) bool with one True a row at least."""
        embeddings = embeddings / self.spread
        keys = self.key(embeddings)
        scores = torch.matmul(keys, self.query.T) * embeddings.shape[-1] ** -0.5  # (b, t, queries)
        weights = torch.softmax(scores.masked_fill(~visible[:, :, None], HIDDEN), dim=1)
        values = self.value(embeddings) + self.straight(embeddings)  # (b, t, VECTOR)
        found = torch.matmul(weights.transpose(1, 2), values)  # (b, queries, VECTOR)
        vector = self.mix(found.flatten(1))
        return Pooled(vector, {task: head(vector) for task, head in self.heads.items()})

    def drawn_to_league(self, task: str, deviations: Tensor, plate_appearances: Tensor) -> Tensor:
        """Deviations (b, c) times n / (n + k) with a learned k for each class, as Marcel would."""
        n = plate_appearances[:, None]
        return deviations * n / (n + self.log_evidence[task].exp())


def log_shares(deviations: Tensor, league: Tensor) -> Tensor:
    """Log shares (b, c) of each group's classes from deviations and the league's log shares (b, c) or (c,)."""
    logits = deviations + league
    parts = torch.split(logits, list(GROUPS.values()), dim=1)
    return torch.cat([torch.log_softmax(part, dim=1) for part in parts], dim=1)


def nats(log_share: Tensor, counts: Tensor) -> Tensor:
    """Multinomial negative log likelihood of counts (b, c) without its constant, both groups together: (b,)."""
    return -(log_share * counts).sum(dim=1)


def _draw(parameter: Tensor, generator: torch.Generator) -> None:
    if parameter.ndim < 2:
        parameter.zero_()
    else:
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * parameter.shape[1] ** -0.5)
