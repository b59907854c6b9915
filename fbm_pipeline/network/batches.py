"""Batches: some samples of the windows as tensors, their games cut into rows of like length.

Games differ much in length (a pinch hitter's one plate appearance, a starter's thirty), so they are padded within
buckets, not to the longest of all. Not here: what a batch is used for.
Dimension letters: b players, g games of a window, n games of a bucket, t plate appearances, e embedding.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fbm_pipeline.network.plate_appearances import PitchGroup, pitches_for
from fbm_pipeline.network.player_games import MOST_PLATE_APPEARANCES
from fbm_pipeline.network.windows import Windows

BUCKETS = {"batter": (2, 3, 4, 5, 8), "pitcher": (3, 4, 6, 9, 14, 20, 26, 32, 45)}  # plate appearances of a row
TIME_FEATURES = (
    "log_days_ago",
    "years_ago",
    "last_weeks_of_season",
    "recency",
    "log_days_rest",
    "first_of_season",
    "is_home",
    "is_starter",
    "log_plate_appearances",
    "games_from_the_end",
)


@dataclass(frozen=True)
class GameBucket:
    """Games of at most t plate appearances each. `slot` (n,) is the game's place in the flattened (b, g)."""

    slot: Tensor  # (n,) int64
    player: Tensor  # (n,) int64, row of the batch
    embedding: Tensor  # (n, t, e) float32, zeros where not visible; (n, t, 0) where Level 1 encodes
    place: Tensor  # (n, t) int64, row of what Level 1 encodes of the batch, any where not visible
    context: Tensor  # (n, t, fields) int64 codes
    outcome: Tensor  # (n, t) int64, kind of outcome
    visible: Tensor  # (n, t) bool


@dataclass(frozen=True)
class Batch:
    """What the network reads and what it is compared with."""

    profile: Tensor  # (b, features) float32
    archetype: Tensor  # (b,) int64
    time: Tensor  # (b, g, len(TIME_FEATURES)) float32
    visible: Tensor  # (b, g) bool
    buckets: tuple[GameBucket, ...]
    pitches: tuple[PitchGroup, ...]  # what Level 1 encodes of the batch; empty where the cache is read
    prior: Tensor  # (b, statistics) float64
    weight: Tensor  # (b, statistics) float64
    successes: Tensor  # (b, horizons, statistics) float64
    trials: Tensor  # (b, horizons, statistics) float64


def batches(windows: Windows, rows: np.ndarray, size: int) -> Iterator[Batch]:
    """The rows in their order, `size` at a time; the last batch may be smaller."""
    for start in range(0, len(rows), size):
        yield assemble(windows, rows[start : start + size])


def assemble(windows: Windows, rows: np.ndarray) -> Batch:
    """One batch of the samples `rows`. The profile of the windows should be standardized by then."""
    first, end = windows.first_game[rows], windows.end_game[rows]
    counts = end - first
    longest = max(int(counts.max(initial=0)), 1)
    player = np.repeat(np.arange(len(rows)), counts)
    place = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)  # 0 is the oldest
    game = np.repeat(first, counts) + place
    slot = player * longest + place
    time = np.zeros((len(rows) * longest, len(TIME_FEATURES)), np.float32)
    time[slot] = time_features(windows, game, place, counts[player], windows.as_of_day[rows][player])
    visible = np.arange(longest) < counts[:, None]
    targets = windows.targets
    buckets, pitches = _buckets(windows, game, slot, player)
    return Batch(
        profile=torch.from_numpy(windows.profile[rows]),
        archetype=torch.from_numpy(windows.archetype[rows]),
        time=torch.from_numpy(time.reshape(len(rows), longest, -1)),
        visible=torch.from_numpy(visible),
        buckets=buckets,
        pitches=pitches,
        prior=torch.from_numpy(windows.prior[rows]),
        weight=torch.from_numpy(windows.weight[rows]),
        successes=torch.from_numpy(targets.successes[rows].astype(np.float64)),
        trials=torch.from_numpy(targets.trials[rows].astype(np.float64)),
    )


