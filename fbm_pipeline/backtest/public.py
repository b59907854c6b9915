"""Rates of public projection systems, for comparison only: never a feature, never published by player.

Each system's latest snapshot taken before the season counts, for players projected to 100 PA or 20 IP. Batters
faced are 2.87 IP + H + BB + HBP where a file does not give them. Not here: reading the files (sources).
"""

from dataclasses import dataclass

import pandas as pd

from fbm_pipeline.baseball.statistics import PLAYER_TYPES, statistics
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

RAW_TABLE = "raw.public_projections"
_PLAYER = ["player_type", "mlbam_id", "system"]
PUBLIC_SYSTEMS = ("steamer", "zips", "atc", "depthcharts", "thebat", "thebatx")


@dataclass(frozen=True)
class PublicRates:
    """`rates` is long: player_type, mlbam_id, statistic, system, rate; `opportunities` (PA or BF; `outs` for
    pitchers, NaN for batters) has one row per player_type, mlbam_id and system. The counts are of what was left out.
    """

    rates: pd.DataFrame
    opportunities: pd.DataFrame
    without_id: int  # projected players whom the register does not know
    duplicates: int  # rows beyond the first of one player and system; the one with most opportunities is kept

    @property
    def systems(self) -> list[str]:
        return [system for system in PUBLIC_SYSTEMS if system in set(self.rates["system"])]


def public_rates(store: Store, season: int) -> PublicRates:
    """Public systems' rates for a season; empty where the table or the season is absent."""
    if not store.exists(RAW_TABLE):
        nobody = _empty()[_PLAYER].assign(opportunities=0.0, outs=0.0)
        return PublicRates(_empty(), nobody, without_id=0, duplicates=0)
    with session(store, tables=(RAW_TABLE, "core.season_lines", "core.players")) as connection:
        wide = query(
            connection, "evaluation/public_projections", {"season": season, "systems": list(PUBLIC_SYSTEMS)}
        ).to_pandas()
    known = wide[wide["mlbam_id"].notna()].astype({"mlbam_id": "int64"})
    # One player under two FanGraphs ids (a minor-league and a major-league one): the line with more playing time
    # is the major-league one. Rates break the tie, so that the choice never depends on row order.
    order = ["player_type", "system", "mlbam_id", "opportunities", "so_rate", "bb_rate", "h_rate", "hr_rate"]
    ranked = known.sort_values(order, ascending=[True, True, True, False, True, True, True, True])
    single = ranked.drop_duplicates(["player_type", "system", "mlbam_id"])
    return PublicRates(
        _long(single),
        single[[*_PLAYER, "opportunities", "outs"]],
        without_id=len(wide) - len(known),
        duplicates=len(known) - len(single),
    )


def _long(wide: pd.DataFrame) -> pd.DataFrame:
    parts = [_empty()]
    for player_type in PLAYER_TYPES:
        chosen = wide[wide["player_type"] == player_type]
        for statistic in statistics(player_type):
            if statistic.name not in wide.columns:  # er_rate: no public system prints it
                continue
            rates = chosen[["player_type", "mlbam_id", "system"]].assign(
                statistic=statistic.name, rate=chosen[statistic.name].astype("float64")
            )
            parts.append(rates[rates["rate"].notna()])
    filled = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(filled, ignore_index=True)[list(_empty().columns)]


def _empty() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "player_type": pd.Series(dtype="str"),
            "mlbam_id": pd.Series(dtype="int64"),
            "statistic": pd.Series(dtype="str"),
            "system": pd.Series(dtype="str"),
            "rate": pd.Series(dtype="float64"),
        }
    )
