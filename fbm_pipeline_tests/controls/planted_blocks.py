"""Players whose outcomes go by a hidden number that season lines do not tell: one block knows it, the others are noise.

Frames are invented; blocks and the control's rates stand in a store, as the code under test reads them.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES, statistics
from fbm_pipeline.controls.fits import CONTROL
from fbm_pipeline.controls.frame import Frame
from fbm_pipeline.controls.learned_controls import BLOCKS
from fbm_pipeline.marcel.season_lines import Histories
from fbm_pipeline.presets.presets import PRESETS, EncoderPlan
from fbm_pipeline.store.tables import Store

PLAYERS = 200
FIRST_TARGET = 2012
CUTOFF = 2011
PRESET = replace(
    PRESETS["tiny"], encoders=(EncoderPlan(CUTOFF, 2009),), development_seasons=(2016, 2017), test_seasons=(2018,)
)
SYSTEMS = ("control_ridge", "control_trees", "control")
IDS = np.arange(PLAYERS) + 100
SIGNAL = 0.02  # what a unit of the hidden number adds to every rate
LUCK = 0.02


def hidden() -> np.ndarray:
    """(PLAYERS,) the number that decides."""
    return np.random.default_rng(1).normal(size=PLAYERS)


def outcomes(season: int, player_type: str) -> np.ndarray:
    """(PLAYERS, statistics) rates of a season."""
    draw = np.random.default_rng([season, PLAYER_TYPES.index(player_type)])
    return 0.2 + SIGNAL * hidden()[:, None] + draw.normal(0, LUCK, (PLAYERS, len(statistics(player_type))))


def frame_of(player_type: str, season: int) -> Frame:
    """Targets from FIRST_TARGET to the season projected; Marcel says the same of everybody, plain columns are noise."""
    targets = np.arange(FIRST_TARGET, season + 1)
    seasons, n = np.repeat(targets, PLAYERS), PLAYERS * len(targets)
    draw = np.random.default_rng(season)
    names = tuple(item.name for item in statistics(player_type))
    known = np.concatenate([outcomes(int(target), player_type) for target in targets])
    players = Histories(seasons, np.tile(IDS, len(targets)), np.full(n, 27.0), np.full((n, 3), -1))
    taught = seasons < season
    return Frame(
        season,
        players,
        names,
        np.full(known.shape, 0.2),
        np.where(taught[:, None], known, np.nan),
        np.where(taught, 600.0, 0.0),
        {name: Block(name, (f"{name}_a",), draw.normal(size=(n, 1))) for name in CONTROL},
    )


def read_invented(store: Store, player_type: str, season: int) -> Frame:
    """Stands in for `control_frame`."""
    return frame_of(player_type, season)


def known_players(store: Store, seasons: Iterable[int]) -> pd.DataFrame:
    """Stands in for `load_known_players`."""
    parts = []
    for season in seasons:
        for player_type in PLAYER_TYPES:
            names = [item.name for item in statistics(player_type)]
            found = {
                "season": season,
                "player_type": player_type,
                "mlbam_id": np.repeat(IDS, len(names)),
                "statistic": names * PLAYERS,
                "actual": outcomes(season, player_type).ravel(),
                "opportunities": 500,
            }
            parts.append(pd.DataFrame(found))
    return pd.concat(parts, ignore_index=True)


def write_block(
    store: Store,
    block: str,
    values: np.ndarray,
    seasons: Iterable[int] = range(2009, 2018),
    cutoff: int = CUTOFF,
    plate_appearances: float = 600.0,
) -> None:
    """The same (PLAYERS, width) vectors in every season and for both player types."""
    schema = store.contracts["features.learned_blocks"].schema
    rows = [
        {
            "block": block,
            "cutoff": cutoff,
            "season": season,
            "player_type": player_type,
            "mlbam_id": int(player),
            "plate_appearances": plate_appearances,
            "vector": list(map(float, vector)),
        }
        for season in seasons
        for player_type in PLAYER_TYPES
        for player, vector in zip(IDS, values, strict=True)
    ]
    store.write(
        "features.learned_blocks", {"block": block, "cutoff": cutoff}, pa.Table.from_pylist(rows, schema=schema)
    )


def write_blocks(store: Store, signal: str) -> None:
    """Four numbers of every block, noise but for the first of `signal`."""
    for place, block in enumerate(BLOCKS):
        values = np.random.default_rng(50 + place).normal(size=(PLAYERS, 4))
        if block == signal:
            values[:, 0] = hidden()
        write_block(store, block, values)


def write_controls(store: Store, seasons: Iterable[int], players: int = PLAYERS) -> None:
    """The control knows a little of the hidden number, its two halves with errors of their own."""
    schema = store.contracts["features.control_rates"].schema
    for season in seasons:
        for player_type in PLAYER_TYPES:
            names = [item.name for item in statistics(player_type)]
            draw = np.random.default_rng(season)
            ridge, trees = (0.2 + SIGNAL / 4 * hidden() + draw.normal(0, 0.01, PLAYERS) for _ in range(2))
            known = {
                "season": season,
                "player_type": player_type,
                "as_of": preseason(season),
                "trained_from": FIRST_TARGET,
                "trained_until": season - 1,
                "n": 100,
            }
            rows = [
                {**known, "mlbam_id": int(IDS[at]), "system": system, "statistic": name, "rate": float(rates[at])}
                for system, rates in zip(SYSTEMS, (ridge, trees, (ridge + trees) / 2), strict=True)
                for at in range(players)
                for name in names
            ]
            part = {"player_type": player_type, "season": season}
            store.write("features.control_rates", part, pa.Table.from_pylist(rows, schema=schema))
