"""Scores of the systems of a comparison by universe, seasons, kind and statistic, from the rows of the backtest.

Rates are weighted by actual opportunities. Playing time and counts are not: they are themselves opportunities, and
weighting would count a regular twice. Not here: the metrics themselves, and the store (backtest, standings).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fbm_pipeline.backtest.metrics import (
    Floats,
    Moments,
    attainable_share,
    coverage,
    rank_correlation,
    season_moments,
    top_overlap,
    total,
)
from fbm_pipeline.backtest.universes import (
    DEBUTS,
    OWN_SYSTEMS,
    PRESENT_SHARE,
    PROJECTED,
    SYSTEMS,
    TIERS,
    TOP_300,
    present_systems,
)
from fbm_pipeline.evaluation.comparisons import Comparison
from fbm_pipeline.evaluation.sheets import (
    BESIDE,
    PLAYING_TIME,
    RATE,
    REGULAR_COUNT,
    REGULAR_PLAYING_TIME,
    Sheet,
    sheets,
)

MIN_PLAYERS = 20  # a correlation over fewer player-seasons says nothing

ScoreRow = dict[str, str | int | float | None]


def seasons_label(seasons: Sequence[int]) -> str:
    """`2019` for one season, `2019-2023` from the first to the last of several."""
    return str(seasons[0]) if len(seasons) == 1 else f"{min(seasons)}-{max(seasons)}"


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
    absent is left out, and the label of the pooled row holds the first and last that are in. Among debuts, whom no
    Marcel knows, the comparison is between the systems that project them. Cells with fewer than 20 player-seasons
    have no row. `backtest` is from `load_backtest`.
    """
    return [row for sheet in sheets(backtest) for row in sheet_scores(sheet, comparison, seasons)]


def absent_seasons(backtest: pd.DataFrame, comparison: Comparison, seasons: Sequence[int]) -> dict[int, list[str]]:
    """The seasons that a comparison cannot use, each with the systems that project nobody in it."""
    present = backtest[["season", "system"]].drop_duplicates()
    season_systems = {year: set(present.loc[present["season"] == year, "system"]) for year in seasons}
    missing = {year: [name for name in comparison.systems if name not in season_systems[year]] for year in seasons}
    return {year: systems for year, systems in missing.items() if systems}


def universes_of(comparison: Comparison, kind: str) -> tuple[str, ...]:
    """The universes in which a kind of figure is scored.

    Playing time among those who reached 200 is selected on the outcome, so our own systems are asked over everybody
    whom Marcel projects as well. What is expected of a regular is asked of those alone who became one.
    """
    if kind in (REGULAR_PLAYING_TIME, REGULAR_COUNT):
        return (comparison.universe,)
    if kind == RATE:
        return (comparison.universe, *TIERS, DEBUTS, TOP_300)
    is_ours = kind == PLAYING_TIME and set(comparison.systems) <= set(OWN_SYSTEMS)
    return (comparison.universe, TOP_300, *((PROJECTED,) if is_ours else ()))


def compared_systems(comparison: Comparison, universe: str, players: pd.DataFrame) -> list[str]:
    """Those of the comparison's systems that are asked: of debuts, which no Marcel knows, those that project some."""
    systems = list(comparison.systems)
    if universe != DEBUTS:
        return systems
    present = present_systems(players, systems)
    return [name for name in systems if any(name in season_systems for season_systems in present.values())]


def sheet_scores(
    sheet: Sheet, comparison: Comparison, seasons: Sequence[int], universes: Sequence[str] | None = None
) -> list[ScoreRow]:
    """The rows of one statistic in these universes, or in all of its kind."""
    rows: list[ScoreRow] = []
    for universe in universes_of(comparison, sheet.kind) if universes is None else universes:
        place, systems = _scored_rows(sheet, comparison, universe, seasons)
        if not systems or len(place) < MIN_PLAYERS:
            continue
        key: ScoreRow = {
            "comparison": comparison.name,
            "universe": universe,
            "player_type": sheet.player_type,
            "kind": sheet.kind,
            "stat": sheet.stat,
        }
        rows += [key | row for row in _group_rows(sheet, place, systems)]
    return rows


