"""`core.minor_lines`: what players did in the minors, one line per season, level and player, whoever published it.

Not here: what such a line is worth in the majors (room `mle`).
"""

from dataclasses import asdict, dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.store.engine import conform
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.warehouse.checks import CheckResult
from fbm_pipeline.warehouse.recipes import RECIPES, cook, recipe_key

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


def build_minor_lines(store: Store, season: int) -> list[Written]:
    """core.minor_lines of a season; without rows where no publisher has it (no minor league was played in 2020).

    Lines whose player no id or name leads to are kept without `mlbam_id`: the mean of a level needs them. Savant's are
    not, because it is by the player that their level is known.
    """
    recipe = RECIPES[TABLE, "publishers"]
    schema = store.contracts[TABLE].schema

    def compute() -> pa.Table:
        return conform(cook(store, recipe, season, []), schema)

    return [store.build(TABLE, {"season": season}, recipe_key(store, recipe, season), compute)]


def minor_seasons(store: Store) -> list[int]:
    """Seasons of which some publisher's minor-league lines are held."""
    found: set[int] = set()
    for name in RAW:
        if store.exists(name):
            column = store.delta(name).to_pyarrow_dataset().to_table(columns=["season"]).column("season")
            found |= set(pc.unique(column).to_pylist())
    return sorted(found)


def match_rates(store: Store, season: int) -> list[MatchRate]:
    """The match rates of a season's publishers, by side of the ball; none where no minor league was played."""
    recipe = RECIPES[TABLE, "publishers"]
    rows = cook(store, replace(recipe, statement="audits/minor_league_match"), season, []).to_pylist()
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
