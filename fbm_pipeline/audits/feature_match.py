"""Do the players who play have features under the same ids? Counted in opportunities, so that regulars weigh most.

Not here: ids of the sources (the warehouse's id_match), nulls inside the rows (nulls).
"""

from collections.abc import Sequence

from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import CheckResult

NAME = "feature_match"
STATEMENT = "audits/feature_match"
SMALLEST_SHARE = 0.98
READS = (
    "core.season_lines",
    "features.stat_profiles",
    "features.marcel_rates",
    "features.archetypes",
    "features.control_rates",
    "features.mle_rates",
    "features.playing_time",
    "features.sequence_counts",
)


def audit_feature_match(store: Store, player_type: str, seasons: Sequence[int], tables: Sequence[str]) -> CheckResult:
    """Share of each season's PA or BF whose player has a row in each of the tables; at least SMALLEST_SHARE.

    Debuts have no preseason row by nature and do not count. Seasons without lines, and tables without any row of a
    season, are not judged; when nothing is left to judge the result passes with these words.
    """
    low: list[str] = []
    shares: dict[str, dict[str, float]] = {}
    with session(store, tables=READS) as connection:
        parameters = {"player_type": player_type, "seasons": [int(season) for season in seasons]}
        rows = query(connection, STATEMENT, parameters).to_pylist()
    for row in rows:
        table, season = row["table_name"], row["season"]
        if table in tables:
            share = float(row["matched"]) / float(row["opportunities"])
            shares.setdefault(table, {})[str(season)] = round(share, 5)
            if share < SMALLEST_SHARE:
                low.append(f"{table} {season}: {share:.2%}")
    if not shares:
        return CheckResult(NAME, True, f"nothing to audit: no {player_type} table of these seasons has lines beside it")
    lowest = min(share for by_season in shares.values() for share in by_season.values())
    summary = f"{player_type}s with a row in {', '.join(sorted(shares))}: at least {lowest:.2%} of opportunities"
    if low:
        summary = f"{player_type}s of fewer than {SMALLEST_SHARE:.0%} of opportunities have a row: {'; '.join(low)}"
    return CheckResult(NAME, not low, summary, {"shares": shares})
