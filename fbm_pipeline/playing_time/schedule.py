"""How many games a club plays: what playing time is counted by, so that schedules of any length teach the same."""

from collections.abc import Mapping

from fbm_pipeline.marcel.season_lines import SEASONS_BACK, MarcelError
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENT = "mle/scheduled_games"


def read_scheduled_games(store: Store, first_season: int, last_season: int) -> dict[int, float]:
    """Games per club of both ends' seasons and those between. Raises FileNotFoundError without core.games."""
    store.delta("core.games")
    bounds = {"first_season": first_season, "last_season": last_season}
    with session(store, tables=["core.games"]) as connection:
        rows = query(connection, STATEMENT, bounds).to_pylist()
    return {int(row["season"]): float(row["scheduled"]) for row in rows}


def planned_games(scheduled: Mapping[int, float], season: int) -> float:
    """Games of a season not begun: the longest schedule of the three before. Raises MarcelError for none."""
    before = [scheduled[year] for year in range(season - SEASONS_BACK, season) if year in scheduled]
    if not before:
        raise MarcelError(
            f"core.games hold no season of {season - SEASONS_BACK}-{season - 1}, so the schedule of {season} is "
            "unknown; materialize core.games for the season before it."
        )
    return max(before)
