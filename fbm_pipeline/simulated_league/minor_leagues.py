"""Minor-league lines of the prospects: true talent against weaker opponents, with noise, in both exports' columns.

Belongs here: AAA and AA seasons. Not here: who gets promoted (`careers`).
"""

import numpy as np
from numpy.typing import NDArray

from fbm_pipeline.simulated_league import talent
from fbm_pipeline.simulated_league.clubs import Club
from fbm_pipeline.simulated_league.formats import renamed
from fbm_pipeline.simulated_league.players import Player

Row = dict[str, object]

# What weaker opponents add to log-odds: a batter walks more and hits more, a pitcher strikes out more.
_EASIER_TO_BAT = np.array([-0.06, 0.10, 0.10, 0.18, 0.10, 0.12, 0.25])
_EASIER_TO_PITCH = np.array([0.12, 0.06, 0.10, -0.12, -0.04, -0.05, 0.05])
_LEVELS = {"AAA": 0.8, "AA": 1.2}
_BOTH_EXPORTS = "PA:pa AB:ab 1B:single 2B:double 3B:triple HR:hr BB:bb SO:so"
_SAVANT_RATES = "BA:avg OBP:obp SLG:slg wOBA:woba BABIP:babip ISO:iso"
_NOISE = 0.06  # log-odds by which a league and its parks mislead


def level_of(player: Player, season: int) -> str:
    """AA in the first season or when very young, AAA after that."""
    return "AA" if player.minor_seasons == 0 or player.age(season) < 21.0 else "AAA"


def play_minor_season(
    player: Player, season: int, environment: NDArray[np.float64], rng: np.random.Generator, *, share: float
) -> dict[str, int]:
    """One season's counts at the player's level; `share` is the part of the season that he spent there."""
    easier = _EASIER_TO_PITCH if player.is_pitcher else _EASIER_TO_BAT
    shift = _LEVELS[level_of(player, season)] * easier + _NOISE * rng.standard_normal(7)
    rates = talent.true_rates(player.effects(season) + shift, environment)
    trips = int(share * rng.integers(380, 600)) if not player.is_pitcher else int(share * rng.integers(220, 520))
    drawn = rng.multinomial(trips, [*rates, 1.0 - rates.sum()]).tolist()
    counts = dict(zip((*talent.COMPONENTS, "out"), drawn, strict=True))
    counts["pa"] = trips
    counts["sf"] = int(min(rng.binomial(trips, 0.008), counts["out"]))
    counts["h"] = counts["hr"] + counts["single"] + counts["double"] + counts["triple"]
    counts["ab"] = trips - counts["bb"] - counts["hbp"] - counts["sf"]
    return counts


def _averages(counts: dict[str, int]) -> dict[str, float]:
    at_bats, trips = max(counts["ab"], 1), max(counts["pa"], 1)
    bases = counts["single"] + 2 * counts["double"] + 3 * counts["triple"] + 4 * counts["hr"]
    on_base = counts["h"] + counts["bb"] + counts["hbp"]
    in_play = max(counts["ab"] - counts["so"] - counts["hr"] + counts["sf"], 1)
    weighted = (
        0.69 * counts["bb"]
        + 0.72 * counts["hbp"]
        + 0.88 * counts["single"]
        + 1.25 * counts["double"]
        + 1.58 * counts["triple"]
        + 2.03 * counts["hr"]
    )
    return {
        "avg": counts["h"] / at_bats,
        "obp": on_base / trips,
        "slg": bases / at_bats,
        "iso": (bases - counts["h"]) / at_bats,
        "babip": (counts["h"] - counts["hr"]) / in_play,
        "bb": counts["bb"] / trips,
        "k": counts["so"] / trips,
        "woba": weighted / trips,
    }


def fangraphs_row(player: Player, season: int, club: Club, counts: dict[str, int]) -> Row:
    """A hitter's full line, as FanGraphs exports it: percentages are fractions."""
    rate = _averages(counts)
    return {
        **renamed(counts, _BOTH_EXPORTS),
        "Season": season,
        "Name": player.identity.name,
        "Team": club.statcast,
        "Level": level_of(player, season),
        "Age": int(player.age(season)),
        "G": counts["pa"] // 4,
        **renamed(counts, "H:h HBP:hbp SF:sf"),
        "R": counts["pa"] // 8,
        "RBI": counts["pa"] // 8,
        "IBB": 0,
        "SH": 0,
        "GDP": counts["pa"] // 50,
        "SB": 5,
        "CS": 2,
        "PlayerId": str(player.identity.fangraphs_id),
        **renamed(rate, "AVG:avg BB%:bb K%:k OBP:obp SLG:slg ISO:iso BABIP:babip wOBA:woba"),
        "BB/K": counts["bb"] / max(counts["so"], 1),
        "OPS": rate["obp"] + rate["slg"],
        "Spd": 5.0 + player.speed,
        "wSB": 0.0,
        "wRC": 0.13 * counts["pa"],
        "wRAA": 0.0,
        "wRC+": 100.0 * rate["woba"] / 0.33,
        "mlbam": player.identity.mlbam_id,
    }


def fangraphs_rate_row(line: Row, player: Player) -> Row:
    """The same season in the export of rates."""
    shared = {name: line[name] for name in ("Name", "Level", "Age", "PA", "BB%", "K%", "PlayerId", "Season", "mlbam")}
    return shared | {
        "GB/FB": player.ground / (1.0 - player.ground),
        "LD%": 0.2,
        "HR/FB": float(str(line["HR"])) / max(0.25 * float(str(line["PA"])), 1.0),
        "SwStr%": 0.45 * float(str(line["K%"])),
    }


def savant_row(player: Player, season: int, counts: dict[str, int]) -> Row:
    """A AAA line as Savant's minor-league search gives it: a name instead of an id, percentages in hundreds."""
    rate, pitches = _averages(counts), int(counts["pa"] * 3.9)
    name = f"{player.identity.last}, {player.identity.first}"
    in_play = counts["ab"] - counts["so"] + counts["sf"]
    row: Row = {
        **renamed(counts, _BOTH_EXPORTS),
        **{name: round(value, 3) for name, value in renamed(rate, _SAVANT_RATES).items()},
        "Player": f"{name} {player.throws}HP" if player.is_pitcher else name,
        "Pitches": pitches,
        "Total": pitches,
        "Pitch %": 100.0,
        "BIP": in_play,
        "Hits": counts["h"],
        "K%": round(100.0 * rate["k"], 1),
        "BB%": round(100.0 * rate["bb"], 1),
        "Whiffs": int(1.3 * counts["so"]),
        "Swings": int(0.47 * pitches),
        "Barrels": int(0.8 * counts["hr"] + 0.3 * counts["double"]),
        "Whiff%": round(100.0 * 1.3 * counts["so"] / max(0.47 * pitches, 1.0), 1),
        "EV (MPH)": round(87.5 + 0.8 * player.exit_velocity * (not player.is_pitcher), 1),
        "Year": season,
        "season": season,
    }
    if player.is_pitcher:
        row |= {"Pitch (MPH)": round(player.fastball(season) - 4.0, 1), "Spin (RPM)": 2250}
    return row
