"""Players and lines of the minors made up by hand: worlds whose factors and worths are known.

`evidence` makes players without any store; `write_league` a store of both levels that every table can be built from.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from fbm_pipeline.mle.evidence import Evidence
from fbm_pipeline.mle.minor_lines import COMPONENTS, LEVELS
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.making import fit_constants, make_marcel_rates
from fbm_pipeline_tests.marcel.hand_made import batting, pitching, write_lines, write_players

MINOR_LINES = TABLES["core.minor_lines"].schema
LEAGUE_RATES = {"so": 0.2, "bb": 0.08, "hr": 0.03, "h": 0.23, "double": 0.045, "triple": 0.005}


def evidence(n: int, player_type: str = "batter", **given: object) -> Evidence:
    """n newcomers of 25 before 2015 without any line; `given` replaces arrays, one value standing for all players."""
    components, levels = len(COMPONENTS[player_type]), len(LEVELS)
    rates = np.array([LEAGUE_RATES[name] for name in COMPONENTS[player_type]])
    arrays: dict[str, object] = {
        "season": np.full(n, 2015),
        "mlbam_id": np.arange(1, n + 1),
        "age": np.full(n, 25.0),
        "role": np.full(n, "any", dtype=object),
        "is_newcomer": np.ones(n, dtype=bool),
        "major_pa": np.zeros(n),
        "minors": np.zeros((n, components, levels)),
        "minor_pa": np.zeros((n, components, levels)),
        "minor_age": np.full((n, levels), np.nan),
        "marcel": np.zeros((n, components)),
        "marcel_weight": np.zeros((n, components)),
        "league": np.tile(rates, (n, 1)),
        "actual": np.zeros((n, components)),
        "actual_league": np.tile(rates, (n, 1)),
        "actual_pa": np.zeros(n),
    }
    for name, value in given.items():
        arrays[name] = np.broadcast_to(np.asarray(value), np.shape(arrays[name])).copy()
    return Evidence(player_type, **arrays)  # type: ignore[arg-type]


def promoted(
    n: int,
    factors: tuple[float, float],
    seed: int = 3,
    player_type: str = "batter",
    trips: int = 500,
    spread: float = 0.2,
) -> Evidence:
    """n newcomers with a full line at one level, half of them each, who then play a season in the majors.

    A player's multiple of the majors' rate, for every component alike, is drawn about 1 with this spread; in the
    minors he has it divided by the level's factor. All counts are binomial.
    """
    rng = np.random.default_rng(seed)
    names = COMPONENTS[player_type]
    rates = np.array([LEAGUE_RATES[name] for name in names])
    level = np.arange(n) % len(LEVELS)
    talent = np.clip(rng.normal(1.0, spread, (n, len(names))), 0.3, 2.0)
    below = talent / np.array(factors)[level][:, None]
    minors, minor_pa = np.zeros((n, len(names), len(LEVELS))), np.zeros((n, len(names), len(LEVELS)))
    minors[np.arange(n), :, level] = rng.binomial(trips, below * rates) / rates
    minor_pa[np.arange(n), :, level] = trips
    ages = np.full((n, len(LEVELS)), np.nan)
    ages[np.arange(n), level] = 25.0
    return evidence(
        n,
        player_type,
        minors=minors,
        minor_pa=minor_pa,
        minor_age=ages,
        actual_pa=float(trips),
        actual=rng.binomial(trips, talent * rates),
    )


def minor_line(season: int, player: int, player_type: str = "batter", level: str = "AAA", **counts: object) -> dict:
    """A row of core.minor_lines, every count known; `hr_pa` and `h_pa` follow what is known."""
    told: dict[str, object] = {"pa": 400, "so": 80, "bb": 35, "hr": 12, "h": 95, "double": 18, "triple": 2} | counts
    return {
        "season": season,
        "player_type": player_type,
        "level": level,
        "mlbam_id": player,
        "matched_by": "id",
        "line_id": str(player),
        "sources": "hand",
        "club": "BOS",
        "games": 100,
        "hr_pa": None if told["hr"] is None else told["pa"],
        "h_pa": None if told["h"] is None else told["pa"],
    } | told


def write_minor_lines(store: Store, rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows to core.minor_lines, a partition per season."""
    by_season: dict[int, list[Mapping[str, object]]] = {}
    for row in rows:
        by_season.setdefault(int(row["season"]), []).append(row)  # type: ignore[call-overload]
    for season, found in by_season.items():
        told = [{name: row.get(name) for name in MINOR_LINES.names} for row in found]
        store.write("core.minor_lines", {"season": season}, pa.Table.from_pylist(told, schema=MINOR_LINES))


