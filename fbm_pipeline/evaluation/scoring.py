"""Scores of systems by universe, season and statistic, from the rows of the backtest.

`full` and its tiers compare our own systems; `common` and `debuts` compare all systems present on the players
whom every one of them projects. Not here: the metrics themselves, and the store (backtest).
"""

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from fbm_pipeline.baseball.statistics import PLAYER_TYPES, statistics
from fbm_pipeline.evaluation.metrics import score
from fbm_pipeline.evaluation.universes import (
    COMMON,
    DEBUTS,
    FULL,
    OWN_SYSTEMS,
    SYSTEMS,
    TIERS,
    comparable_seasons,
    eligible,
    present_systems,
    shared,
    widen,
)
from fbm_pipeline.store.contracts import RATE_COLUMNS

MIN_PLAYERS = 20  # a correlation over fewer player-seasons says nothing

ScoreRow = dict[str, str | int | float | None]


def seasons_label(seasons: Sequence[int]) -> str:
    """`2019` for one season, `2019-2023` from the first to the last of several."""
    return str(seasons[0]) if len(seasons) == 1 else f"{min(seasons)}-{max(seasons)}"


def scored_statistics(player_type: str) -> list[str]:
    """The published statistics of a player type, in their usual order."""
    return [item.name for item in statistics(player_type) if item.name in RATE_COLUMNS]


def all_scores(backtest: pd.DataFrame) -> list[ScoreRow]:
    """Score rows of every universe, player type and statistic, for single seasons and all pooled.

    `backtest` as `universes.widen` wants it. Cells with fewer than 20 player-seasons have no row.
    """
    rows: list[ScoreRow] = []
    for player_type in PLAYER_TYPES:
        for stat in scored_statistics(player_type):
            wide = widen(backtest, player_type, stat)
            for universe in (FULL, *TIERS):
                players = eligible(wide, universe)
                present = {season: list(OWN_SYSTEMS) for season in sorted(players["season"].unique().tolist())}
                for seasons, systems in _groups(present, pooled=list(present)):
                    rows += _cells(players, universe, seasons, player_type, stat, systems)
            for universe in (COMMON, DEBUTS):
                players = eligible(wide, universe)
                present = present_systems(players)
                for seasons, systems in _groups(present, pooled=comparable_seasons(present)):
                    rows += _cells(players, universe, seasons, player_type, stat, systems)
    return rows


def compared_scores(backtest: pd.DataFrame, systems: Sequence[str], universe: str) -> list[ScoreRow]:
    """Scores of just these systems on the players of `universe` whom they all project, seasons pooled.

    A season in which one of them is absent is left out; the label tells which are in.
    """
    rows: list[ScoreRow] = []
    for player_type in PLAYER_TYPES:
        for stat in scored_statistics(player_type):
            players = eligible(widen(backtest, player_type, stat), universe)
            present = present_systems(players, systems)
            seasons = [season for season, found in present.items() if len(found) == len(systems)]
            if seasons:
                rows += _cells(players, universe, seasons, player_type, stat, list(systems))
    return rows


def _groups(present: dict[int, list[str]], pooled: list[int]) -> Iterator[tuple[list[int], list[str]]]:
    """Each season with its systems, then the pooled seasons with the systems present in all of them."""
    for season, systems in present.items():
        yield [season], systems
    if len(pooled) > 1:
        yield pooled, [system for system in SYSTEMS if all(system in present[season] for season in pooled)]


def _cells(
    players: pd.DataFrame, universe: str, seasons: list[int], player_type: str, stat: str, systems: list[str]
) -> list[ScoreRow]:
    chosen = shared(players[players["season"].isin(seasons)], systems) if systems else players.iloc[:0]
    if len(chosen) < MIN_PLAYERS:
        return []
    rows: list[ScoreRow] = []
    for system in systems:
        result = score(chosen[system], chosen["actual"], chosen["opportunities"], chosen["season"])
        rows.append(
            {
                "universe": universe, "seasons": seasons_label(seasons), "player_type": player_type, "stat": stat,
                "system": system, "n": result.n, "r": _known(result.r), "rmse": result.rmse,
                "slope": _known(result.slope), "sd_ratio": _known(result.sd_ratio),
            }
        )  # fmt: skip
    return rows


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
