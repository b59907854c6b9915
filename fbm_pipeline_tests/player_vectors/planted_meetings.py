"""A league whose players have one planted skill each, written straight into the core tables that the decoder reads."""

import datetime as dt
from typing import Any

import numpy as np

from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.level1.small_store import rows_of

BATTERS = np.arange(100, 140)
PITCHERS = np.arange(200, 230)
COUNTS = ((0, 0), (0, 1), (1, 1))  # of the three pitches of every plate appearance
PARKS = ("P1", "P2")


def batter_skill() -> np.ndarray:
    """(batters,) planted, in deviations: what a batter adds to the logit of a whiff is minus this."""
    return np.linspace(-1.5, 1.5, len(BATTERS))


def pitcher_skill() -> np.ndarray:
    """(pitchers,) what a pitcher adds to the logit of a whiff, shuffled so that it does not follow his number."""
    return np.random.default_rng(5).permutation(np.linspace(-1.0, 1.0, len(PITCHERS)))


def write_meetings(store: Store, season: int, *, turns: int = 6000, seed: int = 3, most: int | None = None) -> None:
    """A season in May and September. A batter's plate appearances grow with his number from a tenth to the most."""
    draw = np.random.default_rng([season, seed])
    weight = np.linspace(0.1, 1.0, len(BATTERS))
    batter = draw.choice(len(BATTERS), size=turns, p=weight / weight.sum())[: most or turns]
    pitcher = draw.integers(len(PITCHERS), size=turns)[: len(batter)]
    appearances: dict[int, list[dict[str, Any]]] = {5: [], 9: []}
    pitches: dict[int, list[dict[str, Any]]] = {5: [], 9: []}
    whiff = 1.0 / (1.0 + np.exp(1.2 + 0.7 * batter_skill()[batter] - 0.7 * pitcher_skill()[pitcher]))
    for number in range(len(batter)):
        month = 5 if number < 0.8 * len(batter) else 9
        key = {
            "season": season,
            "month": month,
            "game_id": f"G{month}{number // 60:03d}",
            "game_date": dt.date(season, month, 1 + number // 60 % 28),
            "plate_appearance": number % 60 + 1,
            "batter_id": int(BATTERS[batter[number]]),
            "pitcher_id": int(PITCHERS[pitcher[number]]),
            "stand": "RL"[number % 2],
            "throws": "RL"[number % 3 == 0],
        }
        missed = draw.random(3) < whiff[number]
        for index, (balls, strikes) in enumerate(COUNTS):
            last = index == 2
            result = "swinging_strike" if missed[index] else ("in_play" if last else "ball")
            pitches[month].append(
                key | {"pitch_number": index + 1, "balls": balls, "strikes": strikes, "result": result}
            )
        outcome = "strikeout" if missed[2] else str(draw.choice(["single", "field_out"], p=[0.3, 0.7]))
        appearances[month].append(
            key | {"outcome": outcome, "times_faced": 1, "park_id": PARKS[number % 2], "source": "retrosheet"}
        )
    for month in (5, 9):
        _write(store, "core.plate_appearances", season, month, appearances[month])
        _write(store, "core.pitches", season, month, pitches[month])
        _write(store, "core.batted_balls", season, month, _batted(draw, appearances[month]))


def _batted(draw: np.random.Generator, appearances: list[dict[str, Any]]) -> list[dict[str, Any]]:
    keys = ("season", "month", "game_id", "game_date", "plate_appearance", "batter_id", "pitcher_id", "stand")
    return [
        {name: row[name] for name in keys}
        | {
            "outcome": row["outcome"],
            "hit_type": str(draw.choice(["ground_ball", "fly_ball"])),
            "direction": str(draw.choice(["left", "middle", "right"])),
        }
        for row in appearances
        if row["outcome"] != "strikeout"
    ]


def _write(store: Store, name: str, season: int, month: int, rows: list[dict[str, Any]]) -> None:
    names = {field for row in rows for field in row} & set(store.contracts[name].column_names)
    columns = {field: [row.get(field) for row in rows] for field in names}
    store.write(name, {"season": season, "month": month}, rows_of(store.contracts[name], columns, len(rows)))
