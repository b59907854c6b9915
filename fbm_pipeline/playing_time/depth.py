"""Depth in the organisation's lines: whom else the club he last played for used in his role.

Clubs and roles are those of the last season. Who left or joined over the winter cannot be seen in lines.
Not here: anything about one player alone (`playing_time_inputs`).
"""

import numpy as np

from fbm_pipeline.marcel.season_lines import SeasonLines
from fbm_pipeline.playing_time.seasons_of_use import SeasonsOfUse

# Batters compete for a position; the outfield is one, and so are first base and the designated hitter.
ROLES = {"g_c": 0, "g_1b": 1, "g_dh": 1, "g_2b": 2, "g_3b": 3, "g_ss": 4, "g_lf": 5, "g_cf": 5, "g_rf": 5}
NO_POSITION = 6


def club_depth(lines: SeasonLines, use: SeasonsOfUse, at: np.ndarray) -> dict[str, np.ndarray]:
    """By player, from the row of his last season: his rank in the role, and the others' use. NaN without that row."""
    competing = _competing(lines, use)
    _, club = np.unique(use.team, return_inverse=True)
    role = _roles(use, lines.player_type)
    group = (use.season * 1000 + club) * 10 + role
    per_game = np.where(competing, use.columns["opportunities"] / use.columns["scheduled"], 0.0)
    late = np.where(competing, np.nan_to_num(use.columns["opportunities_30"]), 0.0)
    measures = {
        "depth_rank": _rank(group, per_game),
        "depth_rank_late": _rank(group, late),
        "depth_others": _others(group, per_game),
        "depth_best_other": _best_other(group, per_game),
        "depth_players": _others(group, (per_game > 0).astype(np.float64)),
    }
    if not len(use.season):
        return {name: np.full(len(at), np.nan) for name in measures}
    return {name: np.where(at >= 0, values[at], np.nan) for name, values in measures.items()}


def _competing(lines: SeasonLines, use: SeasonsOfUse) -> np.ndarray:
    """(m,) which rows are of players in this trade: pitchers who bat compete with no batter."""
    keys = (lines.season * 10**9 + lines.mlbam_id)[lines.of_the_league()]
    return np.isin(use.season * 10**9 + use.mlbam_id, keys)


def _roles(use: SeasonsOfUse, player_type: str) -> np.ndarray:
    """(m,) a number for each role: a batter's most frequent position of the season, starting or relieving."""
    if player_type == "pitcher":
        return (2 * use.columns["starts"] >= use.columns["games"]).astype(np.int64)
    games = np.zeros((len(use.season), NO_POSITION + 1))
    for name, role in ROLES.items():
        games[:, role] += np.nan_to_num(use.columns[name])
    return np.where(games.sum(axis=1) > 0, games.argmax(axis=1), NO_POSITION)


def _rank(group: np.ndarray, value: np.ndarray) -> np.ndarray:
    """(m,) how many of the group have more; equals share the better rank."""
    order = np.lexsort((-value, group))
    ranked, groups = value[order], group[order]
    place = np.arange(len(order))
    first = np.maximum.accumulate(np.where(_starts(groups), place, 0))
    change = _starts(groups) | np.concatenate([[False], ranked[1:] != ranked[:-1]])[: len(order)]
    level = np.maximum.accumulate(np.where(change, place, 0))
    rank = np.empty(len(order))
    rank[order] = level - first
    return rank


def _starts(groups: np.ndarray) -> np.ndarray:
    return np.concatenate([[True], groups[1:] != groups[:-1]])[: len(groups)]


def _others(group: np.ndarray, value: np.ndarray) -> np.ndarray:
    """(m,) the group's sum without the player's own."""
    _, number = np.unique(group, return_inverse=True)
    return np.bincount(number, weights=value)[number] - value if len(group) else value


def _best_other(group: np.ndarray, value: np.ndarray) -> np.ndarray:
    """(m,) the most that another of the group had; zero where there is no other."""
    best = np.zeros(len(group))
    order = np.lexsort((-value, group))
    begins = np.flatnonzero(_starts(group[order]))
    sizes = np.diff(np.append(begins, len(order)))
    for begin, size in zip(begins, sizes, strict=True):
        if size > 1:
            members = order[begin : begin + size]
            best[members] = value[members[0]]
            best[members[0]] = value[members[1]]
    return best
