"""Who is projected before a season, and what the minors and Marcel know of each of them.

All rates here are multiples of a league's: of the level's for a minor-league line, of the majors' for Marcel and for
the outcome, so that seasons of many and of few home runs teach the same. Not here: what a level is worth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.marcel.playing_time import STARTER_SHARE
from fbm_pipeline.marcel.regression import YEAR_WEIGHTS
from fbm_pipeline.marcel.season_lines import (
    SEASONS_BACK,
    TWO_WAY_PLATE_APPEARANCES,
    SeasonLines,
    league_rates,
    read_season_lines,
)
from fbm_pipeline.mle.minor_lines import COMPONENTS, LEVELS, expected_events, read_minor_lines
from fbm_pipeline.mle.teaching import first_minor_season
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

MARCEL_STATEMENT = "mle/marcel_rates"
UNKNOWN_AGE = 27.0  # where age moves no prior


@dataclass(frozen=True)
class Evidence:
    """n players before their target seasons, by season and player; C components in the order of COMPONENTS, L levels.

    Opportunities count as Marcel's do: one of last season as one, earlier ones less.
    """

    player_type: str
    season: np.ndarray  # (n,) the target season
    mlbam_id: np.ndarray  # (n,)
    age: np.ndarray  # (n,) on 30 June of the target season
    role: np.ndarray  # (n,) `starter` or `reliever` of a pitcher whose starts in the minors are known, else `any`
    is_newcomer: np.ndarray  # (n,) no major-league line on either side of the ball in the three seasons before
    major_pa: np.ndarray  # (n,) opportunities in the majors, three seasons together
    minors: np.ndarray  # (n, C, L) opportunities times the rate as a multiple of the level's
    minor_pa: np.ndarray  # (n, C, L) these opportunities
    minor_age: np.ndarray  # (n, L) mean age at the level, NaN for nobody there
    marcel: np.ndarray  # (n, C) rate over the league's; 0 for a newcomer
    marcel_weight: np.ndarray  # (n, C) opportunities that it rests on; 0 for a newcomer
    league: np.ndarray  # (n, C) the majors' rate in the latest season before the target
    actual: np.ndarray  # (n, C) events of the target season, 0 for who did not play
    actual_league: np.ndarray  # (n, C) the majors' rate in the target season, NaN where it is not known
    actual_pa: np.ndarray  # (n,) opportunities of the target season

    def chosen(self, kept: np.ndarray) -> "Evidence":
        """The players under a mask."""
        arrays = {field.name: getattr(self, field.name)[kept] for field in fields(self)[1:]}
        return Evidence(self.player_type, **arrays)

    @property
    def components(self) -> tuple[str, ...]:
        """The components, in the order of their axis."""
        return COMPONENTS[self.player_type]

    @property
    def has_minors(self) -> np.ndarray:
        """(n,) whether the player has a line of AAA or AA."""
        return self.minor_pa.sum(axis=(1, 2)) > 0


def statistic_of(component: str) -> str:
    """The statistic that is a component's rate."""
    return f"{component}_rate"


def read_evidence(store: Store, player_type: str, targets: Sequence[int], last_known: int) -> Evidence:
    """The players of these target seasons; no line after `last_known` is read, so its successor has no outcome.

    Players: whom Marcel projects, and whoever has a line in AAA or AA in the three seasons before and none in the
    majors on either side of the ball. Raises FileNotFoundError when a table was never written.
    """
    for name in ("core.minor_lines", "core.season_lines", "core.players", "features.marcel_rates"):
        store.delta(name)
    lines = read_season_lines(store, player_type, min(targets) - SEASONS_BACK, last_known)
    minor = read_minor_lines(store, player_type, first_minor_season(targets), last_known)
    bounds = {"player_type": player_type, "seasons": list(targets), "as_of": [preseason(year) for year in targets]}
    with session(store, tables=["features.marcel_rates"]) as connection:
        marcel = query(connection, MARCEL_STATEMENT, bounds).to_pandas()
    expected = {component: expected_events(minor, component) for component in COMPONENTS[player_type]}
    parts = [_season(player_type, target, lines, minor, expected, marcel) for target in targets]
    return _joined(parts)


