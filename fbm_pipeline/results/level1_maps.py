"""Maps in two dimensions: where training has moved words, and where plate appearances lie by how they ended.

Belongs here: which vectors, and their principal plane. Not here: drawing (level1_figures).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fbm_pipeline.level1.pitch_encoder import OutingEncoder
from fbm_pipeline.level1.vocabulary import FIELDS, NOT_OVER, RESERVED, WORDS
from fbm_pipeline.results.level1_appearances import Appearances

MAPPED = ("result", "outcome", "pitch_type")  # the fields with a map
LEAST_WORDS = 3  # fewer lie in any plane
LEAST_OF_AN_OUTCOME = 20


@dataclass(frozen=True)
class PlaneMap:
    """Words with places in the plane of largest spread, and the share of all spread that lies in it."""

    title: str
    words: Sequence[str]
    places: np.ndarray  # (words, 2)
    share: float


def word_maps(encoder: OutingEncoder, untrained: OutingEncoder) -> list[PlaneMap]:
    """A map per field of how pre-training moved the words that it met; a field with fewer than three has none.

    `untrained` is where they began: words begin far apart at random, and what training adds is small beside that.
    Raises ValueError for encoders of unlike shapes.
    """
    if encoder.words.shape != untrained.words.shape:
        raise ValueError(
            f"the encoder has words of shape {tuple(encoder.words.shape)}, the untrained one of "
            f"{tuple(untrained.words.shape)}, expected alike; train both with one preset"
        )
    table = (encoder.words - untrained.words).detach().double().numpy()
    known = encoder.word_map.numpy()
    maps = []
    for field in MAPPED:
        words = WORDS[field]
        first = int(encoder.word_offsets[FIELDS.index(field)]) + RESERVED
        met = known[first : first + len(words)] == np.arange(first, first + len(words))
        seen = [place for place in np.flatnonzero(met) if words[place] != NOT_OVER]
        if len(seen) >= LEAST_WORDS:
            title = f"moves of the words of {field.replace('_', ' ')}"
            maps.append(plane_map(title, [words[place] for place in seen], table[[first + place for place in seen]]))
    return maps


def outcome_map(appearances: Appearances, season: int) -> PlaneMap:
    """Mean embeddings by outcome, of outcomes that happened often enough."""
    counts = appearances.rows["outcome"].value_counts()
    often = [name for name in WORDS["outcome"] if counts.get(name, 0) >= LEAST_OF_AN_OUTCOME]
    outcomes = appearances.rows["outcome"].to_numpy()
    means = [appearances.vectors[outcomes == name].mean(axis=0, dtype=np.float64) for name in often]
    width = appearances.vectors.shape[1]
    return plane_map(f"mean embeddings of {season} by outcome", often, np.array(means).reshape(-1, width))


def plane_map(title: str, words: Sequence[str], vectors: np.ndarray) -> PlaneMap:
    """(words, width) vectors in their principal plane; an axis points to where its largest place is positive."""
    centred = vectors - vectors.mean(axis=0) if len(vectors) else vectors
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    places = np.zeros((len(words), 2))
    axes = min(2, len(values))
    places[:, :axes] = left[:, :axes] * values[:axes]
    for column in places.T:
        if len(column) and column[np.abs(column).argmax()] < 0:
            column *= -1.0
    total = float((values**2).sum())
    return PlaneMap(title, words, places, float((values[:2] ** 2).sum() / total) if total else 0.0)