def _scored_rows(
    sheet: Sheet, comparison: Comparison, universe: str, seasons: Sequence[int]
) -> tuple[NDArray[np.int64], list[str]]:
    """The rows of the sheet that a comparison scores in a universe, and the systems that are asked.

    As `shared` among the `complete_seasons` of the players: arrays and not frames, because all comparisons ask it
    of every sheet, some two thousand times, and frames made it two thirds of the time that all scores take.
    """
    place = sheet.places[universe]
    place = place[np.isin(sheet.season[place], list(seasons))]
    systems = list(comparison.systems)
    if universe == DEBUTS:
        is_projected = _is_projected(sheet, place, systems)
        is_present_in_any = np.atleast_1d(_present(is_projected, sheet.season[place]).any(axis=0))
        systems = [name for name, is_asked in zip(systems, is_present_in_any, strict=True) if is_asked]
    is_projected = _is_projected(sheet, place, systems)
    present = _present(is_projected, sheet.season[place]).all(axis=1)
    complete = np.unique(sheet.season[place])[present]
    return place[np.isin(sheet.season[place], complete) & is_projected.all(axis=1)], systems


def _is_projected(sheet: Sheet, place: NDArray[np.int64], systems: list[str]) -> NDArray[np.bool_]:
    """(players, systems) whether each of the systems projects each of the players."""
    columns = np.array([SYSTEMS.index(name) for name in systems], dtype=np.int64)
    return sheet.known[np.ix_(place, columns)]


def _present(is_projected: NDArray[np.bool_], season: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(seasons, systems) whether a system projects at least half of a season's players; see `present_systems`."""
    _, at = np.unique(season, return_inverse=True)
    sizes = np.bincount(at)
    counts = np.zeros((len(sizes), is_projected.shape[1]))
    np.add.at(counts, at, is_projected.astype(np.float64))
    present: NDArray[np.bool_] = counts >= PRESENT_SHARE * sizes[:, None]
    return present


def _group_rows(sheet: Sheet, place: NDArray[np.int64], systems: list[str]) -> Iterator[ScoreRow]:
    """Each season with enough players by itself, then all together."""
    season = sheet.season[place]
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
    cells = np.ix_(place, np.array([SYSTEMS.index(name) for name in systems]))
    projected = sheet.projected[cells]
    actual, opportunities = sheet.actual[place], sheet.opportunities[place]
    weights = opportunities if sheet.kind == RATE else np.ones_like(opportunities)
    luck = sheet.luck[place]
    has_luck = np.isfinite(luck)
    noise = (
        float(weights[has_luck] @ luck[has_luck] / weights[has_luck].sum() * weights.sum())
        if has_luck.mean() > 0.5
        else np.nan
    )
    low, high, crps = (sheet.beside[value][cells] for value in BESIDE)
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
    for place, cell in enumerate(moments.scores()):
        row: ScoreRow = {
            "n": cell.n,
            "r": _finite_or_none(cell.r),
            "rmse": cell.rmse,
            "rmse_raw": cell.rmse_raw,
            "slope": _finite_or_none(cell.slope),
            "sd_ratio": _finite_or_none(cell.sd_ratio),
            "attainable": _finite_or_none(attainable[place]),
            "top20": _finite_or_none(_average([part.top20[place] for part in parts], np.ones_like(sizes))),
        }
        for name in ("rank_r", "coverage", "width", "crps"):
            row[name] = _finite_or_none(_average([getattr(part, name)[place] for part in parts], sizes))
        rows.append(row)
    return rows


def _attainable(parts: Sequence[SeasonScore]) -> Floats:
    with_noise = [part for part in parts if math.isfinite(part.noise)]
    if not with_noise:
        return np.full_like(parts[0].rank_r, np.nan)
    moments = total([part.moments for part in with_noise])
    noise = sum(part.noise for part in with_noise) / moments.weight
    return attainable_share(moments.error / moments.weight, moments.actual / moments.weight, noise)


def _average(values: Sequence[float], weights: Floats) -> float:
    numbers = np.array(values, dtype=np.float64)
    is_finite = np.isfinite(numbers)
    return float(np.average(numbers[is_finite], weights=weights[is_finite])) if is_finite.any() else float("nan")


def _finite_or_none(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