def _season(
    player_type: str,
    target: int,
    lines: SeasonLines,
    minor: pd.DataFrame,
    expected: Mapping[str, np.ndarray],
    marcel: pd.DataFrame,
) -> Evidence:
    components = COMPONENTS[player_type]
    marcel = marcel[marcel["season"] == target]
    recent = ((minor["season"] < target) & (minor["season"] >= target - SEASONS_BACK)).to_numpy()
    known = np.unique(marcel["mlbam_id"].to_numpy(np.int64))
    ids = np.union1d(known, np.array(sorted(_newcomers(player_type, lines, minor[recent], target)), dtype=np.int64))
    levels = [_by_level(minor, recent, expected[name], name, target, player_type, ids) for name in components]
    priors = [
        marcel[marcel["statistic"] == statistic_of(name)].set_index("mlbam_id").reindex(ids) for name in components
    ]
    leagues = np.array([_league(lines, player_type, name, target) for name in components])  # (C, 2)
    actual, played = _outcomes(lines, components, target, ids)
    return Evidence(
        player_type,
        np.full(len(ids), target),
        ids,
        _ages(lines, minor, target, ids),
        _roles(player_type, minor[recent], ids),
        ~np.isin(ids, known),
        _major_pa(lines, target, ids),
        np.stack([behind for behind, _ in levels], axis=1),
        np.stack([pa for _, pa in levels], axis=1),
        _level_ages(minor, recent, ids),
        np.column_stack([(rows["rate"] / rows["league_rate"]).fillna(0.0) for rows in priors]),
        np.column_stack([rows["weight"].fillna(0.0) for rows in priors]),
        np.tile(leagues[:, 0], (len(ids), 1)),
        actual,
        np.tile(leagues[:, 1], (len(ids), 1)),
        played,
    )


def _newcomers(player_type: str, lines: SeasonLines, minor: pd.DataFrame, target: int) -> set[int]:
    """Players of the minors without a line in the majors in three seasons on either side of the ball.

    Left out are pitchers at bat, and who pitched though he is no pitcher.
    """
    within = (lines.season < target) & (lines.season >= target - SEASONS_BACK)
    major_leaguers = set(np.unique(lines.mlbam_id[within]).tolist())
    identified = minor[minor["mlbam_id"] > 0]
    # The lines of all levels hold it, and it counts once.
    other_pa = identified["other_pa"].where(~identified.duplicated(["season", "mlbam_id"]), 0.0)
    totals = identified.assign(other_pa=other_pa).groupby("mlbam_id")[["pa", "other_pa"]].sum()
    totals = totals[(totals["other_pa"] <= totals["pa"]) | (totals["pa"] >= TWO_WAY_PLATE_APPEARANCES)]
    return set(totals.index.tolist()) - major_leaguers


def _roles(player_type: str, minor: pd.DataFrame, ids: np.ndarray) -> np.ndarray:
    if player_type == "batter":
        return np.full(len(ids), "any", dtype=object)
    starts = minor[minor["starts"].notna() & (minor["games"] > 0)].groupby("mlbam_id")[["starts", "games"]].sum()
    share = (starts["starts"] / starts["games"]).reindex(ids).to_numpy(np.float64)
    role_names = np.where(share >= STARTER_SHARE, "starter", "reliever").astype(object)
    return np.where(np.isnan(share), "any", role_names)


def _major_pa(lines: SeasonLines, target: int, ids: np.ndarray) -> np.ndarray:
    here = (lines.season < target) & (lines.season >= target - SEASONS_BACK) & np.isin(lines.mlbam_id, ids)
    place = np.searchsorted(ids, lines.mlbam_id[here])
    return np.bincount(place, np.nan_to_num(lines.counts["opportunities"][here]), len(ids)).astype(np.float64)


