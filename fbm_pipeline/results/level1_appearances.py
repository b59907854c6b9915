"""Plate appearances that look alike to the encoder, told in words and without anybody's name.

Those asked about are chosen by a rule: the first of their kind in the season. Not here: how they are embedded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.results.level1_tables import FaceTable
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

TABLES = ("core.plate_appearances", "models.pa_embeddings")
KINDS: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = {
    "home run": lambda rows: rows["outcome"] == "home_run",
    "walk of ten pitches or more": lambda rows: (rows["outcome"] == "walk") & (rows["pitches"] >= 10),
    "strikeout on three pitches": lambda rows: (rows["outcome"] == "strikeout") & (rows["pitches"] == 3),
    "single on the ground": lambda rows: (rows["outcome"] == "single") & (rows["hit_type"] == "ground_ball"),
    "out on the first pitch": lambda rows: (rows["outcome"] == "field_out") & (rows["pitches"] == 1),
    "double play on the ground": lambda rows: rows["outcome"] == "grounded_into_double_play",
}
NEAREST = 2
CROWD = 50  # nearest plate appearances whose outcomes are counted


@dataclass(frozen=True)
class Appearances:
    """A season's plate appearances as they were played, and their embeddings."""

    rows: pd.DataFrame  # game_id, plate_appearance, stand, throws, outcome, hit_type, pitches
    vectors: np.ndarray  # (rows, width) float32


def load_appearances(store: Store, cutoff: int, season: int) -> Appearances:
    """All of a season that the encoder of the cutoff embedded. Raises EvaluationError when there is none."""
    with session(store, tables=TABLES) as connection:
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
    firsts = {kind: int(np.argmax(found)) for kind, rule in KINDS.items() if (found := rule(rows).to_numpy(bool)).any()}
    near = {kind: nearest(appearances, place, CROWD) for kind, place in firsts.items()}
    shown = sorted({place for kind, first in firsts.items() for place in (first, *near[kind][0][:NEAREST].tolist())})
    results = _results(store, rows.iloc[shown], season)
    told = {place: _told(rows.iloc[place], results) for place in shown}
    table = []
    for kind, first in firsts.items():
        places, cosines = near[kind]
        same = int((rows["outcome"].to_numpy()[places] == rows["outcome"].iloc[first]).sum())
        share = float((rows["outcome"] == rows["outcome"].iloc[first]).mean())
        table.append(
            [
                kind,
                told[first],
                *(
                    f"{told[place]} ({cosine:.3f})"
                    for place, cosine in zip(places[:NEAREST].tolist(), cosines, strict=False)
                ),
                f"{same} of {len(places)} ({100 * share:.1f} %)",
            ]
        )
    note = (
        f"Each is the first of its kind in {season}; beside it those of other games with the largest cosine of "
        f"embeddings, among {len(rows)}.\nHands are batter against pitcher. The last column counts the same outcome "
        f"among the {CROWD} nearest, and its share of the season."
    )
    columns = ["first", "plate appearance", *("nearest", "second")[:NEAREST], "same outcome#"]
    return FaceTable("Which plate appearances look alike", note, columns, table)


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
        found = query(connection, "results/results_of_pitches", {"season": season}).to_pylist()
    return {(row["game_id"], row["plate_appearance"]): row["results"] for row in found}


def _told(row: pd.Series, results: Mapping[tuple[str, int], list[str]]) -> str:
    pitches = results.get((row["game_id"], row["plate_appearance"]), [])
    thrown = ", ".join(str(result).replace("_", " ") for result in pitches) or "no pitch"
    ended = str(row["outcome"]).replace("_", " ")
    kind = "" if pd.isna(row["hit_type"]) else f" on a {str(row['hit_type']).replace('_', ' ')}"
    return f"{row['stand'] or '?'} against {row['throws'] or '?'}: {thrown}; {ended}{kind}"
