"""Plate appearances whose embeddings say how they ended, of players who keep their ways from season to season."""

import datetime as dt
from collections.abc import Callable

import numpy as np

from fbm_pipeline.model.pooling_query import OUTCOME_CLASSES
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.samples.small_store import rows_of

WIDTH = 6
BATTERS = np.arange(100, 140)
PITCHERS = np.arange(200, 240)
WORDS = ("strikeout", "walk", "single", "field_out")
Change = Callable[[int, int, str], str]  # season, batter, outcome -> outcome


def write_embedded(store: Store, season: int, cutoff: int, *, turns: int = 4000, change: Change | None = None) -> None:
    """One month. An odd batter strikes out often; `change` alters outcomes after the embeddings were made."""
    assert set(WORDS) <= {word for words in OUTCOME_CLASSES.values() for word in words}
    draw = np.random.default_rng(season)
    batters, pitchers = draw.choice(BATTERS, turns), draw.choice(PITCHERS, turns)
    often = np.where(batters % 2 == 1, 0.4, 0.1)
    words = np.where(draw.random(turns) < often, "strikeout", draw.choice(WORDS[1:], turns))
    vectors = draw.normal(size=(turns, WIDTH)) * 0.3
    for place, word in enumerate(WORDS):
        vectors[words == word, place] += 1.0
    if change is not None:
        words = np.array([change(season, int(b), str(w)) for b, w in zip(batters, words, strict=True)])
    games = [f"G{number // 60:04d}" for number in range(turns)]
    key = {"season": season, "month": 5, "game_date": dt.date(season, 5, 1), "source": "retrosheet"}
    columns = key | {
        "game_id": games, "plate_appearance": [number % 60 for number in range(turns)], "batter_id": batters,
        "pitcher_id": pitchers, "outcome": words, "stand": "R", "throws": "R",
    }  # fmt: skip
    table = rows_of(store.contracts["core.plate_appearances"], columns, turns)
    store.write("core.plate_appearances", {"season": season, "month": 5}, table)
    embedded = {
        "cutoff": cutoff, "season": season, "game_id": games, "plate_appearance": columns["plate_appearance"],
        "encoder": "planted", "embedding": [vector.tobytes() for vector in vectors.astype("<f2")],
    }  # fmt: skip
    table = rows_of(store.contracts["models.pa_embeddings"], embedded, turns)
    store.write("models.pa_embeddings", {"cutoff": cutoff, "season": season}, table)
