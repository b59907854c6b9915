"""What debutants do: the mean of first seasons by age and role, for players without any line.

A role is a pitcher's; `any` serves who has not shown one. Not here: players with a line in the minors.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from fbm_pipeline.baseball.calendar import SHORT_SEASON
from fbm_pipeline.baseball.statistics import Statistic, statistics
from fbm_pipeline.marcel.playing_time import STARTER_SHARE
from fbm_pipeline.marcel.season_lines import SeasonLines, league_rates
from fbm_pipeline.mle.minor_lines import COMPONENTS, DECIDED_BY
from fbm_pipeline.mle.translation import MIDDLE_AGE, beta_binomial

ROLES = {"batter": ("any",), "pitcher": ("any", "starter", "reliever")}
AGES = tuple(range(18, 46))
# A role's own mean is regressed to that of all debutants with this many opportunities.
ROLE_REGRESSION = 5_000.0
SEASONS_TAUGHT = 12
# Heads that no components add up to: hits give their mean and not its certainty.
LESS_SURE = ("er_rate",)
# Runs come in bunches: in seasons shorter than this that alone, and no talent, would spread them. Of pitchers' first
# seasons of 200 batters faced, 2010-2017, it makes 80 % intervals of earned runs hold 80 %; all seasons held 87.
SPREAD_TOLD_FROM = 100


@dataclass(frozen=True)
class DebutMean:
    """One component of one role: the league's rate times level + slope x (age - 25) / 5."""

    component: str
    role: str
    level: float
    slope: float
    concentration: float  # alpha + beta of the beta distribution of a debutant's true rate
    n: int

    def rate(self, age: np.ndarray, league: float) -> np.ndarray:
        """(n,) rates at ages, in a league of that rate."""
        return league * np.maximum(self.level + self.slope * (age - MIDDLE_AGE) / 5.0, 0.1)


def fit_debut_means(lines: SeasonLines, season: int) -> list[DebutMean]:
    """By component and role, from first seasons before `season`; the short one is left out.

    A first season is one without any earlier line on either side of the ball in `lines`: hand in all that there are,
    and read nothing into their own first seasons. Raises ValueError for no first season at all.
    """
    first = first_seasons(lines, season)
    if not first.any():
        raise ValueError(
            f"no {lines.player_type} made his debut in the seasons taught before {season}; expected "
            "core.season_lines of at least two seasons before it."
        )
    means = []
    by_name = {item.name: item for item in statistics(lines.player_type)}
    for component in COMPONENTS[lines.player_type]:
        events, trips, league = _samples(lines, first, by_name[f"{component}_rate"])
        relative_age = (_ages(lines, first) - MIDDLE_AGE) / 5.0
        slope = _slope(events / league, trips, relative_age)
        overall = _level(events / league, trips, slope * relative_age)
        for role in ROLES[lines.player_type]:
            of_role = _of_role(lines, first, role)
            role_trips = trips[of_role].sum()
            level = _level(events[of_role] / league[of_role], trips[of_role], slope * relative_age[of_role])
            level = (role_trips * level + ROLE_REGRESSION * overall) / (role_trips + ROLE_REGRESSION)
            mean = league[of_role] * np.maximum(level + slope * relative_age[of_role], 0.1)
            concentration = fit_concentration(events[of_role], trips[of_role], mean)
            means.append(DebutMean(component, role, level, slope, concentration, int(of_role.sum())))
    return means


def relative_concentrations(lines: SeasonLines, season: int) -> dict[str, float]:
    """How many times the concentration of hits those of LESS_SURE have that the player type knows, by head.

    Both from first seasons before `season` of SPREAD_TOLD_FROM opportunities and more; 1 where nobody had so many.
    Batters' singles and times on base are sums of components, and hits' own concentration serves them: by such a ratio
    intervals of newcomers' singles held 86 %, 2010-2017.
    """
    first = first_seasons(lines, season) & (lines.counts["opportunities"] >= SPREAD_TOLD_FROM)
    by_name = {item.name: item for item in statistics(lines.player_type)}
    asked = [name for name in LESS_SURE if name in by_name]
    hits = _concentration(lines, first, by_name[f"{DECIDED_BY}_rate"])
    return {name: _concentration(lines, first, by_name[name]) / hits for name in asked}


def first_seasons(lines: SeasonLines, season: int) -> np.ndarray:
    """(m,) which lines are first seasons that teach a projection of `season`."""
    earliest = lines.season.min() if len(lines.season) else season
    order = np.lexsort((lines.season, lines.mlbam_id))
    first = np.zeros(len(order), dtype=bool)
    player = lines.mlbam_id[order]
    first[order] = np.concatenate([[True], player[1:] != player[:-1]])[: len(order)]
    taught = (lines.season < season) & (lines.season >= season - SEASONS_TAUGHT) & (lines.season != SHORT_SEASON)
    return first & taught & (lines.season > earliest) & (lines.counts["opportunities"] > 0) & lines.of_the_league()


def fit_concentration(events: np.ndarray, trials: np.ndarray, mean: np.ndarray) -> float:
    """The concentration under which the events are likeliest, between 5 and 50,000; 200 where nothing happened."""
    if not len(events) or trials.sum() == 0:
        return 200.0
    bounded = np.clip(mean, 1e-6, 0.9)

    def loss(logarithm: float) -> float:
        return -float(beta_binomial(events, trials, bounded, np.full(len(events), np.exp(logarithm))).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(5.0), np.log(50_000.0)), method="bounded").x))


def _concentration(lines: SeasonLines, first: np.ndarray, statistic: Statistic) -> float:
    """Of a head around the first seasons' mean for their leagues."""
    events, trips, league = _samples(lines, first, statistic)
    level = _level(events / league, trips, np.zeros(len(trips)))
    return fit_concentration(events, trips, level * league)


def _samples(lines: SeasonLines, first: np.ndarray, statistic: Statistic) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Events, opportunities and the league's rate of each first season; no opportunities where the league had none."""
    numerator, denominator = lines.totals(statistic)
    rates = league_rates(lines, statistic)
    league = np.array([rates.get(int(year), np.nan) for year in lines.season[first]])
    there = league > 0
    return (
        np.where(there, numerator[first], 0.0),
        np.where(there, denominator[first], 0.0),
        np.where(there, league, 1.0),
    )


def _ages(lines: SeasonLines, first: np.ndarray) -> np.ndarray:
    middle = np.array([np.datetime64(f"{year:04d}-06-30", "D") for year in lines.season[first]])
    days = (middle - lines.birth_date[first]).astype("timedelta64[D]")
    return np.where(np.isnat(days), MIDDLE_AGE, days.astype(np.float64) / 365.25)


def _of_role(lines: SeasonLines, first: np.ndarray, role: str) -> np.ndarray:
    if role == "any":
        return np.ones(int(first.sum()), dtype=bool)
    starts, games = np.nan_to_num(lines.counts["gs"][first]), np.maximum(lines.counts["g"][first], 1.0)
    starter = starts >= STARTER_SHARE * games
    return starter if role == "starter" else ~starter


def _slope(relative: np.ndarray, trips: np.ndarray, age: np.ndarray) -> float:
    """Of relative rates on age, weighted by opportunities; `relative` are events over the league's rate."""
    mean_age = trips @ age / max(trips.sum(), 1.0)
    spread = trips @ (age - mean_age) ** 2
    return float(((age - mean_age) @ relative) / spread) if spread > 0 else 0.0


def _level(relative: np.ndarray, trips: np.ndarray, by_age: np.ndarray) -> float:
    return float((relative.sum() - trips @ by_age) / trips.sum()) if trips.sum() > 0 else 1.0
