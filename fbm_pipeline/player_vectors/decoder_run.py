"""Expectation and maximization for the decoder's weights: one step filters and smooths all seasons, then re-estimates.

Belongs here: the first weights, the step, the canonical axes, what held-out events cost. Not here: checkpoints and
which seasons (`player_vectors`).

The axes are not free: in each step the vectors are turned and scaled so that they have unit variance, uncorrelated
from one season to the next, and the axis that explains most comes first. Nothing is drawn at random.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from fbm_pipeline.player_vectors.meeting_heads import HEADS
from fbm_pipeline.player_vectors.meetings import Meetings
from fbm_pipeline.player_vectors.pitch_decoder import SIDES, Counts, LoadingSums, Posterior, by_context
from fbm_pipeline.player_vectors.vector_filter import (
    Season,
    SeasonCounts,
    State,
    Weights,
    filter_season,
    priors,
    smooth,
)

FIRST_PERSISTENCE = 0.85
PERSISTENCE_BOUNDS = (0.05, 0.995)
SMOOTHING_EVENTS = 100.0  # beside a player's own, where the first loadings are looked for
LEAGUE_EVENTS = 20.0  # of the head's overall classes, beside those of one context


def first_weights(seasons: Sequence[SeasonCounts], width: int) -> Weights:
    """Intercepts from the pooled league, loadings from the principal axes of what players had beyond it."""
    heads = [name for name in HEADS if any(name in season.heads for season in seasons)]
    pooled = {name: _pooled([s.n["batter"][name] for s in seasons if name in s.heads]) for name in heads}
    intercepts = {name: torch.log(_smoothed(counted)) for name, counted in pooled.items()}
    return Weights(
        {side: _first_loadings(seasons, side, heads, width) for side in SIDES},
        {side: torch.full((width,), FIRST_PERSISTENCE, dtype=torch.float64) for side in SIDES},
        {side: torch.zeros(width, dtype=torch.float64) for side in SIDES},
        intercepts,
    )


def take_step(seasons: Sequence[SeasonCounts], weights: Weights) -> Weights:
    """Better weights: the vectors of all seasons under the present ones, then loadings and drift given the vectors."""
    state = State()
    filtered = [filter_season(state, weights, season) for season in seasons]
    smoothed = smooth(filtered, weights)
    loadings: dict[str, dict[str, Tensor]] = {}
    persistence, newcomer = {}, {}
    for side in SIDES:
        vectors = [vectors_by_side[side] for vectors_by_side in smoothed]
        improved = _improved(filtered, [one for one, _ in vectors], weights, side)
        turn = _canonical_turn(vectors, improved, filtered, side)
        inverse = torch.linalg.inv(turn)
        loadings[side] = {name: values @ inverse for name, values in improved.items()}
        persistence[side] = _persistence(vectors, turn)
        newcomer[side] = turn @ (_newcomer_mean(filtered, vectors, side) - _league_mean(filtered, vectors, side))
    last = filtered[0].intercepts
    return Weights(loadings, persistence, newcomer, {**weights.intercepts, **last})


def after(seasons: Sequence[SeasonCounts], weights: Weights) -> State:
    """What is known after the last of these seasons."""
    state = State()
    for season in seasons:
        filter_season(state, weights, season)
    return state


def held_out_metrics(state: State, weights: Weights, held_out: Meetings, known: SeasonCounts) -> dict[str, float]:
    """Nats per held-out event and head: `decoded_*` with vectors of before, `context_*` without players, `base_*`.

    `known` are the season's events before the held-out ones, from which the two tables of frequencies come.
    """
    vectors = {side: priors(state, weights, side, held_out.players(side), held_out.season).mean for side in SIDES}
    metrics = {}
    for name, part in held_out.cells.items():
        if name not in weights.intercepts or name not in known.heads:
            continue
        share = _smoothed(known.n["batter"][name].sum(dim=0))
        context, outcome = torch.as_tensor(part.context), torch.as_tensor(part.outcome)
        n = torch.as_tensor(part.n)
        league = known.n["batter"][name].sum(dim=(0, 1)) + 1.0
        base = torch.log(league / league.sum())[outcome]
        logits = state.intercepts[name][context]
        players = {"batter": part.batter, "pitcher": part.pitcher}
        for side in SIDES:
            wide = by_context(HEADS[name], weights.loadings[side][name])
            for at in range(wide.shape[0]):
                rows = torch.nonzero(context == at)[:, 0]
                side_vectors = vectors[side][torch.as_tensor(players[side])[rows]]
                logits[rows] += side_vectors @ wide[at].T
        decoded = torch.log_softmax(logits, dim=-1).gather(1, outcome[:, None])[:, 0]
        by_frequency = torch.log(share)[context, outcome]
        for word, nats in (("decoded", decoded), ("context", by_frequency), ("base", base)):
            metrics[f"{word}_{name}"] = float(-(n * nats).sum() / n.sum())
    return metrics


def _pooled(counts: Sequence[Tensor]) -> Tensor:
    """(C, K) of all players and seasons, from (N, C, K) each."""
    return torch.stack([n.sum(dim=0) for n in counts]).sum(dim=0)


def _smoothed(counted: Tensor) -> Tensor:
    """(C, K) shares of classes, drawn to the head's own where a context was hardly seen."""
    overall = counted.sum(dim=0) + 1.0
    drawn = counted + LEAGUE_EVENTS * overall / overall.sum()
    return drawn / drawn.sum(dim=-1, keepdim=True)


