"""Who is scored: players with enough playing time, by what was known of them before, and which systems they share.

A rate over few opportunities is noise, so every universe asks for 200 PA or BF. Not here: the scores (scoring).
"""

from collections.abc import Sequence

import pandas as pd

from fbm_pipeline.evaluation.public import PUBLIC_SYSTEMS

OWN_SYSTEMS = ("marcel_classic", "marcel", "contextual", "ensemble")
SYSTEMS = OWN_SYSTEMS + PUBLIC_SYSTEMS

FULL, COMMON, DEBUTS = "full", "common", "debuts"
TIERS = {"under_500": (0, 500), "500_1200": (500, 1200), "over_1200": (1200, 10**9)}  # PA or BF of three years
UNIVERSES = (FULL, COMMON, DEBUTS, *TIERS)

MIN_OPPORTUNITIES = 200

# A system counts as present in a season when it projects at least this share of the universe's players. Without
# it, one system that lists a handful of players would shrink everybody's common universe to that handful.
PRESENT_SHARE = 0.5

_PLAYER_SEASON = ["season", "mlbam_id", "actual", "opportunities", "prior_opportunities", "debut"]


def widen(backtest: pd.DataFrame, player_type: str, statistic: str) -> pd.DataFrame:
    """One row per player-season with a column per system (NaN where a system does not project the player).

    `backtest` holds the columns of evaluation.backtest and `debut` (no major-league season before this one).
    """
    rows = backtest[(backtest["player_type"] == player_type) & (backtest["statistic"] == statistic)]
    wide = rows.pivot(index=_PLAYER_SEASON, columns="system", values="projected").reset_index()
    wide.columns.name = None
    for system in SYSTEMS:
        if system not in wide.columns:
            wide[system] = float("nan")
    return wide.sort_values(["season", "mlbam_id"], ignore_index=True)


def eligible(wide: pd.DataFrame, universe: str) -> pd.DataFrame:
    """The player-seasons of a universe, before any system is compared.

    `full` (and so `common` and the tiers, its parts): 200 actual opportunities, a major-league season in the three
    before and a Marcel rate. `debuts`: 200 actual opportunities and no major-league season before.
    Raises ValueError for an unknown universe.
    """
    if universe not in UNIVERSES:
        raise ValueError(f"universe {universe!r} is unknown; choose one of {', '.join(UNIVERSES)}")
    played = wide[wide["opportunities"] >= MIN_OPPORTUNITIES]
    if universe == DEBUTS:
        return played[played["debut"]]
    known = played[(played["prior_opportunities"] > 0) & played["marcel"].notna()]
    if universe in TIERS:
        low, high = TIERS[universe]
        return known[known["prior_opportunities"].between(low, high, inclusive="left")]
    return known


def present_systems(players: pd.DataFrame, candidates: Sequence[str] = SYSTEMS) -> dict[int, list[str]]:
    """By season, the candidates that project at least half of its `players` (rows as from `eligible`)."""
    found = {}
    for season in sorted(players["season"].unique().tolist()):
        rows = players[players["season"] == season]
        found[int(season)] = [system for system in candidates if rows[system].notna().mean() >= PRESENT_SHARE]
    return found


def comparable_seasons(present: dict[int, list[str]]) -> list[int]:
    """The seasons to pool: those with a public system where any season has one, else all."""
    with_public = [season for season, systems in present.items() if set(systems) & set(PUBLIC_SYSTEMS)]
    return with_public or list(present)


def shared(players: pd.DataFrame, systems: Sequence[str]) -> pd.DataFrame:
    """The players whom every one of `systems` projects."""
    return players[players[list(systems)].notna().all(axis=1)]
