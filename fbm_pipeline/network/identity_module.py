"""Who the player is: standardized profile and archetype as one vector that conditions Levels 2 and 3.

In training whole horizons of the profile and the archetype are withheld at random, so that the network cannot live
on the statistics alone. Not here: how a profile is made or standardized.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fbm_pipeline.identity.tables import HORIZONS

PROFILE_WIDTH = 64
ARCHETYPE_WIDTH = 32
IDENTITY_WIDTH = PROFILE_WIDTH + ARCHETYPE_WIDTH
HORIZON_DROPOUT = 0.2
ARCHETYPE_DROPOUT = 0.1
PROFILE_GROUPS = (*HORIZONS, "prior")  # features named <group>_... are withheld together


def feature_groups(names: Sequence[str]) -> list[int]:
    """The group of each profile feature as an index into PROFILE_GROUPS; -1 for those never withheld."""
    return [
        next((index for index, group in enumerate(PROFILE_GROUPS) if name.startswith(f"{group}_")), -1)
        for name in names
    ]


class IdentityModule(nn.Module):
    """Profile (b, features) and archetype (b,) -> identity (b, IDENTITY_WIDTH)."""

    groups: Tensor

    def __init__(self, profile_names: Sequence[str], archetypes: int) -> None:
        super().__init__()
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
            withheld = torch.rand(row.shape) < ARCHETYPE_DROPOUT
            row = row.masked_fill(withheld, 0)
        return torch.cat([self.profile(profile), self.archetype(row)], dim=-1)

    def _kept(self, profile: Tensor) -> Tensor:
        # (b, groups + 1): the last column is the group -1, which always stays.
        kept = torch.rand(profile.shape[0], len(PROFILE_GROUPS) + 1) >= HORIZON_DROPOUT
        kept[:, -1] = True
        return kept[:, self.groups].to(profile.dtype)  # (b, f); standardized zero is the mean player
