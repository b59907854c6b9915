"""Scores of the systems of a comparison by universe, seasons, kind and statistic, from the rows of the backtest.

Rates are weighted by actual opportunities. Playing time and counts are not: they are themselves opportunities, and
weighting would count a regular twice. Not here: the metrics themselves, and the store (backtest, standings).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fbm_pipeline.baseball.statistics import PLAYER_TYPES, statistics
from fbm_pipeline.evaluation.backtest import OPPORTUNITIES
from fbm_pipeline.evaluation.comparisons import Comparison
from fbm_pipeline.evaluation.counts import RATES, widen_counts
from fbm_pipeline.evaluation.metrics import (
    Floats,
    Moments,
    attainable_share,
    coverage,
    rank_correlation,
    season_moments,
    top_overlap,
    total,
)
from fbm_pipeline.evaluation.universes import (
    DEBUTS,
    OWN_SYSTEMS,
    PROJECTED,
    SYSTEMS,
    TIERS,
    TOP_300,
    UNIVERSES,
    complete_seasons,
    eligible,
    present_systems,
    shared,
    widen,
)
from fbm_pipeline.marcel.aging import is_good_when_high
from fbm_pipeline.store.contracts import RATE_COLUMNS

MIN_PLAYERS = 20  # a correlation over fewer player-seasons says nothing

RATE, PLAYING_TIME, COUNT, COUNT_TRUE_TIME = "rate", "playing_time", "count", "count_true_playing_time"
KINDS = (RATE, PLAYING_TIME, COUNT, COUNT_TRUE_TIME)
_BESIDE = ("p10", "p90", "crps")

ScoreRow = dict[str, str | int | float | None]


def seasons_label(seasons: Sequence[int]) -> str:
    """`2019` for one season, `2019-2023` from the first to the last of several."""
    return str(seasons[0]) if len(seasons) == 1 else f"{min(seasons)}-{max(seasons)}"


def scored_statistics(player_type: str) -> list[str]:
    """The published statistics of a player type, in their usual order."""
    return [item.name for item in statistics(player_type) if item.name in RATE_COLUMNS]


@dataclass(frozen=True)
class Sheet:
    """One statistic of one kind: a row per player-season, as from `universes.widen`, with what stands beside it.

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
    def players(self) -> dict[str, pd.DataFrame]:
        """The player-seasons of each universe."""
        asked = [name for name in UNIVERSES if name != PROJECTED or self.kind == PLAYING_TIME]
        return {name: eligible(self.wide, name) for name in asked}

    @property
    def good_when_high(self) -> bool:
        """Whether more of it is better for the player: the first of a ranking."""
        name = RATES.get(self.stat, self.stat)
        known = [item for item in statistics(self.player_type) if item.name == name]
        return is_good_when_high(known[0], self.player_type) if known else True


@dataclass(frozen=True)
class SeasonScore:
    """What one season adds to a cell, for systems side by side: sums, and figures that are averaged over seasons."""

    moments: Moments
    noise: float  # sum of weight x luck variance; NaN where luck is not known for most
    rank_r: Floats
    top20: Floats
    coverage: Floats
    width: Floats
    crps: Floats


def comparison_scores(backtest: pd.DataFrame, comparison: Comparison, seasons: Sequence[int]) -> list[ScoreRow]:
    """Rows of evaluation.scores without `data`: each season by itself, and pooled where there are several.

    Every universe takes the players whom all systems of the comparison project; a season in which one of them is
    absent is left out, and the label of the pooled row tells the first and last that are in. Among debuts, whom no
    Marcel knows, the comparison is between the systems that project them. Cells with fewer than 20 player-seasons
    have no row. `backtest` is from `load_backtest`.
    """
    return [row for sheet in sheets(backtest) for row in sheet_scores(sheet, comparison, seasons)]


def absent_seasons(backtest: pd.DataFrame, comparison: Comparison, seasons: Sequence[int]) -> dict[int, list[str]]:
    """The seasons that a comparison cannot use, each with the systems that project nobody in it."""
    held = backtest[["season", "system"]].drop_duplicates()
    found = {year: set(held.loc[held["season"] == year, "system"]) for year in seasons}
    missing = {year: [name for name in comparison.systems if name not in found[year]] for year in seasons}
    return {year: systems for year, systems in missing.items() if systems}


def sheets(backtest: pd.DataFrame) -> Iterator[Sheet]:
    """All statistics of all kinds that the backtest can tell, one player type after the other."""
    for player_type in PLAYER_TYPES:
        rows = backtest[backtest["player_type"] == player_type]
        for stat in scored_statistics(player_type):
            yield _sheet(rows, player_type, RATE, stat)
        yield _sheet(rows, player_type, PLAYING_TIME, OPPORTUNITIES)
        for kind in (COUNT, COUNT_TRUE_TIME):
            for count in RATES:
                wide = widen_counts(rows, player_type, count, true_playing_time=kind == COUNT_TRUE_TIME)
                nothing = np.full((len(wide), len(SYSTEMS)), np.nan)
                yield Sheet(player_type, kind, count, wide, dict.fromkeys(_BESIDE, nothing), np.full(len(wide), np.nan))


def _sheet(rows: pd.DataFrame, player_type: str, kind: str, stat: str) -> Sheet:
    own = rows[rows["statistic"] == stat]
    systems = list(SYSTEMS)
    wides = {value: widen(own, player_type, stat, value) for value in ("projected", "luck_variance", *_BESIDE)}
    beside = {value: wides[value][systems].to_numpy(np.float64) for value in _BESIDE}
    luck = wides["luck_variance"][systems].max(axis=1).to_numpy(np.float64)  # every system's row tells the same
    return Sheet(player_type, kind, stat, wides["projected"], beside, luck)