def _by_level(
    minor: pd.DataFrame,
    recent: np.ndarray,
    expected: np.ndarray,
    component: str,
    target: int,
    player_type: str,
    ids: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """(n, L) opportunities times the multiple of the level's rate, and the opportunities, both weighted by season."""
    events, trips = minor[component].to_numpy(np.float64), minor[f"{component}_pa"].to_numpy(np.float64)
    kept = recent & ~np.isnan(events) & (expected > 0) & minor["mlbam_id"].isin(ids).to_numpy()
    place = np.searchsorted(ids, minor["mlbam_id"].to_numpy()[kept])
    level = np.array([LEVELS.index(name) for name in minor["level"].to_numpy()[kept]], dtype=np.int64)
    weights = YEAR_WEIGHTS[player_type] / YEAR_WEIGHTS[player_type][0]
    weight = weights[target - 1 - minor["season"].to_numpy()[kept]]
    behind, pa = np.zeros((len(ids), len(LEVELS))), np.zeros((len(ids), len(LEVELS)))
    np.add.at(pa, (place, level), weight * trips[kept])
    np.add.at(behind, (place, level), weight * trips[kept] * events[kept] / expected[kept])
    return behind, pa


def _level_ages(minor: pd.DataFrame, recent: np.ndarray, ids: np.ndarray) -> np.ndarray:
    recent_lines = minor[recent & minor["mlbam_id"].isin(ids).to_numpy() & minor["age"].notna().to_numpy()]
    ages = np.full((len(ids), len(LEVELS)), np.nan)
    sums = (
        recent_lines.assign(weighted=recent_lines["age"] * recent_lines["pa"])
        .groupby(["mlbam_id", "level"])[["weighted", "pa"]]
        .sum()
    )
    for at, level in enumerate(LEVELS):
        if level in sums.index.get_level_values("level"):
            level_sums = sums.xs(level, level="level")
            place = np.searchsorted(ids, level_sums.index.to_numpy(np.int64))
            ages[place, at] = (level_sums["weighted"] / level_sums["pa"]).to_numpy(np.float64)
    return ages


def _ages(lines: SeasonLines, minor: pd.DataFrame, target: int, ids: np.ndarray) -> np.ndarray:
    """By the birth date of either table; by the published age for who has none, then UNKNOWN_AGE."""
    born: dict[int, np.datetime64] = dict(zip(lines.mlbam_id.tolist(), lines.birth_date, strict=True))
    born |= dict(zip(minor["mlbam_id"].tolist(), minor["birth_date"].to_numpy("datetime64[D]"), strict=True))
    dates = np.array([born.get(int(player), np.datetime64("NaT")) for player in ids], dtype="datetime64[D]")
    days = (np.datetime64(f"{target:04d}-06-30", "D") - dates).astype("timedelta64[D]")
    by_date = np.where(np.isnat(days), np.nan, days.astype(np.float64) / 365.25)
    past_lines = minor[minor["season"] < target].assign(now=lambda rows: rows["age"] + target - rows["season"])
    published = past_lines.groupby("mlbam_id")["now"].max().reindex(ids).to_numpy(np.float64)
    return np.where(np.isnan(by_date), np.where(np.isnan(published), UNKNOWN_AGE, published), by_date)


def _league(lines: SeasonLines, player_type: str, component: str, target: int) -> tuple[float, float]:
    """The majors' rate of the latest season before the target and of the target (NaN where that is not known)."""
    statistic = next(item for item in statistics(player_type) if item.name == statistic_of(component))
    rates = league_rates(lines, statistic)
    before = [rates[season] for season in sorted(rates) if season < target]
    return before[-1] if before else np.nan, rates.get(target, np.nan)


def _outcomes(
    lines: SeasonLines, components: Sequence[str], target: int, ids: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(n, C) events and (n,) opportunities of the target season."""
    rows = np.flatnonzero((lines.season == target) & np.isin(lines.mlbam_id, ids))
    place = np.searchsorted(ids, lines.mlbam_id[rows])
    played, actual = np.zeros(len(ids)), np.zeros((len(ids), len(components)))
    played[place] = lines.counts["opportunities"][rows]
    for at, component in enumerate(components):
        actual[place, at] = np.nan_to_num(lines.counts[component][rows])
    return actual, played


def _joined(parts: Sequence[Evidence]) -> Evidence:
    names = [field.name for field in fields(Evidence)[1:]]
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Evidence(parts[0].player_type, **arrays)
