"""How a context enters a stream: through the gates of the Temporal Fusion Transformer, or beside it in one layer.

The gated form is the paper's: learned skip where sizes differ, context added before the ELU, dropout before the gated
linear unit, norm over skip plus gate, so that it can leave its input as it was. Not here: any knowledge of players or
games; the caller broadcasts the context.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


class GatedResidual(nn.Module):
    """norm(skip(x) + gate(dense(elu(dense(x) + dense(context)))))."""

    def __init__(self, width_in: int, width: int, context_width: int = 0, dropout: float = 0.0) -> None:
        super().__init__()
        self.skip: nn.Module = nn.Identity() if width_in == width else nn.Linear(width_in, width)
        self.inner = nn.Linear(width_in, width)
        self.context = nn.Linear(context_width, width, bias=False) if context_width else None
        self.outer = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)
        self.gate = nn.Linear(width, 2 * width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """x (..., width_in), context (..., context_width) that broadcasts against x -> (..., width).

        Raises ValueError when a context is given to a network without one, or withheld from one that wants it.
        """
        if (context is None) != (self.context is None):
            raise ValueError("a gated residual network takes a context exactly when it was built with one")
        inner = self.inner(x)
        if context is not None and self.context is not None:
            inner = inner + self.context(context)
        gated = functional.glu(self.gate(self.dropout(self.outer(functional.elu(inner)))), dim=-1)
        return self.norm(self.skip(x) + gated)


class Concatenated(nn.Module):
    """norm(elu(dense([x, context]))): the plain way, which the gates are compared with."""

    def __init__(self, width_in: int, width: int, context_width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dense = nn.Linear(width_in + context_width, width)
        self.dropout = nn.Dropout(dropout)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        """x (..., width_in), context (..., context_width) that broadcasts against x -> (..., width)."""
        beside = context.expand(*x.shape[:-1], context.shape[-1])
        return self.norm(self.dropout(functional.elu(self.dense(torch.cat([x, beside], dim=-1)))))
