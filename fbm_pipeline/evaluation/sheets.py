"""The sheets of a backtest: one statistic of one kind, a row per player-season and a column per system.

Not here: what a sheet's systems score (scoring), and what a count is (counts).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fbm_pipeline.backtest.backtest import OPPORTUNITIES, OUTS
from fbm_pipeline.backtest.metrics import Floats
from fbm_pipeline.backtest.universes import PROJECTED, SYSTEMS, UNIVERSES, eligible, widen
from fbm_pipeline.baseball.statistics import PLAYER_TYPES, RATE_COLUMNS, statistics
from fbm_pipeline.evaluation.counts import (
    PROJECTED_TIME,
    RATES,
    REGULAR_TIME,
    TRUE_TIME,
    counts_of,
    widen_counts,
    widen_regular_time,
)
from fbm_pipeline.marcel.aging import is_good_when_high

RATE, PLAYING_TIME, COUNT, COUNT_TRUE_TIME = "rate", "playing_time", "count", "count_true_playing_time"
# Of those who reach 200: a system that knows the question answers it, the others with what they project.
REGULAR_PLAYING_TIME, REGULAR_COUNT = "playing_time_if_regular", "count_if_regular"
KINDS = (RATE, PLAYING_TIME, REGULAR_PLAYING_TIME, COUNT, REGULAR_COUNT, COUNT_TRUE_TIME)
_TIMES = {COUNT: PROJECTED_TIME, REGULAR_COUNT: REGULAR_TIME, COUNT_TRUE_TIME: TRUE_TIME}
BESIDE = ("p10", "p90", "crps")


def scored_statistics(player_type: str) -> list[str]:
    """The published statistics of a player type, in their usual order."""
    return [item.name for item in statistics(player_type) if item.name in RATE_COLUMNS]


@dataclass(frozen=True)
class Sheet:
    """One statistic of one kind: a row per player-season, as from `universes.widen`, with its intervals and CRPS.

    `beside` holds, by the same rows and with SYSTEMS as columns, the ends of the intervals and the CRPS; NaN where
    there are none. `luck` is the variance of each actual rate by luck, NaN where unknown.
    """

    player_type: str
    kind: str
    stat: str
    wide: pd.DataFrame
    beside: dict[str, Floats]  # p10, p90, crps
    luck: Floats

    @cached_property
    def projected(self) -> Floats:
        """(player-seasons, SYSTEMS)"""
        return self.wide[list(SYSTEMS)].to_numpy(np.float64)

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """(player-seasons, SYSTEMS) whether a system projects the player."""
        return ~np.isnan(self.projected)

    @cached_property
    def season(self) -> NDArray[np.int64]:
        """(player-seasons,)"""
        return self.wide["season"].to_numpy(np.int64)

    @cached_property
    def actual(self) -> Floats:
        """(player-seasons,)"""
        return self.wide["actual"].to_numpy(np.float64)

    @cached_property
    def opportunities(self) -> Floats:
        """(player-seasons,)"""
        return self.wide["opportunities"].to_numpy(np.float64)

    @cached_property
    def places(self) -> dict[str, NDArray[np.int64]]:
        """The rows of each universe."""
        return {universe: players.index.to_numpy() for universe, players in self.players.items()}

    @cached_property
    def players(self) -> dict[str, pd.DataFrame]:
        """The player-seasons of each universe."""
        universes = [name for name in UNIVERSES if name != PROJECTED or self.kind == PLAYING_TIME]
        return {name: eligible(self.wide, name) for name in universes}

    @property
    def good_when_high(self) -> bool:
        """Whether more of it is better for the player: the first of a ranking."""
        name = RATES.get(self.stat, self.stat)
        named = [item for item in statistics(self.player_type) if item.name == name]
        return is_good_when_high(named[0], self.player_type) if named else True


def sheets(backtest: pd.DataFrame) -> Iterator[Sheet]:
    """All statistics of all kinds in the backtest, one player type after the other."""
    for player_type in PLAYER_TYPES:
        rows = backtest[backtest["player_type"] == player_type]
        for stat in scored_statistics(player_type):
            yield _sheet(rows, player_type, RATE, stat)
        for stat in (OPPORTUNITIES, OUTS) if player_type == "pitcher" else (OPPORTUNITIES,):
            yield _sheet(rows, player_type, PLAYING_TIME, stat)
        regular = widen_regular_time(rows, player_type)
        yield _bare_sheet(player_type, REGULAR_PLAYING_TIME, OPPORTUNITIES, regular)
        for kind, time in _TIMES.items():
            for count in counts_of(player_type):
                yield _bare_sheet(player_type, kind, count, widen_counts(rows, player_type, count, time))


def _bare_sheet(player_type: str, kind: str, stat: str, wide: pd.DataFrame) -> Sheet:
    """A sheet of figures without intervals or luck."""
    nothing = np.full((len(wide), len(SYSTEMS)), np.nan)
    return Sheet(player_type, kind, stat, wide, dict.fromkeys(BESIDE, nothing), np.full(len(wide), np.nan))


def _sheet(rows: pd.DataFrame, player_type: str, kind: str, stat: str) -> Sheet:
    stat_rows = rows[rows["statistic"] == stat]
    systems = list(SYSTEMS)
    wides = {value: widen(stat_rows, player_type, stat, value) for value in ("projected", "luck_variance", *BESIDE)}
    beside = {value: wides[value][systems].to_numpy(np.float64) for value in BESIDE}
    luck = wides["luck_variance"][systems].max(axis=1).to_numpy(np.float64)  # the same in every system's row
    return Sheet(player_type, kind, stat, wides["projected"], beside, luck)
