"""Player vectors with names: the neighbours of a season's leaders, and what each dimension goes with.

Leaders are chosen by a rule, so that nobody picks the pretty ones. Not here: how vectors are made (training).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.player_vectors.player_vectors import Meaning
from fbm_pipeline.publish.formats import OPPORTUNITIES
from fbm_pipeline.results.level1_tables import FaceTable
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENT = "results/known_players"
TABLES = ("models.player_vectors", "core.season_lines", "core.players", "features.sequence_counts")
LEADS: Mapping[str, tuple[str, bool]] = {  # the count per opportunity, and whether most of it leads
    "most strikeouts": ("so", True), "fewest strikeouts": ("so", False), "most home runs": ("hr", True),
    "most walks": ("bb", True), "fewest walks": ("bb", False),
}  # fmt: skip
RATES: Mapping[str, tuple[str, str]] = {
    "strikeouts": ("so", "opportunities"), "walks": ("bb", "opportunities"), "home runs": ("hr", "opportunities"),
    "hits": ("h", "opportunities"), "ground balls": ("ground_balls", "typed_balls"), "whiffs": ("whiffs", "swings"),
    "swings": ("swings", "pitches"), "pulled": ("pulled", "sided_balls"),
}  # fmt: skip
LEADERS_SHARE = 0.5  # of the season's most plate appearances: who may lead
KNOWN_SHARE = 0.25  # who may be near, and whose rates dimensions are held against
NEAREST = 3
STRONG = 0.5  # a correlation that is set in bold
MOST_MOVED = 3  # classes of the decoder that are named for a dimension


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


def player_faces(known: Mapping[str, KnownPlayers], meanings: Sequence[Meaning], season: int) -> list[FaceTable]:
    """Neighbours of the leaders and meanings of dimensions, batters before pitchers."""
    return [
        table
        for player_type in PLAYER_TYPES
        for table in (
            neighbours_table(player_type, known[player_type], season),
            dimensions_table(player_type, known[player_type], meanings, season),
        )
    ]


def neighbours_table(player_type: str, known: KnownPlayers, season: int) -> FaceTable:
    """A row per lead: the leader and the players at the smallest distance from him."""
    distances = np.sqrt(((known.vectors[:, None, :] - known.vectors[None, :, :]) ** 2).sum(axis=2))
    pairs = distances[np.triu_indices(len(distances), 1)]
    rows = []
    for lead, (count, most) in LEADS.items():
        leader = leader_of(known.rows, count, most)
        order = np.argsort(np.round(distances[leader], 6), kind="stable")
        near = [place for place in order.tolist() if place != leader][:NEAREST]
        rows.append([lead, _told(known.rows, leader),
                     *(f"{_told(known.rows, place)} {distances[leader, place]:.2f}" for place in near)])  # fmt: skip
    unit = OPPORTUNITIES[player_type]
    least = LEADERS_SHARE * known.rows["opportunities"].max()
    note = (
        f"Vectors as of 1 March {season}, from games before it. Leaders of {season - 1} per {unit}, of {least:.0f} "
        f"{unit} and more; in brackets strikeouts, walks and home runs of {season - 1} in percent of {unit}. Distances "
        f"are Euclidean, an sd among all players being 1; the median pair of {len(known.rows)} {player_type}s "
        f"is {np.median(pairs):.2f} apart."
    )
    places = ("nearest", "second", "third")[:NEAREST]
    return FaceTable(f"Near whom a {player_type} stands", note, ["leads in", player_type, *places], rows)


def leader_of(rows: pd.DataFrame, count: str, most: bool) -> int:
    """The place of the player with most (or fewest) of a count per opportunity; the lowest id of equals."""
    opportunities = rows["opportunities"].to_numpy(np.float64)
    rate = rows[count].to_numpy(np.float64) / opportunities
    enough = opportunities >= LEADERS_SHARE * opportunities.max()
    return int(np.argmax(np.where(enough, rate if most else -rate, -np.inf)))


def dimensions_table(player_type: str, known: KnownPlayers, meanings: Sequence[Meaning], season: int) -> FaceTable:
    """A row per dimension: what the decoder reads from it, and its correlation with rates of the season before."""
    rates = {name: known.rows[top].to_numpy(np.float64) / _positive(known.rows[below].to_numpy(np.float64))
             for name, (top, below) in RATES.items()}  # fmt: skip
    rows = [
        [str(number), _moved(player_type, number, meanings), f"{values.std():.2f}",
         *(_correlation(values, rate) for rate in rates.values())]
        for number, values in enumerate(known.vectors.T, start=1)
    ]  # fmt: skip
    note = (
        f"The {MOST_MOVED} classes whose log odds a step of 1 along the dimension moves most, by head of the decoder "
        "(mean over its contexts); the spread of the players' means, 1 where everything of them were known. Then the "
        f"correlation of each dimension, as of 1 March {season}, with rates of {season - 1} over {len(known.rows)} "
        f"{player_type}s: strikeouts, walks, home runs and hits per {OPPORTUNITIES[player_type]}, ground balls per "
        f"batted ball, whiffs per swing, swings per pitch, balls pulled. Bold from {STRONG:g} on."
    )
    columns = ["dimension#", "moves most", "sd of means#", *(f"{name}#" for name in rates)]
    return FaceTable(f"What the dimensions of a {player_type}'s vector go with", note, columns, rows)


def _moved(player_type: str, dimension: int, meanings: Sequence[Meaning]) -> str:
    own = [one for one in meanings if (one.player_type, one.dimension) == (player_type, dimension)]
    own.sort(key=lambda one: (-abs(one.loading), one.head, one.outcome))
    return ", ".join(f"{one.head} {one.outcome} {one.loading:+.2f}".replace("_", " ") for one in own[:MOST_MOVED])


def _told(rows: pd.DataFrame, place: int) -> str:
    row = rows.iloc[place]
    shares = " / ".join(f"{100 * row[count] / row['opportunities']:.0f}" for count in ("so", "bb", "hr"))
    return f"{row['name']} ({shares})"


def _correlation(values: np.ndarray, rate: np.ndarray) -> str:
    both = np.isfinite(rate)
    if both.sum() < 3 or values[both].std() == 0 or rate[both].std() == 0:
        return "–"
    r = float(np.corrcoef(values[both], rate[both])[0, 1])
    return f"**{r:+.2f}**" if abs(r) >= STRONG else f"{r:+.2f}"


def _positive(counts: np.ndarray) -> np.ndarray:
    """NaN where nothing was counted: there is no rate."""
    return np.where(counts > 0, counts, np.nan)
