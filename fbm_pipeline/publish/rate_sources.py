"""Where the numbers of a player with a line in the minors come from: his lines, and each source's part.

Not here: the card that shows it (player_cards, page.js).
"""

from collections.abc import Mapping

import pandas as pd

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.publish.formats import FORMATS
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENTS = ("publish/minor_league_lines", "publish/rate_sources")
READS = ("core.minor_lines", "features.mle_rates", "features.marcel_rates")
SHOWN = {
    "batter": ("so_rate", "bb_rate", "hr_rate", "h_rate", "double_rate", "triple_rate"),
    "pitcher": ("so_rate", "bb_rate", "hr_rate", "h_rate"),
}

Sources = Mapping[tuple[str, int], dict[str, list]]


def rate_sources(store: Store, season: int) -> Sources:
    """By player type and id: `lines` and `rates`, as lists for the card.

    A line is [season, level, club, PA or BF, SO, BB, HR, whether HR is estimated, H, its PA]. A rate is [label,
    majors' rate, its opportunities, minors' rate translated, its opportunities, both together]; opportunities are
    those that a rate weighs, rounded, and a newcomer's first part is the mean of newcomers. Empty without minors.
    """
    bounds = {"season": season, "as_of": preseason(season)}
    with session(store, tables=READS) as connection:
        lines, rates = (query(connection, name, bounds).to_pandas() for name in STATEMENTS)
    sources: dict[tuple[str, int], dict[str, list]] = {}
    for key, player_rows in rates.groupby(["player_type", "mlbam_id"]):
        player_type = str(key[0])
        by_name = {row["statistic"]: row for row in player_rows.to_dict("records")}
        shown = [_rate(player_type, by_name[name]) for name in SHOWN[player_type] if name in by_name]
        sources[player_type, int(key[1])] = {"rates": shown, "lines": []}
    for key, player_rows in lines.groupby(["player_type", "mlbam_id"]):
        source = sources.get((str(key[0]), int(key[1])))
        if source is not None:
            source["lines"] = [_line(row) for row in player_rows.to_dict("records")]
    return sources


def _rate(player_type: str, row: Mapping) -> list:
    form = FORMATS[player_type][row["statistic"]]
    minors = None if pd.isna(row["minors"]) else float(row["minors"])
    majors = float(row["majors"]) if not pd.isna(row["majors"]) else newcomers_mean(row, minors)
    return [
        form.label,
        None if majors is None else round(majors, 5),
        round(row["majors_weight"]),
        None if minors is None else round(minors, 5),
        round(row["minors_weight"]),
        round(float(row["together"]), 5),
    ]


def newcomers_mean(row: Mapping, minors: float | None) -> float | None:
    """What a newcomer starts with: the mean of newcomers, which with the minors makes up both together.

    It is all there is where the minors have nothing of a statistic.
    """
    if row["minors_weight"] == 0:
        return float(row["together"])
    if minors is None or row["majors_weight"] <= 0:
        return None
    both = row["majors_weight"] + row["minors_weight"]
    return (both * row["together"] - row["minors_weight"] * minors) / row["majors_weight"]


def _line(row: Mapping) -> list:
    def whole(name: str) -> int | None:
        return None if pd.isna(row[name]) else round(float(row[name]))

    return [
        int(row["season"]),
        row["level"],
        row["club"] if isinstance(row["club"], str) else "",
        whole("pa"),
        whole("so"),
        whole("bb"),
        whole("hr"),
        bool(row["hr_estimated"]),
        whole("h"),
        whole("h_pa"),
    ]
