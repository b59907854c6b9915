"""Level 1: a pitcher's outing, pitch by pitch, to one embedding per plate appearance. It knows no player.

Belongs here: the encoder. What is hidden from it in pre-training is in `pretraining`.
Dimension letters: n tokens (flat), b rows, t tokens of a padded row, p plate appearances, w width, e embedding.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fbm_pipeline.level1.outing_blocks import OutingBlock, norm, padding_penalty
from fbm_pipeline.level1.vocabulary import FIELD_SIZES, NUMERICS, RESERVED, UNKNOWN
from fbm_pipeline.nn.device import summed_vectors

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


@dataclass(frozen=True)
class EncoderShape:
    """All that is needed to build an encoder again. `precision` is the dtype of the blocks' arithmetic."""

    width: int
    layers: int
    heads: int
    embedding: int  # numbers of a plate appearance's embedding
    precision: str = "float32"  # or bfloat16, with weights, tokens and pooling in float32


class OutingEncoder(nn.Module):
    """Sums field embeddings and measured numbers into tokens, mixes each row, pools each plate appearance.

    A plate appearance is [mean of its tokens, its last token] -> linear -> layer norm: the mean keeps how it went,
    the last how it ended. Every number has a flag beside it: whether it was measured. What pre-training
    never saw (a word, a measurement) is treated as unknown and absent.
    """

    word_offsets: Tensor
    word_map: Tensor
    numeric_mean: Tensor
    numeric_sd: Tensor
    numeric_seen: Tensor

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        words = sum(FIELD_SIZES.values())
        self.shape = shape
        self.precision = PRECISIONS[shape.precision]
        self.words = nn.Parameter(torch.empty(words, shape.width))
        self.numbers = nn.Linear(2 * len(NUMERICS), shape.width)
        self.blocks = nn.ModuleList(OutingBlock(shape.width, shape.heads) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.width)
        self.pool = nn.Linear(2 * shape.width, shape.embedding)
        self.pool_norm = nn.LayerNorm(shape.embedding)
        sizes = torch.tensor(list(FIELD_SIZES.values()))
        self.register_buffer("word_offsets", torch.cumsum(sizes, 0) - sizes)
        self.register_buffer("word_map", torch.arange(words))
        self.register_buffer("numeric_mean", torch.zeros(len(NUMERICS)))
        self.register_buffer("numeric_sd", torch.ones(len(NUMERICS)))
        self.register_buffer("numeric_seen", torch.zeros(len(NUMERICS), dtype=torch.bool))

    def initialise(self, generator: torch.Generator) -> None:
        """All weights from one generator, normal: sd 0.5 for words, 1/sqrt(inputs) for matrices, blocks start small.

        A token is the sum of many words, so it starts larger than what a block adds: with small words the blocks'
        row means drown them and the embeddings start with an effective rank of 5 of 64. The words UNKNOWN start at
        zero: they stay neutral where pre-training never met them.
        """
        small = (2 * len(self.blocks)) ** -0.5
        for name, parameter in self.named_parameters():
            if name == "words":
                nn.init.normal_(parameter, std=0.5, generator=generator)
            elif parameter.ndim == 2:
                scale = small if name.endswith(("attention_output.weight", "narrow.weight")) else 1.0
                nn.init.normal_(parameter, std=scale * parameter.shape[1] ** -0.5, generator=generator)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
            else:
                nn.init.ones_(parameter)
        with torch.no_grad():
            self.words[self.word_offsets + UNKNOWN] = 0.0

    def set_seen(self, counts: Tensor, mean: Tensor, sd: Tensor, seen: Tensor) -> None:
        """Record what pre-training meets: counts of words (all fields in a row), moments and presence of numerics."""
        for size, offset in zip(FIELD_SIZES.values(), self.word_offsets.tolist(), strict=True):
            words = torch.arange(offset + RESERVED, offset + size, device=self.word_map.device)
            self.word_map[words] = torch.where(counts[words] > 0, words, offset + UNKNOWN)
        self.numeric_mean.copy_(torch.where(seen, mean, 0.0))
        self.numeric_sd.copy_(torch.where(seen & (sd > 0), sd, 1.0))
        self.numeric_seen.copy_(seen)

    def forward(self, ids: Tensor, numerics: Tensor, row_lengths: Tensor, pa_lengths: Tensor) -> Tensor:
        """ids (n, fields) int64, numerics (n, numerics) with NaN where absent, lengths (b,) and (p,) -> (p, e)."""
        b, t = len(row_lengths), int(row_lengths.max()) if len(row_lengths) else 0
        tokens = self._tokens(ids, numerics).to(self.precision)  # (n, w)
        penalty = padding_penalty(row_lengths, t, self.precision)
        if penalty is None:
            x = self._mixed(tokens.view(b, t, self.shape.width), None).flatten(0, 1)
        else:
            places = (
                (torch.arange(t, device=tokens.device) < row_lengths.unsqueeze(1)).flatten().nonzero().squeeze(1)
            )  # (n,)
            x = tokens.new_zeros(b * t, self.shape.width).index_copy(0, places, tokens)
            x = self._mixed(x.view(b, t, self.shape.width), penalty).flatten(0, 1)[places]
        return self._pooled(x.float(), pa_lengths)

    def _mixed(self, x: Tensor, penalty: Tensor | None) -> Tensor:
        for block in self.blocks:
            x = block(x, penalty)
        return norm(x, self.norm)

    def _tokens(self, ids: Tensor, numerics: Tensor) -> Tensor:
        words = summed_vectors(self.word_map[ids + self.word_offsets], self.words)
        present = self.numeric_seen & ~torch.isnan(numerics)
        scaled = (torch.nan_to_num(numerics) - self.numeric_mean) / self.numeric_sd
        measured = torch.cat([torch.where(present, scaled, 0.0), present.to(scaled.dtype)], dim=1)
        return words + self.numbers(measured)

    def _pooled(self, tokens: Tensor, pa_lengths: Tensor) -> Tensor:
        p = len(pa_lengths)
        owner = torch.repeat_interleave(torch.arange(p, device=tokens.device), pa_lengths)  # (n,)
        mean = tokens.new_zeros(p, self.shape.width).index_add(0, owner, tokens)
        mean = mean / pa_lengths.clamp(min=1).unsqueeze(1)
        return self.pool_norm(self.pool(torch.cat([mean, self._last(tokens, pa_lengths)], dim=1)))

    def _last(self, tokens: Tensor, pa_lengths: Tensor) -> Tensor:
        """(p, w): the last token of each plate appearance; zeros for one without a token."""
        ends = torch.cumsum(pa_lengths, 0) - 1
        filled = (pa_lengths > 0).nonzero().squeeze(1)
        return tokens.new_zeros(len(pa_lengths), self.shape.width).index_copy(0, filled, tokens[ends[filled]])


def seen_from(counts: Tensor, totals: Mapping[str, Tensor]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Arguments of set_seen from word counts and the numerics' `n`, `sum` and `sum_of_squares` (float64)."""
    n = totals["n"].clamp(min=1)
    mean = totals["sum"] / n
    variance = (totals["sum_of_squares"] / n - mean**2).clamp(min=0)
    return counts, mean.float(), variance.sqrt().float(), totals["n"] > 0
