"""Player vectors with names: the neighbours of a season's leaders.

Leaders are chosen by a rule, so that nobody picks the pretty ones. Not here: how vectors are made (training).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.results.level1_tables import FaceTable
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENT = "results/known_players"
TABLES = ("models.player_vectors", "core.season_lines", "core.players")
LEADS: Mapping[str, tuple[str, bool]] = {  # the count per opportunity, and whether most of it leads
    "most strikeouts": ("so", True),
    "fewest strikeouts": ("so", False),
    "most home runs": ("hr", True),
    "most walks": ("bb", True),
    "fewest walks": ("bb", False),
}
LEADERS_SHARE = 0.5  # of the season's most plate appearances: who may lead
KNOWN_SHARE = 0.25  # who may be near
NEAREST = 3


@dataclass(frozen=True)
class KnownPlayers:
    """One side of the ball: players with a vector who played in the season before, many plate appearances each."""

    rows: pd.DataFrame  # name, opportunities and the counts of the season before
    vectors: np.ndarray  # (players, dimensions) float64


def load_known_players(store: Store, cutoff: int, season: int) -> dict[str, KnownPlayers]:
    """By player type, vectors as of 1 March of the season. Raises EvaluationError when there is none."""
    with session(store, tables=TABLES) as connection:
        rows = query(connection, STATEMENT, {"cutoff": cutoff, "season": season}).to_pandas()
    found = {}
    for player_type in PLAYER_TYPES:
        own = rows[rows["player_type"] == player_type]
        own = own[own["opportunities"] >= KNOWN_SHARE * own["opportunities"].max()].reset_index(drop=True)
        if len(own) <= NEAREST:
            raise EvaluationError(
                f"models.player_vectors of cutoff {cutoff} as of {season} has {len(own)} {player_type}s who played in "
                f"{season - 1}, expected more than {NEAREST}. Next: materialize models.player_vectors and "
                f"core.season_lines of {season - 1}."
            )
        found[player_type] = KnownPlayers(own, np.stack(own["mean"].to_list()).astype(np.float64))
    return found


def neighbours_table(known: Mapping[str, KnownPlayers], season: int) -> FaceTable:
    """A row per player type and lead: the leader and the players at the smallest distance from him."""
    rows, medians = [], []
    for player_type, players in known.items():
        distances = np.sqrt(((players.vectors[:, None, :] - players.vectors[None, :, :]) ** 2).sum(axis=2))
        median = np.median(distances[np.triu_indices(len(distances), 1)])
        medians.append(f"of {len(players.rows)} {player_type}s is {median:.2f} apart")
        rows += [
            _neighbours(players.rows, distances, f"{player_type}, {lead}", leader_of(players.rows, count, most))
            for lead, (count, most) in LEADS.items()
        ]
    note = (
        f"Vectors as of 1 March {season}, from games before it. Leads are per PA or BF of {season - 1}; in brackets "
        "strikeouts, walks and home runs in percent.\nDistances are Euclidean, an sd among all players being 1. The "
        f"median pair {', '.join(medians)}."
    )
    places = ("nearest", "second", "third")[:NEAREST]
    return FaceTable("Near whom a player stands", note, ["leads in", "player", *places], rows)


def _neighbours(rows: pd.DataFrame, distances: np.ndarray, lead: str, leader: int) -> list[str]:
    order = np.argsort(np.round(distances[leader], 6), kind="stable")
    near = [place for place in order.tolist() if place != leader][:NEAREST]
    cells = [f"{_named(rows, place)} {distances[leader, place]:.2f}" for place in near]
    return [lead, _named(rows, leader), *cells]


def leader_of(rows: pd.DataFrame, count: str, most: bool) -> int:
    """The place of the player with most (or fewest) of a count per opportunity; the lowest id of equals."""
    opportunities = rows["opportunities"].to_numpy(np.float64)
    rate = rows[count].to_numpy(np.float64) / opportunities
    enough = opportunities >= LEADERS_SHARE * opportunities.max()
    return int(np.argmax(np.where(enough, rate if most else -rate, -np.inf)))


def _named(rows: pd.DataFrame, place: int) -> str:
    row = rows.iloc[place]
    shares = " / ".join(f"{100 * row[count] / row['opportunities']:.0f}" for count in ("so", "bb", "hr"))
    return f"{row['name']} ({shares})"
