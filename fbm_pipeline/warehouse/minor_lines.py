"""`core.minor_lines`: what players did in the minors, one line per season, level and player, whoever published it.

Not here: what such a line is worth in the majors (room `mle`).
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.settings import Settings
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import CheckResult
from fbm_pipeline.warehouse.core import conformed
from fbm_pipeline.warehouse.recipes import MINOR_LINES, cook

TABLE = "core.minor_lines"
RAW = ("raw.milb_batting", "raw.milb_pitching")
MINIMUM_MATCHED = 0.9  # of plate appearances; FanGraphs' lines of 2006-2024 reach .95 and more in every season


@dataclass(frozen=True)
class MatchRate:
    """How many of a season's plate appearances (or batters faced) one publisher tells have a player with an id."""

    season: int
    player_type: str
    source: str
    lines: int
    opportunities: int
    by_id: float  # shares of `opportunities`
    by_name: float
    several: float  # the name fits several people of the register

    @property
    def matched(self) -> float:
        """The share whose player is known."""
        return self.by_id + self.by_name


def minor_lines(inputs: Inputs, season: int) -> pa.Table:
    """Rows of `core.minor_lines` of a season; none where no publisher has it (no minor league was played in 2020).

    Lines whose player no id or name leads to are kept without `mlbam_id`: the mean of a level needs them. Savant's are
    not, because it is by the player that their level is known.
    """
    return conformed(inputs, cook(inputs, MINOR_LINES["publishers"], season))


def minor_seasons(store: Store) -> list[int]:
    """Seasons of which some publisher's minor-league lines were read."""
    seasons: set[int] = set()
    for name in RAW:
        if store.exists(name):
            column = store.delta(name).to_pyarrow_dataset().to_table(columns=["season"]).column("season")
            seasons |= set(pc.unique(column).to_pylist())
    return sorted(seasons)


def published_seasons(store: Store, settings: Settings) -> Collection[int]:
    """The same, as a declaration asks for it."""
    return minor_seasons(store)


def match_rates(store: Store, season: int) -> list[MatchRate]:
    """The match rates of a season's publishers, by side of the ball; none where no minor league was played."""
    recipe = replace(MINOR_LINES["publishers"], statement="audits/minor_league_match")
    rows = cook(store, recipe, season).to_pylist()
    return [MatchRate(**row) for row in rows]


def check_minor_league_match(store: Store, season: int) -> CheckResult:
    """Shares of plate appearances whose player is known. Fails where a publisher with ids falls below MINIMUM_MATCHED.

    Savant prints names only, and many people share one: its rate is told and never fails.
    """
    rates = match_rates(store, season)
    poor = [rate for rate in rates if rate.source != "savant" and rate.matched < MINIMUM_MATCHED]
    told = "; ".join(f"{rate.source} {rate.player_type}s {rate.matched:.1%}" for rate in rates) or "no lines"
    details: dict[str, object] = {f"{rate.source} {rate.player_type}": asdict(rate) for rate in rates}
    return CheckResult("minor_league_match", not poor, f"{season}: {told}", details)
