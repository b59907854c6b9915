"""Season by season through all players' vectors: what was known before, what the season adds, what a winter takes.

Belongs here: the forward filter, the backward smoother that training needs, opponents and parks as offsets. Not here:
the likelihood (`pitch_decoder`), the loadings' training (`decoder_run`) and tables (`player_vectors`).

A vector is a stationary process: from one season to the next it keeps `persistence` of each dimension and is given
back the variance that it lost, so that a player without any event has variance 1. Nothing in the forward pass
reads a later season.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from scipy.sparse import csr_matrix
from torch import Tensor

from fbm_pipeline.player_vectors.meeting_heads import HEADS
from fbm_pipeline.player_vectors.meetings import Meetings
from fbm_pipeline.player_vectors.park_effects import ParkSums, mean_park, park_effects
from fbm_pipeline.player_vectors.pitch_decoder import (
    SIDES,
    Counts,
    Posterior,
    effects,
    laplace_step,
    probabilities,
    scaled_intercept,
)

ROUNDS = 3  # batters and pitchers in turn: each needs the other's vectors
INTERCEPT_EVENTS = 50.0  # of the earlier odds of a context, beside a season's own
OTHER = {"batter": "pitcher", "pitcher": "batter"}


@dataclass(frozen=True)
class Weights:
    """What all seasons share."""

    loadings: Mapping[str, Mapping[str, Tensor]]  # by side and head: (G, K, D)
    persistence: Mapping[str, Tensor]  # by side: (D,) kept from one season to the next
    newcomer: Mapping[str, Tensor]  # by side: (D,) mean of a player's first season
    intercepts: Mapping[str, Tensor]  # by head: (C, K), where the first season begins

    @property
    def width(self) -> int:
        return len(self.persistence["batter"])


@dataclass(frozen=True)
class SeasonCounts:
    """One season as arrays: each side's counts, and how often each player met which opponents in each context."""

    meetings: Meetings
    n: Mapping[str, Mapping[str, Tensor]]  # by side and head: (N, C, K)
    met: Mapping[str, Mapping[str, csr_matrix]]  # by side and head: (N C, opponents) shares

    @property
    def season(self) -> int:
        return self.meetings.season

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(self.meetings.cells)


@dataclass(frozen=True)
class Known:
    """What is known of one player after a season that he played."""

    season: int
    mean: Tensor  # (D,)
    covariance: Tensor  # (D, D)
    appearances: int  # plate appearances so far


@dataclass
class State:
    """All that the next season needs: players, the last intercepts and what parks did lately."""

    players: dict[str, dict[int, Known]] = field(default_factory=lambda: {side: {} for side in SIDES})
    intercepts: dict[str, Tensor] = field(default_factory=dict)
    parks: dict[int, ParkSums] = field(default_factory=dict)


@dataclass(frozen=True)
class Season:
    """The filter's vectors of one season, before it and after it, with the logits' parts that gave them."""

    counts: SeasonCounts
    prior: Mapping[str, Posterior]
    posterior: Mapping[str, Posterior]
    intercepts: Mapping[str, Tensor]
    offsets: Mapping[str, Mapping[str, Tensor]]  # by side and head


def count_season(meetings: Meetings, heads: Mapping[str, float]) -> SeasonCounts:
    """Arrays of one season for the heads named, each event worth as much as `heads` says."""
    cells = {name: part for name, part in meetings.cells.items() if name in heads}
    counted_meetings = Meetings(
        meetings.season,
        meetings.batters,
        meetings.pitchers,
        meetings.batter_appearances,
        meetings.pitcher_appearances,
        meetings.parks,
        cells,
    )
    n: dict[str, dict[str, Tensor]] = {side: {} for side in SIDES}
    met: dict[str, dict[str, csr_matrix]] = {side: {} for side in SIDES}
    for side in SIDES:
        players, opponents = len(counted_meetings.players(side)), len(counted_meetings.players(OTHER[side]))
        for name, part in cells.items():
            head = HEADS[name]
            row_players, row_opponents = (
                (part.batter, part.pitcher) if side == "batter" else (part.pitcher, part.batter)
            )
            shape = (players, head.contexts, len(head.classes))
            flat = np.ravel_multi_index((row_players, part.context, part.outcome), shape)
            counted = np.bincount(flat, weights=part.n, minlength=int(np.prod(shape))).reshape(shape)
            n[side][name] = torch.as_tensor(heads[name] * counted)
            rows = row_players * head.contexts + part.context
            share = part.n / np.maximum(counted.sum(axis=2).ravel()[rows], 1.0)
            met[side][name] = csr_matrix((share, (rows, row_opponents)), shape=(players * head.contexts, opponents))
    return SeasonCounts(counted_meetings, n, met)


def drifted(known: Known, persistence: Tensor, season: int) -> Posterior:
    """What is known of a player before a season, some winters after his last one: a batch of one."""
    kept = persistence ** (season - known.season)
    covariance = known.covariance * kept[:, None] * kept[None, :] + torch.diag(1.0 - kept**2)
    return Posterior((known.mean * kept)[None], covariance[None])


def priors(state: State, weights: Weights, side: str, players: np.ndarray, season: int) -> Posterior:
    """(N, D) means and covariances before a season; a newcomer has the newcomers' mean and unit variance."""
    width = weights.width
    mean = weights.newcomer[side].expand(len(players), width).clone()
    covariance = torch.eye(width, dtype=torch.float64).expand(len(players), width, width).clone()
    for row, player in enumerate(players.tolist()):
        known = state.players[side].get(player)
        if known is not None:
            prior = drifted(known, weights.persistence[side], season)
            mean[row], covariance[row] = prior.mean[0], prior.covariance[0]
    return Posterior(mean, covariance)