def _first_loadings(seasons: Sequence[SeasonCounts], side: str, heads: Sequence[str], width: int) -> dict[str, Tensor]:
    """Loadings by head and group from the principal axes of the players' standardized residuals."""
    ids = np.unique(np.concatenate([season.meetings.players(side) for season in seasons]))
    residuals, scales = [], []
    for name in heads:
        beyond, expected = _residuals(seasons, side, name, ids)
        residuals.append((beyond / torch.sqrt(expected + SMOOTHING_EVENTS * expected.mean())).reshape(len(ids), -1))
        scales.append(torch.sqrt(expected.mean(dim=0)).reshape(-1))
    x = torch.cat(residuals, dim=1)
    values, axes = torch.linalg.eigh(x.T @ x / len(ids))
    axes = axes[:, -width:].flip(1) * values[-width:].flip(0).clamp_min(1e-6).sqrt()
    axes = torch.nn.functional.pad(axes, (0, width - axes.shape[1]))
    flat = axes / torch.cat(scales).clamp_min(1.0)[:, None]
    loadings, begin = {}, 0
    for name in heads:
        shape = (len(HEADS[name].groups), len(HEADS[name].classes), width)
        end = begin + shape[0] * shape[1]
        head_loadings = flat[begin:end].reshape(shape)
        loadings[name] = head_loadings - head_loadings.mean(dim=1, keepdim=True)
        begin = end
    return loadings


def _residuals(seasons: Sequence[SeasonCounts], side: str, name: str, ids: np.ndarray) -> tuple[Tensor, Tensor]:
    """(players, G, K) counts beyond the league's of the season and context, and what the league would have had."""
    head = HEADS[name]
    shape = (len(ids), len(head.groups), len(head.classes))
    beyond, expected = torch.zeros(shape, dtype=torch.float64), torch.zeros(shape, dtype=torch.float64)
    group = torch.as_tensor(head.group_of)
    for season in seasons:
        if name not in season.heads:
            continue
        n = season.n[side][name]
        league = n.sum(dim=-1, keepdim=True) * _smoothed(n.sum(dim=0))
        rows = torch.as_tensor(np.searchsorted(ids, season.meetings.players(side)))
        for target, values in ((beyond, n - league), (expected, league)):
            grouped = torch.zeros((len(n), *shape[1:]), dtype=torch.float64).index_add_(1, group, values)
            target.index_add_(0, rows, grouped)
    return beyond, expected


def _improved(
    filtered: Sequence[Season], vectors: Sequence[Posterior], weights: Weights, side: str
) -> dict[str, Tensor]:
    improved = {}
    for name, loadings in weights.loadings[side].items():
        head = HEADS[name]
        sums = LoadingSums.empty(head, weights.width)
        for season, known in zip(filtered, vectors, strict=True):
            if name in season.counts.heads:
                counts = Counts(season.counts.n[side][name], season.offsets[side][name])
                sums.add(head, loadings, season.intercepts[name], counts, known)
        improved[name] = sums.improved(loadings)
    return improved


