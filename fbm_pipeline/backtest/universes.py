"""Who is scored: players with enough playing time, by what was known of them before, and which systems they share.

A rate over few opportunities is noise, so the universes of rates ask for 200 PA or BF. That selects on what happened:
`top_300` and `projected` choose by what was known before the season alone. Not here: the scores (scoring).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fbm_pipeline.backtest.public import PUBLIC_SYSTEMS

MARCELS = ("marcel_classic", "marcel")
CONTROLS = (
    "ridge",
    "control_ridge",
    "control_trees",
    "control",
    "control_parks",
    "control_physics",
    "ridge_minors",
    "control_minors",
    "control_full",
)
MINORS = ("debut_mean", "component_factors", "mle")
NETWORKS = ("contextual", "ensemble")
OWN_SYSTEMS = MARCELS + CONTROLS + MINORS + NETWORKS
NEWCOMERS = ("control_minors", "control_full", *MINORS)  # the systems that project players whom Marcel does not know
SYSTEMS = OWN_SYSTEMS + PUBLIC_SYSTEMS

FULL, COMMON, DEBUTS, TOP_300, PROJECTED = "full", "common", "debuts", "top_300", "projected"
TIERS = {"under_500": (0, 500), "500_1200": (500, 1200), "over_1200": (1200, 10**9)}  # PA or BF of three years
UNIVERSES = (FULL, COMMON, DEBUTS, *TIERS, TOP_300, PROJECTED)

MIN_OPPORTUNITIES = 200
TOP = 300  # players of a season and player type with most playing time by Marcel

# A system counts as present in a season when it projects at least this share of the universe's players. Without
# it, one system that lists a handful of players would shrink everybody's common universe to that handful.
PRESENT_SHARE = 0.5

_PLAYER_SEASON = ["season", "mlbam_id", "actual", "opportunities", "prior_opportunities"]
_MARKS = ["debut", "top_300"]


def tier_of(prior_opportunities: pd.Series) -> pd.Series:
    """The tier of history that each number of prior opportunities lies in; nothing before is `under_500`."""
    edges = [low for low, _ in TIERS.values()]
    return pd.Series(np.array(list(TIERS))[np.searchsorted(edges, prior_opportunities, side="right") - 1]).set_axis(
        prior_opportunities.index
    )


def widen(backtest: pd.DataFrame, player_type: str, statistic: str, value: str = "projected") -> pd.DataFrame:
    """One row per player-season with a column per system (NaN where a system does not project the player).

    `backtest` holds the columns of evaluation.backtest and those of `debut` (no major-league season before this one)
    and `top_300` (among the 300 with most playing time by Marcel) that are wanted. The systems' columns hold `value`;
    rows come in the same order whatever it is.
    """
    rows = backtest[(backtest["player_type"] == player_type) & (backtest["statistic"] == statistic)]
    marks = [name for name in _MARKS if name in rows.columns]
    key = rows["season"].to_numpy(np.int64) * 10**9 + rows["mlbam_id"].to_numpy(np.int64)
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    wide = rows.iloc[first][[*_PLAYER_SEASON, *marks]].reset_index(drop=True)
    values = np.full((len(first), len(SYSTEMS)), np.nan)
    column = pd.Categorical(rows["system"], categories=list(SYSTEMS)).codes
    known = column >= 0
    values[place[known], column[known]] = rows[value].to_numpy(np.float64)[known]
    return pd.concat([wide, pd.DataFrame(values, columns=list(SYSTEMS))], axis=1)


def eligible(wide: pd.DataFrame, universe: str) -> pd.DataFrame:
    """The player-seasons of a universe, before any system is compared.

    - `full` (and so `common` and the tiers, its parts): 200 actual opportunities, a major-league season in the three
      before and a Marcel rate.
    - `debuts`: 200 actual opportunities and no major-league season before.
    - `top_300`: the 300 with most playing time by Marcel, of a season and player type, who played at all.
    - `projected`: everybody whom Marcel projects, played or not.

    Raises ValueError for an unknown universe.
    """
    if universe not in UNIVERSES:
        raise ValueError(f"universe {universe!r} is unknown; choose one of {', '.join(UNIVERSES)}")
    if universe == PROJECTED:
        return wide[wide["marcel"].notna()]
    if universe == TOP_300:
        return wide[wide["top_300"] & (wide["opportunities"] >= 1)]
    played = wide[wide["opportunities"] >= MIN_OPPORTUNITIES]
    if universe == DEBUTS:
        return played[played["debut"]]
    experienced = played[(played["prior_opportunities"] > 0) & played["marcel"].notna()]
    if universe in TIERS:
        low, high = TIERS[universe]
        return experienced[experienced["prior_opportunities"].between(low, high, inclusive="left")]
    return experienced


def present_systems(players: pd.DataFrame, candidates: Sequence[str] = SYSTEMS) -> dict[int, list[str]]:
    """By season, the candidates that project at least half of its `players` (rows as from `eligible`)."""
    seasons, place = np.unique(players["season"].to_numpy(), return_inverse=True)
    known = players[list(candidates)].notna().to_numpy(np.float64)
    counts = np.zeros((len(seasons), len(candidates)))
    np.add.at(counts, place, known)
    present = counts >= PRESENT_SHARE * np.bincount(place, minlength=len(seasons))[:, None]
    return {
        int(season): [name for name, is_in in zip(candidates, row, strict=True) if is_in]
        for season, row in zip(seasons, present, strict=True)
    }


def complete_seasons(players: pd.DataFrame, systems: Sequence[str]) -> list[int]:
    """The seasons in which every one of `systems` is present; see `present_systems`."""
    return [season for season, present in present_systems(players, systems).items() if len(present) == len(systems)]


def shared(players: pd.DataFrame, systems: Sequence[str]) -> pd.DataFrame:
    """The players whom every one of `systems` projects."""
    return players[players[list(systems)].notna().all(axis=1)]