def universes_of(comparison: Comparison, kind: str) -> tuple[str, ...]:
    """The universes in which a kind of figure is scored.

    Playing time among those who reached 200 is selected on the outcome, so our own systems are asked over everybody
    whom Marcel projects as well.
    """
    if kind == RATE:
        return (comparison.universe, *TIERS, DEBUTS, TOP_300)
    own = kind == PLAYING_TIME and set(comparison.systems) <= set(OWN_SYSTEMS)
    return (comparison.universe, TOP_300, *((PROJECTED,) if own else ()))


def sheet_scores(sheet: Sheet, comparison: Comparison, seasons: Sequence[int]) -> list[ScoreRow]:
    """The rows of one statistic in all universes of its kind."""
    rows: list[ScoreRow] = []
    for universe in universes_of(comparison, sheet.kind):
        players = sheet.players[universe]
        players = players[players["season"].isin(list(seasons))]
        systems = list(comparison.systems)
        if universe == DEBUTS:
            present = present_systems(players, systems)
            systems = [name for name in systems if any(name in found for found in present.values())]
        chosen = shared(players[players["season"].isin(complete_seasons(players, systems))], systems)
        if not systems or len(chosen) < MIN_PLAYERS:
            continue
        key: ScoreRow = {
            "comparison": comparison.name, "universe": universe, "player_type": sheet.player_type, "kind": sheet.kind,
            "stat": sheet.stat,
        }  # fmt: skip
        rows += [key | row for row in _group_rows(sheet, chosen, systems)]
    return rows


def _group_rows(sheet: Sheet, players: pd.DataFrame, systems: list[str]) -> Iterator[ScoreRow]:
    """Each season with enough players by itself, then all together."""
    place = players.index.to_numpy()
    season = players["season"].to_numpy()
    by_season = {int(year): _season_score(sheet, place[season == year], systems) for year in np.unique(season)}
    groups = [[year] for year in by_season] + ([list(by_season)] if len(by_season) > 1 else [])
    for group in groups:
        parts = [by_season[year] for year in group]
        if sum(part.moments.n for part in parts) >= MIN_PLAYERS:
            for system, cell in zip(systems, _cells(parts), strict=True):
                key: ScoreRow = {"seasons": seasons_label(group), "system": system}
                yield key | cell


def _season_score(sheet: Sheet, place: NDArray[np.int64], systems: list[str]) -> SeasonScore:
    """`place` are rows of the sheet that belong to one season."""
    here = np.ix_(place, np.array([SYSTEMS.index(name) for name in systems]))
    projected = sheet.projected[here]
    actual = sheet.wide["actual"].to_numpy(np.float64)[place]
    opportunities = sheet.wide["opportunities"].to_numpy(np.float64)[place]
    weights = opportunities if sheet.kind == RATE else np.ones_like(opportunities)
    luck = sheet.luck[place]
    known = np.isfinite(luck)
    noise = float(weights[known] @ luck[known] / weights[known].sum() * weights.sum()) if known.mean() > 0.5 else np.nan
    low, high, crps = (sheet.beside[value][here] for value in _BESIDE)
    return SeasonScore(
        moments=season_moments(projected, actual, weights),
        noise=noise,
        rank_r=rank_correlation(projected, actual),
        top20=top_overlap(projected, actual, sheet.good_when_high),
        coverage=np.where(np.isfinite(low).all(axis=0), coverage(actual, low, high), np.nan),
        width=(high - low).mean(axis=0),
        crps=crps.mean(axis=0),
    )


def _cells(parts: Sequence[SeasonScore]) -> list[ScoreRow]:
    """The figures of each system over the seasons together.

    Sums are added; rank correlation, coverage, width and CRPS are averaged by the number of players and the top 20 by
    season, each over the seasons that have them.
    """
    moments = total([part.moments for part in parts])
    sizes = np.array([part.moments.n for part in parts], dtype=np.float64)
    attainable = _attainable(parts)
    rows: list[ScoreRow] = []
    for place, found in enumerate(moments.scores()):
        row: ScoreRow = {
            "n": found.n, "r": _known(found.r), "rmse": found.rmse, "rmse_raw": found.rmse_raw,
            "slope": _known(found.slope), "sd_ratio": _known(found.sd_ratio), "attainable": _known(attainable[place]),
            "top20": _known(_average([part.top20[place] for part in parts], np.ones_like(sizes))),
        }  # fmt: skip
        for name in ("rank_r", "coverage", "width", "crps"):
            row[name] = _known(_average([getattr(part, name)[place] for part in parts], sizes))
        rows.append(row)
    return rows


def _attainable(parts: Sequence[SeasonScore]) -> Floats:
    known = [part for part in parts if math.isfinite(part.noise)]
    if not known:
        return np.full_like(parts[0].rank_r, np.nan)
    moments = total([part.moments for part in known])
    noise = sum(part.noise for part in known) / moments.weight
    return attainable_share(moments.error / moments.weight, moments.actual / moments.weight, noise)


def _average(values: Sequence[float], weights: Floats) -> float:
    found = np.array(values, dtype=np.float64)
    known = np.isfinite(found)
    return float(np.average(found[known], weights=weights[known])) if known.any() else float("nan")


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