def _canonical_turn(
    vectors: Sequence[tuple[Posterior, Tensor]], loadings: Mapping[str, Tensor], filtered: Sequence[Season], side: str
) -> Tensor:
    """(D, D) what vectors are multiplied by: unit variance, lasting axes, the axis that explains most first."""
    league = _league_mean(filtered, vectors, side)
    centred = [(Posterior(one.mean - league, one.covariance), cross) for one, cross in vectors]
    second = sum(_second_moments(one).sum(dim=0) for one, _ in centred) / sum(len(one.mean) for one, _ in vectors)
    lagged, _ = _lagged(vectors)
    values, axes = torch.linalg.eigh(second)
    whiten = axes @ torch.diag(values.clamp_min(1e-8).rsqrt()) @ axes.T
    _, lasting = torch.linalg.eigh(whiten @ (lagged + lagged.T) @ whiten / 2.0)
    turn = lasting.T @ whiten
    inverse = torch.linalg.inv(turn)
    explained = torch.zeros(len(turn), dtype=torch.float64)
    weight = torch.zeros(len(turn), dtype=torch.float64)
    for name, values_of in loadings.items():
        events = _pooled([s.counts.n[side][name] for s in filtered if name in s.counts.heads])
        turned = by_context(HEADS[name], values_of @ inverse)
        explained += torch.einsum("ck,ckd->d", events, turned**2)
        weight += torch.einsum("ck,ckd->d", events, turned**3)
    order = torch.argsort(explained, descending=True, stable=True)
    sign = torch.where(weight < 0, -1.0, 1.0).to(torch.float64)
    return (turn * sign[:, None])[order]


def _league_mean(filtered: Sequence[Season], vectors: Sequence[tuple[Posterior, Tensor]], side: str) -> Tensor:
    """(D,) mean by plate appearances: the intercepts' business, so that an average player stands at 0."""
    weights = [torch.as_tensor(season.counts.meetings.appearances(side)).double() for season in filtered]
    total = torch.stack(
        [appearances @ posterior.mean for appearances, (posterior, _) in zip(weights, vectors, strict=True)]
    ).sum(dim=0)
    return total / torch.stack([appearances.sum() for appearances in weights]).sum()


def _second_moments(vectors: Posterior) -> Tensor:
    return vectors.covariance + vectors.mean[:, :, None] * vectors.mean[:, None, :]


def _lagged(vectors: Sequence[tuple[Posterior, Tensor]]) -> tuple[Tensor, Tensor]:
    """(D, D) means over neighbouring seasons of a player: next · this, and this · this."""
    width = vectors[0][0].mean.shape[1]
    across, within = torch.zeros(width, width, dtype=torch.float64), torch.zeros(width, width, dtype=torch.float64)
    pairs = 0
    for one, cross in vectors:
        rows = cross.abs().sum(dim=(1, 2)) > 0
        across += cross[rows].sum(dim=0)
        within += _second_moments(one)[rows].sum(dim=0)
        pairs += int(rows.sum())
    if not pairs:  # one season only: nothing is known of the next
        return FIRST_PERSISTENCE * torch.eye(width, dtype=torch.float64), torch.eye(width, dtype=torch.float64)
    return across / pairs, within / pairs


def _persistence(vectors: Sequence[tuple[Posterior, Tensor]], turn: Tensor) -> Tensor:
    across, within = _lagged(vectors)
    kept = torch.diagonal(turn @ across @ turn.T) / torch.diagonal(turn @ within @ turn.T)
    return kept.clamp(*PERSISTENCE_BOUNDS)


def _newcomer_mean(filtered: Sequence[Season], vectors: Sequence[tuple[Posterior, Tensor]], side: str) -> Tensor:
    """(D,) mean of the players' first seasons, those of the first season held aside: it has veterans."""
    seen: set[int] = set()
    firsts = []
    for index, (season, (known, _)) in enumerate(zip(filtered, vectors, strict=True)):
        players = season.counts.meetings.players(side).tolist()
        if index:
            firsts += [known.mean[row] for row, player in enumerate(players) if player not in seen]
        seen |= set(players)
    return torch.stack(firsts).mean(dim=0) if firsts else torch.zeros_like(vectors[0][0].mean[0])
