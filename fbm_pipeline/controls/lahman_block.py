"""What Lahman adds to a batter's rates: running, positions, hands, height. They stand for speed and strength.

Not here: listed weight, which is that of the register's latest edition and so of a player's later career.
"""

import numpy as np
import pandas as pd

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.marcel.regression import YEAR_WEIGHTS
from fbm_pipeline.marcel.season_lines import Histories, SeasonLines
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENTS = ("features/running_and_positions", "features/hands_and_height")
TABLES = ("core.players", "raw.lahman_batting", "raw.lahman_appearances", "raw.lahman_people")

# Count, denominator, and the denominators of league average that a player starts with.
_RUNNING = (
    ("sb", "on_base", 60.0),
    ("cs", "on_base", 60.0),
    ("r", "on_base", 100.0),
    ("gidp", "ab", 300.0),
    ("rbi", "ab", 100.0),
)
_POSITIONS = ("g_c", "g_1b", "g_2b", "g_3b", "g_ss", "g_lf", "g_cf", "g_rf", "g_dh", "g_ph", "g_pr")
AVERAGE_HEIGHT = 73.0  # inches; a constant, because the mean of a register changes with every debut
REGULAR_GAMES = 10.0  # games of no position in particular that everybody's shares start with


def lahman_block(store: Store, players: Histories, lines: SeasonLines) -> Block:
    """Columns for the players, whose `rows` point into `lines`; 0 where Lahman has no season of theirs."""
    bounds = {"first_season": int(lines.season.min()), "last_season": int(lines.season.max())}
    with session(store, tables=TABLES) as connection:
        seasons = query(connection, STATEMENTS[0], bounds).to_pandas()
        people = query(connection, STATEMENTS[1]).to_pandas()
    columns = {**_seasons_columns(seasons, players, lines), **_body_columns(people, players)}
    return Block("lahman", tuple(columns), np.column_stack(list(columns.values())))


def _seasons_columns(seasons: pd.DataFrame, players: Histories, lines: SeasonLines) -> dict[str, np.ndarray]:
    index = pd.MultiIndex.from_arrays([lines.season, lines.mlbam_id], names=["season", "mlbam_id"])
    counts = (
        seasons.astype("float64").astype({"season": "int64", "mlbam_id": "int64"}).set_index(["season", "mlbam_id"])
    )
    league = counts.groupby(level="season").transform("sum")
    weights = YEAR_WEIGHTS["batter"] / YEAR_WEIGHTS["batter"][0]

    def weighted(values: pd.Series) -> np.ndarray:
        return players.gather(values.reindex(index).to_numpy(dtype=np.float64)) @ weights

    columns = {}
    for above, below, k in _RUNNING:
        average = (league[above] / league[below].where(league[below] > 0)).fillna(0.0)
        beyond = weighted(counts[above].fillna(0.0) - average * counts[below].fillna(0.0))
        columns[f"lahman_{above}"] = beyond / (weighted(counts[below]) + k)
    # The step from none to a few stolen bases is better evidence of speed than the step from forty to fifty.
    attempts = weighted(counts["sb"]) + weighted(counts["cs"])
    columns["lahman_attempts_root"] = np.sqrt(attempts / (weighted(counts["on_base"]) + _RUNNING[0][2]))
    games = {name: weighted(counts[name]) for name in _POSITIONS}
    total = sum(games.values()) + REGULAR_GAMES
    return {**columns, **{f"lahman_{name}": value / total for name, value in games.items()}}


def _body_columns(people: pd.DataFrame, players: Histories) -> dict[str, np.ndarray]:
    bodies = people.set_index("mlbam_id").reindex(players.mlbam_id)
    height = bodies["height"].astype("float64")
    return {
        "lahman_height": (height - AVERAGE_HEIGHT).fillna(0.0).to_numpy(),
        "lahman_bats_left": (bodies["bats"] == "L").to_numpy(dtype=np.float64),
        "lahman_bats_both": (bodies["bats"] == "B").to_numpy(dtype=np.float64),
        "lahman_throws_left": (bodies["throws"] == "L").to_numpy(dtype=np.float64),
    }
