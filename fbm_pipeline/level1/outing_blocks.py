"""The transformer blocks of Level 1, made for long runs on a CPU: weights in float32, arithmetic in the input's dtype.

Attention is two batched matrix products and a softmax, without a mask where a batch has no padding: the library's
fused kernel and its backward took twice as long on rows of 128 tokens or fewer. The feed-forward uses a rectifier: the
tanh form of GELU alone cost as much as both of its matrix products in bfloat16. Levels 2 and 3 have blocks of their
own (`attention`), which are conditioned on a player. Dimension letters: b rows, t tokens of a row, h heads, w width.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

HIDDEN = -1e9  # added to scores of padding: exp() is exactly 0 in every dtype, and a row of nothing else stays finite


class OutingBlock(nn.Module):
    """x + attention(norm x), then x + feed-forward(norm x). `width` must be a multiple of `heads`."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} is not a multiple of heads {heads}")
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.attention_output = nn.Linear(width, width)
        self.feed_forward_norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x: Tensor, penalty: Tensor | None) -> Tensor:
        """x (b, t, w), penalty (b, 1, 1, t) in x's dtype or None where no token is padding -> (b, t, w)."""
        x = x + linear(self._mixed(norm(x, self.attention_norm), penalty), self.attention_output)
        widened = torch.relu(linear(norm(x, self.feed_forward_norm), self.widen))
        return x + linear(widened, self.narrow)

    def _mixed(self, x: Tensor, penalty: Tensor | None) -> Tensor:
        b, t, w = x.shape
        h = self.heads
        parts = linear(x, self.query_key_value).view(b, t, 3, h, w // h).permute(2, 0, 3, 1, 4)  # (3, b, h, t, w/h)
        query, key, value = parts.reshape(3, b * h, t, w // h)
        scores = torch.bmm(query * (w // h) ** -0.5, key.transpose(1, 2))  # (b h, t, t)
        if penalty is not None:
            scores = (scores.view(b, h, t, t) + penalty).view(b * h, t, t)
        mixed = torch.bmm(torch.softmax(scores, dim=-1), value)
        return mixed.view(b, h, t, w // h).transpose(1, 2).reshape(b, t, w)


def linear(x: Tensor, layer: nn.Linear) -> Tensor:
    """The layer in x's dtype."""
    return functional.linear(x, layer.weight.to(x.dtype), layer.bias.to(x.dtype))


def norm(x: Tensor, layer: nn.LayerNorm) -> Tensor:
    """The layer norm in x's dtype (its sums are float32 inside)."""
    return functional.layer_norm(x, layer.normalized_shape, layer.weight.to(x.dtype), layer.bias.to(x.dtype), layer.eps)


def padding_penalty(row_lengths: Tensor, longest: int, dtype: torch.dtype) -> Tensor | None:
    """(b, 1, 1, t): HIDDEN where a row has no token; None where every row is `longest` tokens long."""
    if bool((row_lengths == longest).all()):
        return None
    absent = torch.arange(longest, device=row_lengths.device) >= row_lengths.unsqueeze(1)  # (b, t)
    return torch.zeros(absent.shape, dtype=dtype, device=absent.device).masked_fill(absent, HIDDEN)[:, None, None, :]


def matrix_operations(width: int, layers: int, row_lengths: Tensor) -> float:
    """Multiplications and additions of one forward pass over rows of these real lengths, matrix products only.

    24 w² a token and layer for the linear layers, 4 w t for attention over a row of t tokens.
    """
    lengths = row_lengths.double()
    return float(layers * (24.0 * width**2 * lengths.sum() + 4.0 * width * (lengths**2).sum()))
