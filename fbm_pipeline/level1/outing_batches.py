"""Batches of outings for Level 1: flat tokens with lengths, cut at plate appearances and grouped by length.

Belongs here: which tokens stand in which row of which batch. Not here: what is hidden in them, or any tensor.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fbm_pipeline.level1.outings import Outings

LONGEST = 128  # tokens of a row before an outing is cut in even parts: attention costs the square of it
PASS_COST = 64  # tokens that a group's fixed work is worth, about: small groups of like lengths pad less
PART = 112  # tokens that a part aims at; parts end with a plate appearance


@dataclass(frozen=True)
class Rows:
    """Outings cut into rows, flat: the tokens of row r are tokens[row_tokens[r]:row_tokens[r + 1]]."""

    tokens: np.ndarray  # (tokens,) int64 into Outings.ids
    pas: np.ndarray  # (plate appearances,) int64 into Outings.pa_rows
    pa_lengths: np.ndarray  # (plate appearances,) int64: tokens of each
    collapsed: np.ndarray  # (plate appearances,) bool: stands as one token, its first
    row_tokens: np.ndarray  # (rows + 1,) int64
    row_pas: np.ndarray  # (rows + 1,) int64


@dataclass(frozen=True)
class OutingBatch:
    """Some rows of similar length. Tokens flat, row after row; padding is the model's business."""

    ids: np.ndarray  # (tokens, fields) int64
    numerics: np.ndarray  # (tokens, numerics) float32, columns as vocabulary.NUMERICS, NaN where absent
    row_lengths: np.ndarray  # (rows,) int64
    pa_lengths: np.ndarray  # (plate appearances,) int64
    pas: np.ndarray  # (plate appearances,) int64 into Outings.pa_rows
    collapsed: np.ndarray  # (plate appearances,) bool


def arrange(outings: Outings, chosen: np.ndarray, collapsed: np.ndarray | None = None) -> Rows:
    """Rows of the chosen outings (indices, in the order given, repeats allowed).

    `collapsed` (bool, one per plate appearance of the chosen outings in order) leaves one token of those. Outings are
    cut after collapsing, so that a row's end does not give away how long a collapsed plate appearance was.
    """
    first = outings.outing_starts[chosen]
    counts = outings.outing_starts[chosen + 1] - first
    pas = ragged(first, counts)
    lengths = outings.pa_starts[pas + 1] - outings.pa_starts[pas]
    hidden = np.zeros(len(pas), dtype=bool) if collapsed is None else collapsed
    lengths = np.where(hidden, 1, lengths)
    row_of_pa = _rows_of(lengths, counts)
    rows = int(row_of_pa[-1]) + 1 if len(row_of_pa) else 0
    return Rows(
        tokens=ragged(outings.pa_starts[pas], lengths),
        pas=pas,
        pa_lengths=lengths,
        collapsed=hidden,
        row_tokens=starts_of(np.bincount(row_of_pa, weights=lengths, minlength=rows).astype(np.int64)),
        row_pas=starts_of(np.bincount(row_of_pa, minlength=rows)),
    )


def groups(rows: Rows, tokens: int) -> Iterator[np.ndarray]:
    """Row numbers, shortest rows first, in groups of at most `tokens` tokens when padded (or one row).

    Groups are those of the least work: padding counts as tokens do, and each group costs PASS_COST more.
    """
    lengths = np.diff(rows.row_tokens)
    order = np.argsort(lengths, kind="stable")
    values, counts = np.unique(lengths, return_counts=True)
    ends = np.cumsum(counts)
    begin = 0
    for last in _last_lengths(values, counts, tokens):
        most = max(1, tokens // max(int(values[last]), 1))
        for first in range(begin, ends[last], most):
            yield order[first : min(first + most, ends[last])]
        begin = ends[last]


def collate(outings: Outings, rows: Rows, which: np.ndarray) -> OutingBatch:
    """The batch of the given row numbers, in their order."""
    lengths = np.diff(rows.row_tokens)[which]
    place = ragged(rows.row_tokens[which], lengths)
    pa_place = ragged(rows.row_pas[which], np.diff(rows.row_pas)[which])
    tokens = rows.tokens[place]
    return OutingBatch(
        ids=outings.ids[tokens].astype(np.int64),
        numerics=outings.numerics_of(tokens),
        row_lengths=lengths,
        pa_lengths=rows.pa_lengths[pa_place],
        pas=rows.pas[pa_place],
        collapsed=rows.collapsed[pa_place],
    )


def ragged(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """start, start + 1, ... for each start, `length` of them, one after another."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def starts_of(lengths: np.ndarray) -> np.ndarray:
    """(n,) lengths -> (n + 1,) starts."""
    return np.r_[0, np.cumsum(lengths)].astype(np.int64)


def _last_lengths(values: np.ndarray, counts: np.ndarray, tokens: int) -> list[int]:
    """The last of the ascending lengths in each group, such that the groups cost least together.

    Lengths that do not fit one group together stand alone, in as many groups as they need.
    """
    below = np.r_[0, np.cumsum(counts)]
    least = np.zeros(len(values) + 1)  # cost of the groups up to a length, exclusive
    begins = np.zeros(len(values) + 1, dtype=np.int64)
    for last in range(len(values)):
        padded = (below[last + 1] - below[: last + 1]) * values[last]  # by the group's first length
        cost = np.where(padded <= tokens, padded + PASS_COST, np.inf)
        cost[last] = padded[last] + PASS_COST * max(1, -(-int(padded[last]) // tokens))
        total = least[: last + 1] + cost
        begins[last + 1] = np.argmin(total)
        least[last + 1] = total[begins[last + 1]]
    ends = []
    end = len(values)
    while end:
        ends.append(end - 1)
        end = int(begins[end])
    return ends[::-1]


def _rows_of(pa_lengths: np.ndarray, outing_counts: np.ndarray) -> np.ndarray:
    # The row of each plate appearance: an outing too long is cut in parts of about equal length.
    outing = np.repeat(np.arange(len(outing_counts)), outing_counts)
    total = np.bincount(outing, weights=pa_lengths, minlength=len(outing_counts)).astype(np.int64)
    parts = np.where(total > LONGEST, -(-total // PART), 1)
    before = np.cumsum(pa_lengths) - pa_lengths
    within = before - starts_of(total)[:-1][outing]
    part = within * parts[outing] // np.maximum(total[outing], 1)
    key = outing * (int(parts.max(initial=1)) + 1) + part
    return np.cumsum(np.r_[0, key[1:] != key[:-1]]) if len(key) else key
