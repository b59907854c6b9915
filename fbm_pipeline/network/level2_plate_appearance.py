"""Level 2: the plate appearances of one player in one game -> a game embedding, read in the light of his identity.

Not here: how games are cut into rows of like length (samples), what happened within a plate appearance (Level 1).
Dimension letters: g games, t plate appearances of a game, e embedding, c context fields, i identity, w width.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from fbm_pipeline.network.identity_module import IDENTITY_WIDTH
from fbm_pipeline.nn.attention import TransformerBlock
from fbm_pipeline.nn.gated_residual import GatedResidual
from fbm_pipeline.nn.pooling import IdentityPooling


class PlateAppearanceLevel(nn.Module):
    """Embeddings of plate appearances and their context -> one embedding a game.

    `context_sizes` are the numbers of codes of the context fields (opponent's hand, same hand, times faced, place in
    the outing); each code has a vector, and the vectors of a plate appearance are summed.
    """

    context_offsets: Tensor

    def __init__(
        self, embedding_width: int, context_sizes: Sequence[int], width: int, layers: int, heads: int, dropout: float
    ) -> None:
        super().__init__()
        self.embedding_norm = nn.LayerNorm(embedding_width)
        self.embedding = nn.Linear(embedding_width, width)
        self.context = nn.EmbeddingBag(sum(context_sizes), width, mode="sum")
        offsets = torch.tensor([0, *context_sizes[:-1]]).cumsum(0)
        self.register_buffer("context_offsets", offsets, persistent=False)
        self.gate = GatedResidual(width, width, IDENTITY_WIDTH, dropout)
        self.query_bias = nn.ModuleList(nn.Linear(IDENTITY_WIDTH, width, bias=False) for _ in range(layers))
        self.blocks = nn.ModuleList(TransformerBlock(width, heads, dropout) for _ in range(layers))
        self.pooling = IdentityPooling(width, heads, 1, IDENTITY_WIDTH)

    def forward(self, embedding: Tensor, context: Tensor, visible: Tensor, identity: Tensor) -> Tensor:
        """embedding (g, t, e), context (g, t, c) codes, visible (g, t) bool, identity (g, i) -> (g, w)."""
        g, t, _ = embedding.shape
        codes = (context + self.context_offsets).view(g * t, -1)
        x = self.embedding(self.embedding_norm(embedding)) + self.context(codes).view(g, t, -1)
        x = self.gate(x, identity.unsqueeze(1))
        for block, query_bias in zip(self.blocks, self.query_bias, strict=True):
            x = block(x, visible, query_bias(identity))
        return self.pooling(x, visible, identity).squeeze(1)
