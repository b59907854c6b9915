"""Plate appearances and games of a small league of clubs with parks, written by hand: for parks and for physics."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

CLUBS = ("BOS", "NYY", "TB", "TOR")
PARKS = {"BOS": "BOS07", "NYY": "NYC21", "TB": "STP01", "TOR": "TOR02"}
_COUNTS = ("ab", "h", "single", "double", "triple", "hr", "bb", "ibb", "so", "hbp", "sf", "sh", "ci")


def plate_appearance(season: int, game: str, number: int, **values: object) -> dict[str, object]:
    """One plate appearance in Boston against New York, an out, on 1 May; `values` replace or join."""
    day = dt.date(season, 5, 1)
    return {
        "season": season,
        "month": 5,
        "game_id": game,
        "game_date": day,
        "source": "hand",
        "plate_appearance": number,
        "inning": 1,
        "is_top": True,
        "outs": 0,
        "batter_id": 1,
        "pitcher_id": 101,
        "stand": "R",
        "throws": "R",
        "batting_team": "NYY",
        "fielding_team": "BOS",
        "park_id": "BOS07",
        "outcome": "out",
        **dict.fromkeys(_COUNTS, 0),
        "is_bunt": False,
        "runs": 0,
        "outs_made": 1,
        "pitches": 3,
        "outing_index": 0,
        "times_faced": 0,
        **values,
    }


def game(season: int, game_id: str, home: str, away: str, **values: object) -> dict[str, object]:
    """A game on 1 May in the home club's park."""
    return {
        "season": season,
        "month": 5,
        "game_id": game_id,
        "game_date": dt.date(season, 5, 1),
        "source": "hand",
        "number": 0,
        "home_team": home,
        "away_team": away,
        "park_id": PARKS[home],
        **values,
    }


def player_game(season: int, game_id: str, player: int, team: str, park: str, opportunities: int) -> dict[str, object]:
    """A batter's game; everything that happened in it is 0 but the plate appearances."""
    return {
        "season": season,
        "month": 5,
        "game_id": game_id,
        "game_date": dt.date(season, 5, 1),
        "source": "hand",
        "player_type": "batter",
        "mlbam_id": player,
        "team": team,
        "opponent": "TB",
        "is_home": True,
        "park_id": park,
        "role": "batter",
        "opportunities": opportunities,
        **dict.fromkeys(_COUNTS[:-1], 0),
    }


def write_months(store: Store, name: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows of a core table, a partition per season and month."""
    schema = TABLES[name].schema
    parts: dict[tuple[int, int], list[Mapping[str, object]]] = {}
    for row in rows:
        parts.setdefault((int(row["season"]), int(row["month"])), []).append(row)  # type: ignore[call-overload]
    for (season, month), held in parts.items():
        table = pa.Table.from_pylist([{column: row.get(column) for column in schema.names} for row in held], schema)
        store.write(name, {"season": season, "month": month}, table)


def season_of_home_runs(season: int, home_runs: Mapping[str, int], turns: int = 200) -> list[dict[str, object]]:
    """Each club meets each other once in its park; `home_runs` of a game's plate appearances go over the fence there.

    The league's own rate is what is planted for the other parks, so a park's raw factor is exact by hand.
    """
    rows = []
    for home in CLUBS:
        for away in CLUBS:
            if home == away:
                continue
            for number in range(turns):
                hit = int(number < home_runs[home])
                top = number % 2 == 0
                teams = {"batting_team": away if top else home, "fielding_team": home if top else away}
                rows.append(
                    plate_appearance(
                        season,
                        f"{season}{home}{away}",
                        number,
                        is_top=top,
                        park_id=PARKS[home],
                        hr=hit,
                        h=hit,
                        ab=1,
                        runs=hit,
                        **teams,
                    )
                )
    return rows


def measured(number: int, speed: float | None, angle: float | None, **values: object) -> dict[str, object]:
    """A fly ball of 2021 with exit velocity and launch angle."""
    physics = {"launch_speed": speed, "launch_angle": angle, "spray_deg": None if speed is None else 45.0}
    return plate_appearance(2021, "G1", number, **{"hit_type": "fly_ball", **physics, **values})


def drawn(seed: int, talents: Sequence[float], balls: int, season: int) -> list[dict[str, object]]:
    """`balls` batted balls for each batter (ids from 1), exit velocity around his talent, to alternating fields."""
    rng = np.random.default_rng(seed)
    rows = []
    for player, talent in enumerate(talents, start=1):
        for ball, speed in enumerate(rng.normal(talent, 12.0, balls)):
            rows.append(
                plate_appearance(
                    season,
                    f"{season}-{player}",
                    ball,
                    batter_id=player,
                    hit_type="fly_ball",
                    launch_speed=float(speed),
                    launch_angle=float(rng.normal(12.0, 20.0)),
                    spray_deg=float(rng.uniform(0, 90)),
                )
            )
    return rows
