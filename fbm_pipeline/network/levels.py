"""Who the player is, Level 2 (plate appearances to a game) and Level 3 (games in their time to a state per horizon).

Standardized profile and archetype make one vector, the identity, in whose light both levels read. In training whole
horizons of the profile and the archetype are withheld at random, so that the network cannot live on the statistics
alone. Not here: how a profile is made or standardized, how games are cut into rows of like length (batches), what
happened within a plate appearance (Level 1), the statistics that are read off a state (heads).
Dimension letters: b players, g games, t plate appearances of a game, e embedding, c context fields, k time features,
i identity, w width.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fbm_pipeline.identity.tables import HORIZONS
from fbm_pipeline.network.player_games import OUTCOME_KINDS
from fbm_pipeline.nn.attention import TransformerBlock
from fbm_pipeline.nn.device import summed_vectors
from fbm_pipeline.nn.gated_residual import Concatenated, GatedResidual
from fbm_pipeline.nn.pooling import IdentityPooling

PROFILE_WIDTH = 64
ARCHETYPE_WIDTH = 32
IDENTITY_WIDTH = PROFILE_WIDTH + ARCHETYPE_WIDTH
PROFILE_GROUPS = (*HORIZONS, "prior")  # features named <group>_... are withheld together


def feature_groups(names: Sequence[str]) -> list[int]:
    """The group of each profile feature as an index into PROFILE_GROUPS; -1 for those never withheld."""
    return [
        next((index for index, group in enumerate(PROFILE_GROUPS) if name.startswith(f"{group}_")), -1)
        for name in names
    ]


class IdentityModule(nn.Module):
    """Profile (b, features) and archetype (b,) -> identity (b, IDENTITY_WIDTH). Dropouts are shares from 0 to 1."""

    groups: Tensor

    def __init__(
        self, profile_names: Sequence[str], archetypes: int, statistic_dropout: float, archetype_dropout: float
    ) -> None:
        super().__init__()
        self.statistic_dropout, self.archetype_dropout = statistic_dropout, archetype_dropout
        self.profile = nn.Sequential(
            nn.Linear(len(profile_names), 2 * PROFILE_WIDTH),
            nn.GELU(approximate="tanh"),
            nn.Linear(2 * PROFILE_WIDTH, PROFILE_WIDTH),
            nn.LayerNorm(PROFILE_WIDTH),
        )
        self.archetype = nn.Embedding(archetypes + 1, ARCHETYPE_WIDTH)  # 0 stands for a withheld archetype
        self.register_buffer("groups", torch.tensor(feature_groups(profile_names)), persistent=False)

    def forward(self, profile: Tensor, archetype: Tensor) -> Tensor:
        """profile (b, f) standardized, archetype (b,) from 0 -> (b, IDENTITY_WIDTH)."""
        row = archetype + 1
        if self.training:
            profile = profile * self._kept(profile)
            withheld = torch.rand(row.shape, device=row.device) < self.archetype_dropout
            row = row.masked_fill(withheld, 0)
        return torch.cat([self.profile(profile), self.archetype(row)], dim=-1)

    def _kept(self, profile: Tensor) -> Tensor:
        # (b, groups + 1): the last column is the group -1, which always stays.
        draws = torch.rand(profile.shape[0], len(PROFILE_GROUPS) + 1, device=profile.device)
        kept = draws >= self.statistic_dropout
        kept[:, -1] = True
        return kept[:, self.groups].to(profile.dtype)  # (b, f); standardized zero is the mean player


@dataclass(frozen=True)
class LevelSize:
    """What a level is built with, as in configuration.Network."""

    width: int
    layers: int
    heads: int
    dropout: float
    conditioning: str = "gated"


class Conditioned(nn.Module):
    """Blocks over a row of tokens in the light of the identity, then pooled. For levels to build on."""

    def condition(self, size: LevelSize, queries: int) -> None:
        """Build the parts. A level calls it once, after its own first layers: their order is that of the weights."""
        self.gated = size.conditioning == "gated"
        self.gate = conditioned(size)
        biased = range(size.layers if self.gated else 0)
        self.query_bias = nn.ModuleList(nn.Linear(IDENTITY_WIDTH, size.width, bias=False) for _ in biased)
        self.blocks = nn.ModuleList(TransformerBlock(size.width, size.heads, size.dropout) for _ in range(size.layers))
        self.pooling = IdentityPooling(size.width, size.heads, queries, IDENTITY_WIDTH if self.gated else 0)

    def read(
        self, x: Tensor, visible: Tensor, identity: Tensor, context: Tensor, score_bias: Tensor | None = None
    ) -> Tensor:
        """x (n, t, w), visible (n, t) bool, identity (n, i), score_bias (n, h, t) -> (n, queries, w).

        `context` is the identity as (n, 1, i), one tensor for all its readers: the order in which gradients are added
        up is that of the graph, and recorded weights depend on it.
        """
        x = self.gate(x, context)
        for index, block in enumerate(self.blocks):
            query_bias = self.query_bias[index](identity) if self.gated else None
            x = block(x, visible, query_bias, score_bias)
        return self.pooling(x, visible, identity, score_bias)


class Tokens(nn.Module):
    """Embeddings of plate appearances and their context -> tokens.

    `context_sizes` are the numbers of codes of the context fields (opponent's hand, same hand, times faced, place in
    the outing); each code has a vector, and the vectors of a plate appearance are summed.
    """

    context_offsets: Tensor

    def __init__(self, embedding_width: int, context_sizes: Sequence[int], width: int) -> None:
        super().__init__()
        self.embedding_norm = nn.LayerNorm(embedding_width)
        self.embedding = nn.Linear(embedding_width, width)
        self.context = nn.EmbeddingBag(sum(context_sizes), width, mode="sum")
        offsets = torch.tensor([0, *context_sizes[:-1]]).cumsum(0)
        self.register_buffer("context_offsets", offsets, persistent=False)

    def tokens(self, embedding: Tensor, context: Tensor) -> Tensor:
        """embedding (g, t, e), context (g, t, c) codes -> (g, t, w)."""
        g, t, _ = embedding.shape
        codes = (context + self.context_offsets).view(g * t, -1)
        return self.embedding(self.embedding_norm(embedding)) + summed_vectors(codes, self.context.weight).view(
            g, t, -1
        )


class PlateAppearanceLevel(Tokens, Conditioned):
    """Level 2 that attends to plate appearances, with a learnt bias toward kinds of outcomes where it has one."""

    def __init__(
        self, embedding_width: int, context_sizes: Sequence[int], size: LevelSize, *, outcome_bias: bool = False
    ) -> None:
        super().__init__(embedding_width, context_sizes, size.width)
        self.condition(size, queries=1)
        self.outcome_bias = nn.Embedding(OUTCOME_KINDS, size.heads) if outcome_bias else None
        if self.outcome_bias is not None:
            nn.init.zeros_(self.outcome_bias.weight)  # begins as the level without it

    def forward(self, embedding: Tensor, context: Tensor, visible: Tensor, identity: Tensor, outcome: Tensor) -> Tensor:
        """embedding (g, t, e), context (g, t, c) codes, visible (g, t) bool, identity (g, i) -> (g, w).

        outcome (g, t): kinds of outcomes as codes.
        """
        score_bias = None if self.outcome_bias is None else self.outcome_bias(outcome).transpose(1, 2)  # (g, h, t)
        x = self.tokens(embedding, context)
        return self.read(x, visible, identity, identity.unsqueeze(1), score_bias).squeeze(1)


class MeanLevel(Tokens):
    """The mean of a game's plate appearances in place of Level 2, whoever plays."""

    def forward(self, embedding: Tensor, context: Tensor, visible: Tensor, identity: Tensor, outcome: Tensor) -> Tensor:
        """As PlateAppearanceLevel, without heed of the identity; a game without plate appearances is zeros."""
        kept = visible.unsqueeze(-1).to(embedding.dtype)  # (g, t, 1)
        return (self.tokens(embedding, context) * kept).sum(dim=1) / kept.sum(dim=1).clamp(min=1)


class GameLevel(Conditioned):
    """Level 3: game embeddings, how long ago and under what circumstances -> one state per horizon."""

    def __init__(self, time_features: int, horizons: int, size: LevelSize) -> None:
        super().__init__()
        width = size.width
        self.time = nn.Sequential(nn.Linear(time_features, width), nn.GELU(approximate="tanh"), nn.Linear(width, width))
        self.condition(size, horizons)
        self.enrichment = conditioned(size)

    def forward(self, games: Tensor, time: Tensor, visible: Tensor, identity: Tensor) -> Tensor:
        """games (b, g, w), time (b, g, k), visible (b, g) bool, identity (b, i) -> (b, horizons, w)."""
        context = identity.unsqueeze(1)
        return self.enrichment(self.read(games + self.time(time), visible, identity, context), context)


def conditioned(size: LevelSize) -> nn.Module:
    """A layer that the identity enters, by gates or beside the stream."""
    kind = GatedResidual if size.conditioning == "gated" else Concatenated
    return kind(size.width, size.width, IDENTITY_WIDTH, size.dropout)