SEASONS = range(2009, 2016)
CAREER = 3  # seasons in the majors, after two in the minors
PRESET = dataclasses.replace(PRESETS["large"], tune_until=2013, min_train_opportunities=50)


def league_rows(seed: int = 8, classes: int = 10) -> tuple[list[dict], list[dict]]:
    """Lines of the majors and of the minors: each season `classes` batters and pitchers come up from AAA and AA.

    Whoever came up stays CAREER seasons. Everybody strikes out a quarter more in the majors than below; both levels
    and all classes are alike, so that a level's rate is the majors' over 1.25.
    """
    rng = np.random.default_rng(seed)
    majors: list[dict] = []
    minors: list[dict] = []
    for debut in range(SEASONS[0], SEASONS[-1] + 3):
        for place in range(classes):
            player, strikeouts = 100 * (debut - 2000) + place, 0.12 + 0.16 * (place // 2 + 0.5) / (classes // 2)
            level = LEVELS[place % 2]
            for season in range(debut, debut + CAREER):
                if season in SEASONS:
                    majors += _majors(rng, season, player, strikeouts)
            for season in (debut - 2, debut - 1):
                if season in SEASONS:
                    minors += _minors(rng, season, player, strikeouts / 1.25, level)
    return majors, minors


def _majors(rng: np.random.Generator, season: int, player: int, strikeouts: float) -> list[dict]:
    ab, bb = int(rng.integers(200, 500)), int(rng.integers(15, 50))
    hits = rng.multinomial(ab, [0.16, 0.05, 0.006, 0.03, 0.754])[:4]
    told = {
        "ab": ab,
        "bb": bb,
        "so": int(rng.binomial(ab + bb, strikeouts)),
        "h": int(hits.sum()),
        "double": int(hits[1]),
        "triple": int(hits[2]),
        "hr": int(hits[3]),
    }
    pitched = {"opportunities": ab + bb, "outs": int(0.68 * ab), "er": int(rng.binomial(ab + bb, 0.1))}
    return [
        batting(season, player, **told),
        pitching(season, 10_000 + player, **told, **pitched, gs=30 * (player % 2)),
    ]


def _minors(rng: np.random.Generator, season: int, player: int, strikeouts: float, level: str) -> list[dict]:
    pa = int(rng.integers(200, 500))
    told = {
        "pa": pa,
        "so": int(rng.binomial(pa, strikeouts)),
        "bb": int(rng.binomial(pa, 0.09)),
        "hr": int(rng.binomial(pa, 0.03)),
        "h": int(rng.binomial(pa, 0.23)),
        "double": int(rng.binomial(pa, 0.045)),
        "triple": int(rng.binomial(pa, 0.006)),
    }
    club = ("BOS", "NYY")[player % 2]
    pitcher = {"starts": 20 * (player % 2), "games": 40}
    return [
        minor_line(season, player, level=level, club=club, age=24, **told),
        minor_line(season, 10_000 + player, "pitcher", level, club=club, age=24, **told, **pitcher),
    ]


def write_league(store: Store, majors: Iterable[dict], minors: Iterable[dict]) -> None:
    """Write core.season_lines, core.minor_lines and core.players; every second birth date is known."""
    majors, minors = list(majors), list(minors)
    write_lines(store, majors)
    write_minor_lines(store, minors)
    ids = sorted({row["mlbam_id"] for row in [*majors, *minors]})
    born = {player: dt.date(1988 + player % 5, 1 + player % 12, 15) for player in ids}
    write_players(store, {player: date if player % 2 else None for player, date in born.items()})


def build_marcel(store: Store, seasons: Iterable[int]) -> None:
    """Marcel's constants and rates of both sides of the ball."""
    for player_type in ("batter", "pitcher"):
        fit_constants(store, player_type, PRESET)
        for season in seasons:
            make_marcel_rates(store, player_type, season)
