"""Level 3: the player's last games in their time -> one state per horizon, read in the light of his identity.

Not here: the statistics that are read off a state (heads).
Dimension letters: b players, g games, k time features, i identity, w width.
"""

from torch import Tensor, nn

from fbm_pipeline.network.identity_module import IDENTITY_WIDTH
from fbm_pipeline.nn.attention import TransformerBlock
from fbm_pipeline.nn.gated_residual import GatedResidual
from fbm_pipeline.nn.pooling import IdentityPooling


class GameLevel(nn.Module):
    """Game embeddings, how long ago and under what circumstances -> one state per horizon."""

    def __init__(self, time_features: int, horizons: int, width: int, layers: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.time = nn.Sequential(nn.Linear(time_features, width), nn.GELU(approximate="tanh"), nn.Linear(width, width))
        self.gate = GatedResidual(width, width, IDENTITY_WIDTH, dropout)
        self.query_bias = nn.ModuleList(nn.Linear(IDENTITY_WIDTH, width, bias=False) for _ in range(layers))
        self.blocks = nn.ModuleList(TransformerBlock(width, heads, dropout) for _ in range(layers))
        self.pooling = IdentityPooling(width, heads, horizons, IDENTITY_WIDTH)
        self.enrichment = GatedResidual(width, width, IDENTITY_WIDTH, dropout)

    def forward(self, games: Tensor, time: Tensor, visible: Tensor, identity: Tensor) -> Tensor:
        """games (b, g, w), time (b, g, k), visible (b, g) bool, identity (b, i) -> (b, horizons, w)."""
        context = identity.unsqueeze(1)
        x = self.gate(games + self.time(time), context)
        for block, query_bias in zip(self.blocks, self.query_bias, strict=True):
            x = block(x, visible, query_bias(identity))
        return self.enrichment(self.pooling(x, visible, identity), context)
