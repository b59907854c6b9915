"""Pooling of a row of tokens by queries that the player's identity bends: what is asked depends on who plays.

Not here: self-attention among the tokens. A row in which nothing is visible pools to exact zeros.
"""

import torch
from torch import Tensor, nn

from fbm_pipeline.nn.attention import HIDDEN


class IdentityPooling(nn.Module):
    """Multi-head attention of `queries` learned queries, each biased by the identity, over the visible tokens.

    With an `identity_width` of 0 the same is asked whoever plays.
    """

    def __init__(self, width: int, heads: int, queries: int, identity_width: int) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} is not a multiple of heads {heads}")
        self.heads = heads
        self.query = nn.Parameter(torch.randn(queries, width) * width**-0.5)
        self.query_bias = nn.Linear(identity_width, width, bias=False) if identity_width else None
        self.norm = nn.LayerNorm(width)
        self.key_value = nn.Linear(width, 2 * width)
        self.output = nn.Linear(width, width, bias=False)  # no bias: nothing seen must stay nothing

    def forward(self, x: Tensor, visible: Tensor, identity: Tensor, score_bias: Tensor | None = None) -> Tensor:
        """x (b, t, w), visible (b, t) bool, identity (b, i), score_bias (b, h, t) -> (b, queries, w)."""
        b, t, w = x.shape
        key, value = self.key_value(self.norm(x)).view(b, t, 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        value = value * visible[:, None, :, None].to(value.dtype)  # (b, h, t, d)
        query = self.query.expand(b, -1, -1)
        if self.query_bias is not None:
            query = self.query + self.query_bias(identity).unsqueeze(1)  # (b, q, w)
        query = query.reshape(b, -1, self.heads, w // self.heads).transpose(1, 2)  # (b, h, q, d)
        scores = torch.matmul(query * query.shape[-1] ** -0.5, key.transpose(-1, -2))  # (b, h, q, t)
        if score_bias is not None:
            scores = scores + score_bias.unsqueeze(2)
        scores = scores.masked_fill(~visible[:, None, None, :], HIDDEN)
        mixed = torch.matmul(torch.softmax(scores, dim=-1), value)  # (b, h, q, d)
        return self.output(mixed.transpose(1, 2).reshape(b, -1, w))
