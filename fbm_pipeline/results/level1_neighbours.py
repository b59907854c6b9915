"""Faces of Level 1: near whom a player's vector stands, and which plate appearances look alike to the encoder.

Whom and what is asked about is chosen by a rule, so that nobody picks the pretty ones: a season's leaders, and the
first plate appearance of its kind. Not here: how vectors are made (player_vectors, level1).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.results.markdown import table
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

PLAYER_TABLES = ("models.player_vectors", "core.season_lines", "core.players")
LEADS: Mapping[str, tuple[str, bool]] = {  # the count per opportunity, and whether most of it leads
    "most strikeouts": ("so", True),
    "fewest strikeouts": ("so", False),
    "most home runs": ("hr", True),
    "most walks": ("bb", True),
    "fewest walks": ("bb", False),
}
LEADERS_SHARE = 0.5  # of the season's most plate appearances: who may lead
KNOWN_SHARE = 0.25  # who may be near
NEAREST_PLAYERS = 3

APPEARANCE_TABLES = ("core.plate_appearances", "models.pa_embeddings")
KINDS: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = {
    "home run": lambda rows: rows["outcome"] == "home_run",
    "walk of ten pitches or more": lambda rows: (rows["outcome"] == "walk") & (rows["pitches"] >= 10),
    "strikeout on three pitches": lambda rows: (rows["outcome"] == "strikeout") & (rows["pitches"] == 3),
    "single on the ground": lambda rows: (rows["outcome"] == "single") & (rows["hit_type"] == "ground_ball"),
    "out on the first pitch": lambda rows: (rows["outcome"] == "field_out") & (rows["pitches"] == 1),
    "double play on the ground": lambda rows: rows["outcome"] == "grounded_into_double_play",
}
NEAREST_APPEARANCES = 2
CROWD = 50  # nearest plate appearances whose outcomes are counted


@dataclass(frozen=True)
class FaceTable:
    """A title, a note under it, and rows of text; columns whose name ends in `#` are set to the right."""

    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The table below its title."""
        return f"### {self.title}\n\n{self.note}\n\n{table(self.columns, self.rows)}"


@dataclass(frozen=True)
class KnownPlayers:
    """One side of the ball: players with a vector who played in the season before, many plate appearances each."""

    rows: pd.DataFrame  # name, opportunities and the counts of the season before
    vectors: np.ndarray  # (players, dimensions) float64


def load_known_players(store: Store, cutoff: int, season: int) -> dict[str, KnownPlayers]:
    """By player type, vectors as of 1 March of the season. Raises EvaluationError when there is none."""
    with session(store, tables=PLAYER_TABLES) as connection:
        rows = query(connection, "results/known_players", {"cutoff": cutoff, "season": season}).to_pandas()
    known = {}
    for player_type in PLAYER_TYPES:
        players = rows[rows["player_type"] == player_type]
        enough = players["opportunities"] >= KNOWN_SHARE * players["opportunities"].max()
        players = players[enough].reset_index(drop=True)
        if len(players) <= NEAREST_PLAYERS:
            raise EvaluationError(
                f"models.player_vectors of cutoff {cutoff} as of {season} has {len(players)} {player_type}s who played "
                f"in {season - 1}, expected more than {NEAREST_PLAYERS}. Next: materialize models.player_vectors and "
                f"core.season_lines of {season - 1}."
            )
        known[player_type] = KnownPlayers(players, np.stack(players["mean"].to_list()).astype(np.float64))
    return known


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
    places = ("nearest", "second", "third")[:NEAREST_PLAYERS]
    return FaceTable("Near whom a player stands", note, ["leads in", "player", *places], rows)


def _neighbours(rows: pd.DataFrame, distances: np.ndarray, lead: str, leader: int) -> list[str]:
    order = np.argsort(np.round(distances[leader], 6), kind="stable")
    near = [place for place in order.tolist() if place != leader][:NEAREST_PLAYERS]
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


@dataclass(frozen=True)
class Appearances:
    """A season's plate appearances as they were played, and their embeddings."""

    rows: pd.DataFrame  # game_id, plate_appearance, stand, throws, outcome, hit_type, pitches
    vectors: np.ndarray  # (rows, width) float32


