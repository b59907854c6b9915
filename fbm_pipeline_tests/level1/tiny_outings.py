"""Pitches and plate appearances of a few made-up games, written straight into the core tables that Level 1 reads."""

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np

from fbm_pipeline.level1.outings import Outings, load_outings
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.level1.small_store import rows_of

RESULTS = ("ball", "called_strike", "swinging_strike", "foul")
ENDS = {"strikeout": "swinging_strike", "walk": "ball", "single": "in_play", "field_out": "in_play"}


def write_outings(store: Store, season: int, *, games: int = 6, physics: bool = False, seed: int = 3) -> None:
    """One month. Halves have two plate appearances; both sides' second pitcher relieves; row order is shuffled.

    The third plate appearance of each game is an intentional walk without a pitch, and each game has a pitch of a
    plate appearance that was never finished.
    """
    draw = np.random.default_rng([season, seed])
    appearances: list[dict[str, Any]] = []
    pitches: list[dict[str, Any]] = []
    for game in range(games):
        key = {"game_id": f"G{(7 * game) % games:03d}", "game_date": dt.date(season, 5, 1 + game)}
        thrown_by: Counter[int] = Counter()
        outs_made = 0
        for number in range(1, 13):
            half = (number - 1) // 2
            pitcher = 200 + half % 2 + 2 * (number > 8)
            both = key | {
                "plate_appearance": number,
                "pitcher_id": pitcher,
                "batter_id": 100 + number % 9,
                "inning": 1 + half // 2,
                "is_top": half % 2 == 0,
            }
            thrown = [] if number == 3 else _pitches(draw, physics)
            outcome = "intentional_walk" if number == 3 else str(draw.choice(list(ENDS)))
            if thrown:
                thrown[-1]["result"] = ENDS[outcome]
            outs_before = outs_made if number % 2 == 0 else 0
            outs_made = int(outcome in ("strikeout", "field_out"))
            caught = int(number == 6)  # a runner, while he bats
            row = both | _appearance(draw, outcome, len(thrown), physics)
            row |= {"outs": outs_before + caught, "outs_made": outs_made, "pitches_before": thrown_by[pitcher]}
            thrown_by[pitcher] += len(thrown)
            appearances.append(row)
            pitches += [both | {"pitch_number": i + 1} | pitch for i, pitch in enumerate(thrown)]
        pitches.append(key | {"plate_appearance": 13, "pitcher_id": 202, "pitch_number": 1, "result": "ball"})
    _write(store, "core.plate_appearances", season, appearances, draw)
    _write(store, "core.pitches", season, pitches, draw)
    _write(store, "core.plate_appearance_details", season, appearances, draw)
    in_play = [row for row in appearances if row["outcome"] in ("single", "field_out")]
    _write(store, "core.batted_balls", season, in_play, draw)


def write_games(store: Store, season: int, *, games: int = 6) -> None:
    """The games of write_outings, every second of them in August, which is what holds outings out of a gradient."""
    columns = {
        "season": season,
        "month": 5,
        "source": "statcast",
        "game_id": [f"G{game:03d}" for game in range(games)],
        "game_date": [dt.date(season, 8 if game % 2 else 5, 1 + game) for game in range(games)],
    }
    store.write("core.games", {"season": season, "month": 5}, rows_of(store.contracts["core.games"], columns, games))


def outings_of(store: Store, season: int, **kwargs: Any) -> Outings:
    """Write a season and load it."""
    write_outings(store, season, **kwargs)
    return load_outings(store, season)


def _pitches(draw: np.random.Generator, physics: bool) -> list[dict[str, Any]]:
    count = int(draw.integers(1, 7))
    thrown = []
    for index in range(count):
        pitch: dict[str, Any] = {
            "result": str(draw.choice(RESULTS)),
            "balls": min(index, 3),
            "strikes": min(index // 2, 2),
        }
        if physics:
            pitch |= {"pitch_type": str(draw.choice(["FF", "SL"])), "release_speed": float(draw.normal(93, 3))}
            pitch |= {"pfx_x": float(draw.normal())} if draw.random() < 0.8 else {}
            pitch |= {"spin_axis": float(draw.integers(0, 360))}
        thrown.append(pitch)
    return thrown


def _appearance(draw: np.random.Generator, outcome: str, pitches: int, physics: bool) -> dict[str, Any]:
    in_play = outcome in ("single", "field_out")
    return {
        "stand": str(draw.choice(["L", "R"])),
        "throws": str(draw.choice(["L", "R"])),
        "outcome": outcome,
        "pitches": pitches,
        "hit_type": str(draw.choice(["ground_ball", "fly_ball"])) if in_play else None,
        "launch_speed": float(draw.normal(88, 8)) if in_play and physics else None,
        "hit_distance": float(draw.integers(2, 400)) if in_play and physics else None,
        "bases": int(draw.integers(0, 8)),
        "score_difference": int(draw.integers(-4, 5)),
        "rest_days": None if draw.random() < 0.2 else int(draw.integers(1, 9)),
        "fielder": None if draw.random() < 0.1 else int(draw.integers(1, 10)),
        "times_faced": int(draw.integers(0, 4)),
        "park_id": "KAN06",
    }


def _write(store: Store, name: str, season: int, rows: list[dict[str, Any]], draw: np.random.Generator) -> None:
    rows = [rows[index] for index in draw.permutation(len(rows))]
    names = {field for row in rows for field in row} & set(store.contracts[name].column_names)
    columns = {field: [row.get(field) for row in rows] for field in names}
    for field in {"balls", "strikes", "batter_id", "inning", "is_top"} & names:
        columns[field] = [value or type(columns[field][0])() for value in columns[field]]
    columns |= {"season": season, "month": 5, "source": "statcast"}
    store.write(name, {"season": season, "month": 5}, rows_of(store.contracts[name], columns, len(rows)))
