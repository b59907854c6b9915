"""The whole network above Level 1: identity, plate appearances to games, games to states, states to rates.

`HierarchyShape` is all that is needed to build it again from a checkpoint's card. Not here: data, loss, training.
Dimension letters: b players, g games, w width, h horizons, s statistics, i identity.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from fbm_pipeline.baseball.statistics import head_statistics
from fbm_pipeline.network.batches import TIME_FEATURES, Batch
from fbm_pipeline.network.heads import RateHeads
from fbm_pipeline.network.identity_module import IdentityModule
from fbm_pipeline.network.level2_plate_appearance import PlateAppearanceLevel
from fbm_pipeline.network.level3_game import GameLevel
from fbm_pipeline.network.player_games import CONTEXT_SIZES
from fbm_pipeline.network.targets import TARGET_HORIZONS
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.settings import Preset

DROPOUT = 0.1


@dataclass(frozen=True)
class HierarchyShape:
    """Names and sizes of a network's inputs and outputs."""

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

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "HierarchyShape":
        """The shape that was written as JSON. Raises TypeError for missing or unknown fields."""
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
        return cls(**fields)


def shape_for(windows: Windows, preset: Preset) -> HierarchyShape:
    """The network that reads these windows under this preset."""
    return HierarchyShape(
        player_type=windows.player_type,
        statistics=tuple(statistic.name for statistic in head_statistics(windows.player_type)),
        horizons=TARGET_HORIZONS, profile_names=windows.profile_names, time_features=TIME_FEATURES,
        context_sizes=CONTEXT_SIZES, embedding_width=windows.embeddings.shape[1], archetypes=preset.archetypes,
        width=preset.width, layers=preset.layers, heads=preset.heads, dropout=DROPOUT,
    )  # fmt: skip


@dataclass(frozen=True)
class Projection:
    """What the network says of a batch, and the vectors that monitors look at."""

    rate: Tensor  # (b, h, s) float64
    concentration: Tensor  # (b, h, s) float64
    delta: Tensor  # (b, h, s) float64, on the logit scale
    identity: Tensor  # (b, i)
    games: Tensor  # (b, g, w), zeros where there is no game


class Hierarchy(nn.Module):
    """Batch -> Projection. Untrained, and for a player without games always, the rates are the prior's."""

    def __init__(self, shape: HierarchyShape) -> None:
        super().__init__()
        self.shape = shape
        levels = (shape.width, shape.layers, shape.heads, shape.dropout)
        self.identity = IdentityModule(shape.profile_names, shape.archetypes)
        self.level2 = PlateAppearanceLevel(shape.embedding_width, shape.context_sizes, *levels)
        self.level3 = GameLevel(len(shape.time_features), len(shape.horizons), *levels)
        self.heads = RateHeads(len(shape.horizons), len(shape.statistics), shape.width)

    def forward(self, batch: Batch) -> Projection:
        identity = self.identity(batch.profile, batch.archetype)
        games = self.game_embeddings(batch, identity)
        states = self.level3(games, batch.time, batch.visible, identity)
        rate, concentration, delta = self.heads(states, batch.visible.any(dim=1), batch.prior, batch.weight)
        return Projection(rate, concentration, delta, identity, games)

    def game_embeddings(self, batch: Batch, identity: Tensor) -> Tensor:
        """(b, g, w): every bucket through Level 2, put back into the order of the windows."""
        b, g = batch.visible.shape
        games = torch.zeros(b * g, self.shape.width)
        if not batch.buckets:
            return games.view(b, g, -1)
        read = [
            self.level2(bucket.embedding, bucket.context, bucket.visible, identity[bucket.player])
            for bucket in batch.buckets
        ]
        slots = torch.cat([bucket.slot for bucket in batch.buckets])
        return games.index_copy(0, slots, torch.cat(read)).view(b, g, -1)