def load_appearances(store: Store, cutoff: int, season: int) -> Appearances:
    """All of a season that the encoder of the cutoff embedded. Raises EvaluationError when there is none."""
    with session(store, tables=APPEARANCE_TABLES) as connection:
        table = query(connection, "results/embedded_plate_appearances", {"cutoff": cutoff, "season": season})
    if not table.num_rows:
        raise EvaluationError(
            f"models.pa_embeddings holds no plate appearance of {season} by the encoder of cutoff {cutoff}. Next: "
            "materialize it for that season."
        )
    column = table.column("embedding")
    lengths = pc.unique(pc.binary_length(column)).to_pylist()
    if len(lengths) != 1:
        raise EvaluationError(
            f"models.pa_embeddings of {season}, cutoff {cutoff}, has embeddings of {sorted(lengths)} bytes, expected "
            "one length. Next: embed the season again."
        )
    flat = np.frombuffer(b"".join(column.to_pylist()), "<f2").reshape(table.num_rows, -1)
    return Appearances(table.drop_columns(["embedding"]).to_pandas(), flat.astype(np.float32))


def appearance_faces(store: Store, appearances: Appearances, season: int) -> FaceTable:
    """A row per kind that the season had: its first one, and the most similar ones of other games."""
    rows = appearances.rows
    of_kind = {kind: rule(rows).to_numpy(bool) for kind, rule in KINDS.items()}
    firsts = {kind: int(np.argmax(mask)) for kind, mask in of_kind.items() if mask.any()}
    near = {kind: nearest(appearances, place, CROWD) for kind, place in firsts.items()}
    alike = [place for places, _ in near.values() for place in places[:NEAREST_APPEARANCES].tolist()]
    shown = sorted({*firsts.values(), *alike})
    results = _results(store, rows.iloc[shown], season)
    texts = {place: _appearance_text(rows.iloc[place], results) for place in shown}
    lines = []
    for kind, first in firsts.items():
        places, cosines = near[kind]
        same = int((rows["outcome"].to_numpy()[places] == rows["outcome"].iloc[first]).sum())
        share = float((rows["outcome"] == rows["outcome"].iloc[first]).mean())
        alike_first = [
            f"{texts[place]} ({cosine:.3f})"
            for place, cosine in zip(places[:NEAREST_APPEARANCES].tolist(), cosines, strict=False)
        ]
        lines.append([kind, texts[first], *alike_first, f"{same} of {len(places)} ({100 * share:.1f} %)"])
    note = (
        f"Each is the first of its kind in {season}; beside it those of other games with the largest cosine of "
        f"embeddings, among {len(rows)}.\nHands are batter against pitcher. The last column counts the same outcome "
        f"among the {CROWD} nearest, and its share of the season."
    )
    columns = ["first", "plate appearance", *("nearest", "second")[:NEAREST_APPEARANCES], "same outcome#"]
    return FaceTable("Which plate appearances look alike", note, columns, lines)


def nearest(appearances: Appearances, place: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Places and cosines of the most similar plate appearances of other games, the most similar first."""
    lengths = np.linalg.norm(appearances.vectors, axis=1)
    products = appearances.vectors @ appearances.vectors[place]
    cosines = np.round(products / np.maximum(lengths * lengths[place], 1e-12), 5)  # equals stay in their order
    games = appearances.rows["game_id"].to_numpy()
    cosines = np.where(games == games[place], -np.inf, cosines)
    order = np.argsort(-cosines, kind="stable")[:count]
    order = order[np.isfinite(cosines[order])]
    return order, cosines[order]


def _results(store: Store, chosen: pd.DataFrame, season: int) -> dict[tuple[str, int], list[str]]:
    keys = pa.Table.from_pandas(chosen[["game_id", "plate_appearance"]], preserve_index=False)
    with session(store, tables=("core.pitches",), chosen=keys) as connection:
        rows = query(connection, "results/results_of_pitches", {"season": season}).to_pylist()
    return {(row["game_id"], row["plate_appearance"]): row["results"] for row in rows}


def _appearance_text(row: pd.Series, results: Mapping[tuple[str, int], list[str]]) -> str:
    pitches = results.get((row["game_id"], row["plate_appearance"]), [])
    thrown = ", ".join(str(result).replace("_", " ") for result in pitches) or "no pitch"
    ended = str(row["outcome"]).replace("_", " ")
    kind = "" if pd.isna(row["hit_type"]) else f" on a {str(row['hit_type']).replace('_', ' ')}"
    return f"{row['stand'] or '?'} against {row['throws'] or '?'}: {thrown}; {ended}{kind}"