def filter_season(state: State, weights: Weights, counts: SeasonCounts) -> Season:
    """Update `state` by one season and return its vectors. Only the season and what came before are read."""
    meetings = counts.meetings
    prior = {side: priors(state, weights, side, meetings.players(side), counts.season) for side in SIDES}
    posterior = dict(prior)
    intercepts = {name: state.intercepts.get(name, weights.intercepts[name]) for name in counts.heads}
    parks = park_effects(state.parks, counts.meetings)
    offsets: dict[str, dict[str, Tensor]] = {}
    for _ in range(ROUNDS):
        for side in SIDES:
            offsets[side] = _offsets(counts, weights, side, posterior[OTHER[side]].mean, parks)
            sides = {name: Counts(counts.n[side][name], offsets[side][name]) for name in counts.heads}
            if side == "batter":
                intercepts = _refitted(sides, weights, intercepts, posterior[side].mean)
            posterior[side] = laplace_step(sides, weights.loadings[side], intercepts, prior[side], posterior[side].mean)
    state.intercepts |= intercepts
    for side in SIDES:
        _remember(state, side, counts, posterior[side])
    return Season(counts, prior, posterior, intercepts, offsets)


def smooth(seasons: list[Season], weights: Weights) -> list[dict[str, tuple[Posterior, Tensor]]]:
    """Backwards: each season's vectors given all seasons, with E[next vector · vector'] (N, D, D), 0 for the last.

    For training only: these know the future.
    """
    later: dict[str, dict[int, tuple[int, Tensor, Tensor]]] = {side: {} for side in SIDES}
    smoothed = []
    for season in reversed(seasons):
        by_side = {}
        for side in SIDES:
            by_side[side] = _smooth_side(season, weights.persistence[side], side, later[side])
        smoothed.append(by_side)
    return smoothed[::-1]


def _smooth_side(
    season: Season, persistence: Tensor, side: str, later: dict[int, tuple[int, Tensor, Tensor]]
) -> tuple[Posterior, Tensor]:
    players = season.counts.meetings.players(side).tolist()
    mean, covariance = season.posterior[side].mean.clone(), season.posterior[side].covariance.clone()
    cross = torch.zeros_like(covariance)
    rows = [row for row, player in enumerate(players) if player in later]
    if rows:
        at = torch.tensor(rows)
        after = [later[players[row]] for row in rows]
        gaps = torch.tensor([year - season.counts.season for year, _, _ in after], dtype=torch.float64)
        persisted = persistence[None, :] ** gaps[:, None]
        next_mean, next_covariance = torch.stack([x for _, x, _ in after]), torch.stack([x for _, _, x in after])
        season_covariance = covariance[at]
        ahead = season_covariance * persisted[:, :, None] * persisted[:, None, :] + torch.diag_embed(1.0 - persisted**2)
        gain = torch.linalg.solve(ahead, persisted[:, :, None] * season_covariance).transpose(1, 2)  # (n, D, D)
        mean[at] += (gain @ (next_mean - persisted * mean[at])[:, :, None])[:, :, 0]
        covariance[at] += gain @ (next_covariance - ahead) @ gain.transpose(1, 2)
        near = (gaps == 1.0).to(torch.float64)[:, None, None]  # persistence is learned from neighbouring seasons
        cross[at] = near * (next_covariance @ gain.transpose(1, 2) + next_mean[:, :, None] * mean[at][:, None, :])
    for row, player in enumerate(players):
        later[player] = (season.counts.season, mean[row], covariance[row])
    return Posterior(mean, covariance), cross


def _offsets(
    counts: SeasonCounts, weights: Weights, side: str, opponents: Tensor, parks: Mapping[str, np.ndarray]
) -> dict[str, Tensor]:
    offsets = {}
    for name in counts.heads:
        mixtures = torch.as_tensor(counts.met[side][name] @ opponents.cpu().numpy())
        mixtures = mixtures.reshape(*counts.n[side][name].shape[:2], -1)
        offset = effects(HEADS[name], weights.loadings[OTHER[side]][name], mixtures)
        if name in parks:
            offset = offset + mean_park(
                counts.meetings.cells[name], side, tuple(counts.n[side][name].shape), parks[name]
            )
        offsets[name] = offset
    return offsets


def _refitted(
    sides: Mapping[str, Counts], weights: Weights, intercepts: Mapping[str, Tensor], mean: Tensor
) -> dict[str, Tensor]:
    """The season's own intercepts: the league's classes come out as they were counted."""
    refitted = {}
    for name, counts in sides.items():
        p = probabilities(HEADS[name], weights.loadings["batter"][name], intercepts[name], counts, mean)
        expected = (counts.n.sum(dim=-1, keepdim=True) * p).sum(dim=0)
        refitted[name] = scaled_intercept(intercepts[name], counts.n.sum(dim=0), expected, INTERCEPT_EVENTS)
    return refitted


def _remember(state: State, side: str, counts: SeasonCounts, known: Posterior) -> None:
    players, appearances = counts.meetings.players(side), counts.meetings.appearances(side)
    for row, player in enumerate(players.tolist()):
        before = state.players[side].get(player)
        seen = int(appearances[row]) + (before.appearances if before else 0)
        state.players[side][player] = Known(counts.season, known.mean[row], known.covariance[row], seen)
