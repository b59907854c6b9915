"""How often each plain token came in a player's season, per plate appearance: the bar under every encoder.

Belongs here: counts from the core tables as columns. Not here: their principal components (principal_components).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.level1.principal_components import PlayerSeasons, league_members
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENT = "samples/token_counts"
READS = ("core.batted_balls", "core.pitches", "core.plate_appearances")
TURN = "plate_appearance"  # the token that the others are divided by
RAREST = 1 / 20_000  # tokens a plate appearance: rarer ones are no column
STEADY = 1 / 1000  # rarer ones count as if they were this common: a bunt foul weighs no more than a triple


@dataclass(frozen=True)
class SeasonCounts:
    """Integer counts of one season and one side of the ball."""

    season: int
    player_type: str
    mlbam_id: np.ndarray  # (n,) int64, ascending
    turns: np.ndarray  # (n,) int64
    tokens: tuple[str, ...]
    counts: np.ndarray  # (n, tokens) int32


def load_token_counts(store: Store, season: int) -> dict[str, SeasonCounts]:
    """The counts of one season by player type. Players without a plate appearance have no row."""
    with session(store, tables=READS) as connection:
        rows = query(connection, STATEMENT, {"season": season})
    return {
        player_type: _pivot(rows.filter(pc.field("player_type") == player_type), season, player_type)
        for player_type in PLAYER_TYPES
    }


def choose_tokens(seasons: Sequence[SeasonCounts], cutoff: int) -> tuple[tuple[str, ...], np.ndarray]:
    """The tokens that are columns, in alphabetical order, and what each is divided by.

    Both from seasons up to the cutoff alone. A token's chance is like a Poisson count's, so dividing by the root of
    its rate makes chance equally large in every column, and the components seek what is more than chance.
    """
    seen = [part for part in seasons if part.season <= cutoff]
    totals: dict[str, int] = {}
    for part in seen:
        for token, count in zip(part.tokens, part.counts.sum(axis=0, dtype=np.int64), strict=True):
            totals[token] = totals.get(token, 0) + int(count)
    turns = sum(int(part.turns.sum()) for part in seen)
    tokens = tuple(sorted(token for token, count in totals.items() if count >= RAREST * turns))
    rates = np.array([totals[token] / turns for token in tokens])
    return tokens, np.sqrt(np.maximum(rates, STEADY))


def token_shares(part: SeasonCounts, other: SeasonCounts, tokens: Sequence[str], scales: np.ndarray) -> PlayerSeasons:
    """Scaled tokens a plate appearance of one season; `other` is the other side of the ball: who pitches."""
    place = {token: index for index, token in enumerate(part.tokens)}
    shares = np.zeros((len(part.mlbam_id), len(tokens)))
    for column, token in enumerate(tokens):
        if token in place:
            shares[:, column] = part.counts[:, place[token]] / part.turns / scales[column]
    members = league_members(part.player_type, part.mlbam_id, part.turns, other.mlbam_id, other.turns)
    return PlayerSeasons(part.season, part.player_type, part.mlbam_id, part.turns.astype(np.float64), shares, members)


def _pivot(rows: pa.Table, season: int, player_type: str) -> SeasonCounts:
    players, at = np.unique(rows.column("mlbam_id").to_numpy(), return_inverse=True)
    words = pc.dictionary_encode(rows.column("token").combine_chunks())
    tokens = words.dictionary.to_pylist()
    counts = np.zeros((len(players), len(tokens)), np.int32)
    counts[at, words.indices.to_numpy()] = rows.column("times").to_numpy()
    turns = counts[:, tokens.index(TURN)] if TURN in tokens else np.zeros(len(players), np.int32)
    played = turns > 0
    columns = [index for index, token in enumerate(tokens) if token != TURN]
    return SeasonCounts(
        season,
        player_type,
        players[played].astype(np.int64),
        turns[played].astype(np.int64),
        tuple(tokens[index] for index in columns),
        counts[played][:, columns],
    )
