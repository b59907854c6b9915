"""Two invented public systems: true talent before the season, seen through each system's own errors.

Belongs here: what others would have projected. Not here: anything that a model may learn from.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fbm_pipeline.simulated_league import talent
from fbm_pipeline.simulated_league.players import Player

Row = dict[str, object]

# Standard deviation of the error, as a share of the spread of talent. A system also shrinks toward the mean.
SYSTEMS = {"steamer": (0.55, 0.85), "zips": (0.65, 0.85)}


def projection_rows(
    players: Sequence[Player], season: int, environment: NDArray[np.float64], rng: np.random.Generator
) -> tuple[list[Row], list[Row]]:
    """Hitters' and pitchers' rows of all systems for one season, dated before it."""
    hitters: list[Row] = []
    pitchers: list[Row] = []
    for system, (error, shrink) in SYSTEMS.items():
        for player in players:
            spread = talent.PITCHER_SD if player.is_pitcher else talent.BATTER_SD
            # The winter's drift and the year's ball are not known in February.
            seen = shrink * (player.effects(season) + error * spread * rng.standard_normal(7))
            rates = dict(zip(talent.COMPONENTS, talent.true_rates(seen, 0.5 * environment).tolist(), strict=True))
            shared: Row = {
                "season": season,
                "system": system,
                "snapshot": f"{season}-02-20",
                "source": "simulated league",
                "name": player.identity.name,
                "fg_id": str(player.identity.fangraphs_id),
                "mlbam": player.identity.mlbam_id,
                "bbref": player.identity.lahman_id,
                "retro": player.identity.retro_id,
            }
            if player.is_pitcher:
                pitchers.append(shared | _pitching(rates))
            else:
                hitters.append(shared | _batting(rates))
    return hitters, pitchers


def _batting(rates: dict[str, float]) -> dict[str, object]:
    trips = 250.0
    counts = {name: trips * rate for name, rate in rates.items()}
    hits = counts["hr"] + counts["single"] + counts["double"] + counts["triple"]
    at_bats = trips * 0.992 - counts["bb"] - counts["hbp"]
    on_base = (hits + counts["bb"] + counts["hbp"]) / trips
    slugging = (hits + counts["double"] + 2 * counts["triple"] + 3 * counts["hr"]) / at_bats
    return {
        "PA": trips,
        "AB": round(at_bats, 1),
        "H": round(hits, 1),
        "2B": round(counts["double"], 1),
        "3B": round(counts["triple"], 2),
        "HR": round(counts["hr"], 1),
        "BB": round(counts["bb"], 1),
        "SO": round(counts["so"], 1),
        "HBP": round(counts["hbp"], 2),
        "AVG": round(hits / at_bats, 3),
        "OBP": round(on_base, 3),
        "SLG": round(slugging, 3),
        "OPS": round(on_base + slugging, 3),
    }


def _pitching(rates: dict[str, float]) -> dict[str, object]:
    faced = 220.0
    counts = {name: faced * rate for name, rate in rates.items()}
    hits = counts["hr"] + counts["single"] + counts["double"] + counts["triple"]
    outs = faced - hits - counts["bb"] - counts["hbp"] + 0.012 * faced
    innings = outs / 3.0
    # Runs above an all-out inning, from the same linear weights; nine in ten are earned.
    runs = sum(value * counts[name] for name, value in zip(talent.COMPONENTS, talent.RUN_VALUES, strict=True))
    earned = max(0.92 * (runs - 0.27 * faced * 0.735), 0.05 * faced)
    return {
        "G": 25.0,
        "GS": 12.0,
        "IP": round(innings, 1),
        "H": round(hits, 1),
        "ER": round(earned, 1),
        "HR": round(counts["hr"], 1),
        "BB": round(counts["bb"], 1),
        "SO": round(counts["so"], 1),
        "ERA": round(9.0 * earned / innings, 2),
        "WHIP": round((hits + counts["bb"]) / innings, 3),
    }
