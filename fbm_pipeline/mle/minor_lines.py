"""Lines of AAA and AA as columns, and each beside what its level, season and club let expect.

Belongs here: year and league effects. Not here: who is projected (`evidence`), what a level is worth (`translation`).
"""

import numpy as np
import pandas as pd

from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENT = "mle/minor_lines"
READS = ("core.minor_lines", "core.players")
LEVELS = ("AAA", "AA")
COMPONENTS = {"batter": ("so", "bb", "hr", "h", "double", "triple"), "pitcher": ("so", "bb", "hr", "h")}

# Hits decide what no component gives: singles, reaching base, slugging, earned runs.
DECIDED_BY = "h"

# A club's affiliates share league and park for years; three seasons of them, regressed to their level with these
# plate appearances, are the league effect. Chosen on targets 2010-2017 among none, 5,000 and 20,000: strikeouts gain
# 0.4 per cent of RMSE, home runs lose 0.2, the others do not move.
CLUB_SEASONS = 3
CLUB_REGRESSION = 20_000.0


def component_of(statistic: str, player_type: str) -> str:
    """The component that a statistic is the rate of, or that decides how sure it is."""
    name = statistic.removesuffix("_rate")
    return name if name in COMPONENTS[player_type] else DECIDED_BY


def read_minor_lines(store: Store, player_type: str, first_season: int, last_season: int) -> pd.DataFrame:
    """Rows of `mle/minor_lines` of both ends' seasons and those between, counts as floats, NaN where not recorded.

    `mlbam_id` is 0 for a player who is not known: his line still counts in the mean of its level.
    """
    bounds = {"player_type": player_type, "first_season": first_season, "last_season": last_season}
    with session(store, tables=READS) as connection:
        lines = query(connection, STATEMENT, bounds).to_pandas()
    counts = [name for name in lines.columns if name not in ("season", "level", "mlbam_id", "birth_date", "club")]
    lines[counts] = lines[counts].astype("float64")
    return lines.astype({"season": "int64", "mlbam_id": "int64"})


def expected_events(lines: pd.DataFrame, component: str) -> np.ndarray:
    """(n,) events that the level's rate of the season and the club's surroundings let expect, NaN if not recorded."""
    is_recorded = lines[component].notna()
    trips = lines[f"{component}_pa"].where(is_recorded)
    events = lines[component].where(is_recorded)
    by_level = [lines["season"], lines["level"]]
    rate = events.groupby(by_level).transform("sum") / trips.groupby(by_level).transform("sum")
    return (trips * rate).to_numpy(np.float64) * _club_effect(lines, component, rate.fillna(0.0))


def _club_effect(lines: pd.DataFrame, component: str, rate: pd.Series) -> np.ndarray:
    """(n,) how much more of the component the club's players had than their level, three seasons, regressed to 1."""
    has_club = lines[component].notna() & lines["club"].notna()
    with_expected = lines[has_club].assign(expected=lines[f"{component}_pa"] * rate)
    by_season = with_expected.groupby(["level", "club", "season"])[[component, "expected"]].sum()
    effect = np.ones(len(lines))
    for (level, club), part in by_season.groupby(level=["level", "club"]):
        seasons = part.index.get_level_values("season").to_numpy()
        events, expected = part[component].to_numpy(), part["expected"].to_numpy()
        of_club = (lines["level"] == level) & (lines["club"] == club)
        for season in np.unique(lines.loc[of_club, "season"]):
            recent = (seasons <= season) & (seasons > season - CLUB_SEASONS)
            its_lines = (of_club & (lines["season"] == season)).to_numpy()
            added = CLUB_REGRESSION * float(rate[its_lines].iloc[0])  # of the season alone: no later one is known yet
            if added > 0:
                effect[its_lines] = (events[recent].sum() + added) / (expected[recent].sum() + added)
    return effect
