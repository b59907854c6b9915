"""What trained pooling queries say of players, each read by the model that never saw him, and how well they say it.

Not here: the training (query_steps, query_run), centring and scaling into a block (learned_blocks).
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.model.pooling_query import CLASSES, OUTCOME_CLASSES, PoolingQuery, log_shares
from fbm_pipeline.training.query_samples import (
    FOLDS,
    EmbeddedSeason,
    PlayerSeasonRows,
    fold_of,
    league_log_shares,
    player_rows,
)
from fbm_pipeline.training.query_steps import LEAST, model_name, next_counts, query_of

PADDED = 65_536  # plate appearances in one pass
OWN_EVIDENCE = (50.0, 100.0, 200.0, 400.0, 800.0, 1600.0)  # plate appearances; of these the best one is the bar
# Hit types `none` and outcomes `error` say nothing that the others do not; 15 numbers are left.
COLUMNS = tuple(index for index, name in enumerate(CLASSES) if name not in ("none", "error"))


def describe(models: nn.ModuleDict, part: EmbeddedSeason, player_type: str, held: PlayerSeasonRows) -> np.ndarray:
    """(players, columns) log shares foreseen for the next season less the league's, at full evidence.

    At full evidence, because whoever reads a block draws it to the league by the number of plate appearances.
    """
    result = np.zeros((len(held.mlbam_id), len(COLUMNS)))
    for _, mine, league, deviations in _by_fold(models, part, player_type, held):
        base = torch.from_numpy(league)
        result[mine] = (log_shares(torch.from_numpy(deviations), base) - base).numpy()[:, COLUMNS]
    return result


def judge(models: nn.ModuleDict, seasons: Sequence[EmbeddedSeason]) -> dict[str, float]:
    """Nats per plate appearance of next seasons' outcomes, foreseen for players that the models never saw.

    By player type: `query`, `league` (the next season's league shares), `own` (those moved by the player's own shares
    of this season, drawn to the league by the one constant of OWN_EVIDENCE that turns out best), and `n` plate
    appearances. Player-seasons of LEAST plate appearances; a pair of seasons where both are given.
    """
    metrics: dict[str, float] = {}
    for player_type in PLAYER_TYPES:
        found = [
            sums
            for part, after in itertools.pairwise(seasons)
            if after.season == part.season + 1
            for sums in _pair(models, part, after, player_type)
        ]
        if not found:
            continue
        total = np.sum(found, axis=0)  # n, league, query, own by constant
        metrics[f"{player_type}_n"] = float(total[0])
        for name, value in zip(("league", "query", "own"), (total[1], total[2], total[3:].min()), strict=True):
            metrics[f"{player_type}_{name}"] = float(value / max(total[0], 1.0))
    return metrics


def _pair(
    models: nn.ModuleDict, part: EmbeddedSeason, after: EmbeddedSeason, player_type: str
) -> Iterator[np.ndarray]:  # fmt: skip
    """Sums of one pair of seasons by fold: plate appearances, nats of the league, the query and own shares."""
    outcomes = slice(0, len(OUTCOME_CLASSES))
    held, following = player_rows(part, player_type), player_rows(after, player_type)
    happened = next_counts(held.mlbam_id, following)[:, outcomes]
    enough = held.plate_appearances >= LEAST
    for fold, (model, mine, league, deviations) in enumerate(_by_fold(models, part, player_type, held)):
        scored = enough[mine]
        counts, truth = held.counts[mine][scored][:, outcomes], happened[mine][scored]
        n = held.plate_appearances[mine][scored]
        ahead = league_log_shares(following.counts[fold_of(following.mlbam_id) != fold]).astype(np.float32)
        with torch.inference_mode():
            drawn = model.drawn_to_league(
                "next_season", torch.from_numpy(deviations[scored]), torch.from_numpy(n.astype(np.float32))
            )
            foreseen = log_shares(drawn, torch.from_numpy(ahead)).numpy()[:, outcomes]
        sums = [truth.sum(), -(truth @ ahead[outcomes]).sum(), -(truth * foreseen).sum()]
        share = np.exp(league[outcomes])
        for k in OWN_EVIDENCE:
            own = ahead[outcomes] + np.log((counts + k * share) / (n + k)[:, None]) - league[outcomes]
            own -= np.log(np.exp(own).sum(axis=1, keepdims=True))
            sums.append(-(truth * own).sum())
        yield np.array(sums, np.float64)


def _by_fold(
    models: nn.ModuleDict, part: EmbeddedSeason, player_type: str, held: PlayerSeasonRows
) -> Iterator[tuple[PoolingQuery, np.ndarray, np.ndarray, np.ndarray]]:
    """By fold: its model, its players (places), the other players' league log shares, deviations (players, classes)."""
    folds = fold_of(held.mlbam_id)
    for fold in range(FOLDS):
        model = query_of(models[model_name(player_type, fold)]).eval()
        mine = np.flatnonzero(folds == fold)
        league = league_log_shares(held.counts[folds != fold]).astype(np.float32)
        yield model, mine, league, _deviations(model, part, held, mine)


def _deviations(model: PoolingQuery, part: EmbeddedSeason, held: PlayerSeasonRows, mine: np.ndarray) -> np.ndarray:
    found = np.zeros((len(mine), len(CLASSES)), np.float32)
    lengths = held.plate_appearances[mine]
    for group in _groups(lengths):
        most = int(lengths[group].max())
        visible = np.arange(most) < lengths[group][:, None]  # (b, t)
        at = np.minimum(held.starts[mine[group]][:, None] + np.arange(most), len(held.rows) - 1)
        embeddings = part.embeddings[held.rows[at]].astype(np.float32) - part.mean
        with torch.inference_mode():
            pooled = model(torch.from_numpy(embeddings), torch.from_numpy(visible))
        found[group] = pooled.deviations["next_season"].numpy()
    return found


def _groups(lengths: np.ndarray) -> Iterator[np.ndarray]:
    """Places of players of like length, so many that padded they fit one pass."""
    order = np.argsort(lengths, kind="stable")
    begin = 0
    while begin < len(order):
        sizes = lengths[order[begin:]] * np.arange(1, len(order) - begin + 1)
        end = begin + max(int(np.searchsorted(sizes, PADDED, side="right")), 1)
        yield order[begin:end]
        begin = end
