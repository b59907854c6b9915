"""The whole network: identity, plate appearances to games, games to states, states to rates.

`HierarchyShape` is all that is needed to build it again from a checkpoint's card. Not here: data, loss, training.
Dimension letters: b players, g games, t plate appearances, e embedding, w width, h horizons, s statistics, i identity.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fbm_pipeline.baseball.statistics import head_statistics
from fbm_pipeline.level1.pitch_encoder import EncoderShape
from fbm_pipeline.network.batches import TIME_FEATURES, Batch
from fbm_pipeline.network.heads import RateHeads, shifted_rate
from fbm_pipeline.network.levels import GameLevel, IdentityModule, LevelSize, MeanLevel, PlateAppearanceLevel
from fbm_pipeline.network.plate_appearances import PitchReader, encoded
from fbm_pipeline.network.player_games import CONTEXT_SIZES
from fbm_pipeline.network.windows import TARGET_HORIZONS, Windows
from fbm_pipeline.presets.network import Network


@dataclass(frozen=True)
class HierarchyShape:
    """Names and sizes of a network's inputs and outputs, and the kinds of its parts as in configuration.Network."""

    player_type: str
    statistics: tuple[str, ...]
    horizons: tuple[str, ...]
    profile_names: tuple[str, ...]
    time_features: tuple[str, ...]
    context_sizes: tuple[int, ...]
    embedding_width: int
    archetypes: int
    width: int
    layers: int
    heads: int
    dropout: float
    game: str
    conditioning: str
    outcome_bias: bool
    statistic_dropout: float
    archetype_dropout: float
    target: str
    level1: EncoderShape | None  # of the encoder that is trained with it; None reads the cache
    pitch_pooling: str

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "HierarchyShape":
        """The shape that was written as JSON. Raises TypeError for missing or unknown fields."""
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        level1 = fields.get("level1")
        return cls(**fields | {"level1": EncoderShape(**level1) if isinstance(level1, dict) else level1})


def shape_for(windows: Windows, network: Network, archetypes: int) -> HierarchyShape:
    """The network of this configuration that reads these windows; `archetypes` is the number of kinds of players."""
    return HierarchyShape(
        player_type=windows.player_type,
        statistics=tuple(statistic.name for statistic in head_statistics(windows.player_type)),
        horizons=TARGET_HORIZONS,
        profile_names=windows.profile_names,
        time_features=TIME_FEATURES,
        context_sizes=CONTEXT_SIZES,
        embedding_width=windows.embeddings.shape[1],
        archetypes=archetypes,
        width=network.width,
        layers=network.layers,
        heads=network.heads,
        dropout=network.dropout,
        game=network.game,
        conditioning=network.conditioning,
        outcome_bias=network.outcome_bias,
        statistic_dropout=network.statistic_dropout,
        archetype_dropout=network.archetype_dropout,
        target=network.target,
        level1=windows.pitches.encoder if windows.pitches is not None else None,
        pitch_pooling=network.pitch_pooling,
    )


@dataclass(frozen=True)
class Projection:
    """What the network says of a batch, and the vectors that monitors look at."""

    rate: Tensor  # (b, h, s) float64
    concentration: Tensor  # (b, h, s) float64
    delta: Tensor  # (b, h, s) float64, on the logit scale, or on that of rates where the target is the residual
    identity: Tensor  # (b, i)
    games: Tensor  # (b, g, w), zeros where there is no game


class Hierarchy(nn.Module):
    """Batch -> Projection. Untrained, and for a player without games always, the rates are the prior's."""

    def __init__(self, shape: HierarchyShape) -> None:
        super().__init__()
        self.shape = shape
        size = LevelSize(shape.width, shape.layers, shape.heads, shape.dropout, shape.conditioning)
        self.identity = IdentityModule(
            shape.profile_names, shape.archetypes, shape.statistic_dropout, shape.archetype_dropout
        )
        self.level2 = (
            MeanLevel(shape.embedding_width, shape.context_sizes, shape.width)
            if shape.game == "mean"
            else PlateAppearanceLevel(shape.embedding_width, shape.context_sizes, size, outcome_bias=shape.outcome_bias)
        )
        self.level3 = GameLevel(len(shape.time_features), len(shape.horizons), size)
        self.heads = RateHeads(len(shape.horizons), len(shape.statistics), shape.width)
        self.level1 = None if shape.level1 is None else PitchReader(shape.level1, shape.pitch_pooling)

    def forward(self, batch: Batch) -> Projection:
        identity = self.identity(batch.profile, batch.archetype)
        games = self.game_embeddings(batch, identity)
        states = self.level3(games, batch.time, batch.visible, identity)
        rate, concentration, delta = self.heads(states, batch.visible.any(dim=1), batch.prior, batch.weight)
        if self.shape.target == "residual":
            rate = shifted_rate(batch.prior[:, None, :], delta)
        return Projection(rate, concentration, delta, identity, games)

    def plate_appearances(self, batch: Batch) -> tuple[Tensor, ...]:
        """(n, t, e) for each bucket, zeros where not visible: from the cache, or encoded by Level 1 as it is now."""
        if self.level1 is None:
            return tuple(bucket.embedding for bucket in batch.buckets)
        vectors = encoded(self.level1, batch.pitches)  # (p, e)
        return tuple(vectors[bucket.place] * bucket.visible.unsqueeze(-1) for bucket in batch.buckets)

    def game_embeddings(self, batch: Batch, identity: Tensor) -> Tensor:
        """(b, g, w): every bucket through Level 2, put back into the order of the windows."""
        b, g = batch.visible.shape
        games = torch.zeros(b * g, self.shape.width, device=identity.device)
        if not batch.buckets:
            return games.view(b, g, -1)
        read = [
            self.level2(embedding, bucket.context, bucket.visible, identity[bucket.player], bucket.outcome)
            for bucket, embedding in zip(batch.buckets, self.plate_appearances(batch), strict=True)
        ]
        slots = torch.cat([bucket.slot for bucket in batch.buckets])
        return games.index_copy(0, slots, torch.cat(read)).view(b, g, -1)