def time_features(
    windows: Windows, game: np.ndarray, place: np.ndarray, count: np.ndarray, as_of_day: np.ndarray
) -> np.ndarray:
    """When and in which circumstances each game of a window was played: (games, TIME_FEATURES) float32.

    `place` counts from the oldest game of the window, whose rest is not known and stands as 0.
    """
    games = windows.games
    days = (as_of_day - games.day[game]).astype(np.float64)
    later = place > 0
    before = np.where(later, game - 1, game)
    rest = games.day[game] - games.day[before]
    appearances = games.first_plate_appearance[game + 1] - games.first_plate_appearance[game]
    return np.column_stack(
        [
            np.log1p(days) / 6,
            days / 365,
            np.exp(-(days - 150) / 30).clip(0, 4),
            np.exp(-days / 365),
            np.log1p(rest) / 6,
            later & (games.season[game] != games.season[before]),
            games.is_home[game],
            games.is_starter[game],
            np.log1p(appearances) / 3,
            (count - place) / count,
        ]
    ).astype(np.float32)


def _buckets(
    windows: Windows, game: np.ndarray, slot: np.ndarray, player: np.ndarray
) -> tuple[tuple[GameBucket, ...], tuple[PitchGroup, ...]]:
    start = windows.games.first_plate_appearance[game]
    length = windows.games.first_plate_appearance[game + 1] - start
    bounds = np.array(BUCKETS[windows.player_type])
    if len(length) and length.max() > MOST_PLATE_APPEARANCES[windows.player_type]:
        raise ValueError(f"a {windows.player_type}'s game has {length.max()} plate appearances, more than a row holds")
    bucket = np.searchsorted(bounds, length, side="left")
    shapes = [(bucket == index, int(bounds[index])) for index in np.unique(bucket)]
    rows = [_row_places(start[chosen], length[chosen], steps) for chosen, steps in shapes]
    pitches, places = _pitches(windows, [row for row, _ in rows])
    made = []
    for (chosen, _), (row, visible), place in zip(shapes, rows, places, strict=True):
        made.append(
            GameBucket(
                slot=torch.from_numpy(slot[chosen]),
                player=torch.from_numpy(player[chosen]),
                embedding=_embedding(windows, row) * torch.from_numpy(visible).unsqueeze(-1),
                place=place,
                context=torch.from_numpy(windows.games.context[row].astype(np.int64)),
                outcome=torch.from_numpy(windows.games.outcome[row].astype(np.int64)),
                visible=torch.from_numpy(visible),
            )
        )
    return tuple(made), pitches


def _row_places(start: np.ndarray, length: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """(n, steps) places of the plate appearances of games, and which are visible; the others repeat the first."""
    step = np.arange(steps)
    visible = step < length[:, None]
    return np.where(visible, start[:, None] + step, start[:, None]), visible


def _embedding(windows: Windows, row: np.ndarray) -> Tensor:
    if windows.pitches is not None:
        return torch.zeros(*row.shape, 0)
    return torch.from_numpy(windows.embeddings[windows.games.embedding_row[row]]).float()


def _pitches(windows: Windows, rows: list[np.ndarray]) -> tuple[tuple[PitchGroup, ...], list[Tensor]]:
    """What Level 1 encodes for these rows of places, and each one's row of that; nothing where the cache is read."""
    if windows.pitches is None or not rows:
        return (), [torch.zeros(row.shape, dtype=torch.int64) for row in rows]
    flat = np.concatenate([windows.games.embedding_row[row].ravel() for row in rows])
    groups, place = pitches_for(windows.pitches, flat)
    parts = np.split(place, np.cumsum([row.size for row in rows])[:-1])
    return groups, [torch.from_numpy(part.reshape(row.shape)) for part, row in zip(parts, rows, strict=True)]
