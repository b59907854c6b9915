"""How far each control of a season went from Marcel, and on how much it was trained: for people to look at.

Not here: how good it was (evaluation).
"""

from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENT = "features/control_summary"


def summarize(store: Store, player_type: str, season: int) -> list[tuple[object, ...]]:
    """One row a control and statistic: players, mean rate, RMS distance from tuned Marcel, training seasons, rows."""
    with session(store, tables=["features.control_rates", "features.marcel_rates"]) as connection:
        rows = query(connection, STATEMENT, {"player_type": player_type, "season": season}).to_pylist()
    return [tuple(row.values()) for row in rows]
