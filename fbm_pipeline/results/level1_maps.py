"""Maps in two dimensions: where training has moved words, and where plate appearances lie by how they ended.

Belongs here: which vectors, their principal plane, and the picture as PNG bytes. It is drawn without a display and
without dates, so that equal numbers give equal bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from fbm_pipeline.evaluation.figures import png_bytes
from fbm_pipeline.level1.pitch_encoder import OutingEncoder
from fbm_pipeline.level1.vocabulary import FIELDS, NOT_OVER, RESERVED, WORDS
from fbm_pipeline.results.level1_neighbours import Appearances

MAPPED = ("result", "outcome", "pitch_type")  # the fields with a map
LEAST_WORDS = 3  # fewer lie in any plane
LEAST_OF_AN_OUTCOME = 20
# As shares of the axes: width and height of a label's letters, half a point, from a point to its label.
_CHARACTER, _LINE, _POINT, _BESIDE = 0.0125, 0.032, 0.007, 0.012
_MOST_MOVES = 60
_Box = tuple[float, float, float, float]  # left, bottom, right, top


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


def figure_words(maps: Sequence[PlaneMap]) -> bytes:
    """A panel per map, two in a row; the share of the spread that the plane holds stands in its title."""
    lines = max(1, -(-len(maps) // 2))
    figure = Figure(figsize=(13.5, 5.4 * lines), dpi=80, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(lines, 2, squeeze=False).ravel()
    for axes in grid:
        axes.axis("off")
    for axes, one in zip(grid, maps, strict=False):
        axes.axis("on")
        _draw_map(axes, one)
    return png_bytes(figure)


def label_places(places: np.ndarray, words: Sequence[str]) -> np.ndarray:
    """(words, 2) where each label begins, in shares of the axes: beside its point, covering no point or other label.

    `places` (words, 2) are the points in shares of the axes. A label that finds no free place stays where it was
    tried last.
    """
    labels = np.zeros_like(places)
    taken = [(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for x, y in places.tolist()]
    for place in np.lexsort((places[:, 0], -places[:, 1])):
        x, y = places[place].tolist()
        for box in _boxes(x, y, _CHARACTER * len(words[place])):
            if not any(_overlap(box, other) for other in taken):
                break
        taken.append(box)
        labels[place] = box[0], (box[1] + box[3]) / 2.0
    return labels


def _boxes(x: float, y: float, width: float) -> Iterator[_Box]:
    """Where a label may stand, the nearest first: right or left of its point, then ever further above and below."""
    for move in range(_MOST_MOVES):
        step = (move + 1) // 2 * (1 if move % 2 else -1)
        middle = min(max(y + 0.5 * step * _LINE, 0.02), 0.98)
        for left in (x + _BESIDE, x - _BESIDE - width):
            if left > 0.0 and left + width < 1.0:
                yield left, middle - 0.5 * _LINE, left + width, middle + 0.5 * _LINE
    yield 0.0, y - 0.5 * _LINE, width, y + 0.5 * _LINE


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] - 1e-9 and other[1] < one[3] - 1e-9


def _draw_map(axes: Axes, one: PlaneMap) -> None:
    axes.set_title(f"{one.title} ({100 * one.share:.0f} % of their spread)", fontsize=10, loc="left")
    axes.set_xticks([])
    axes.set_yticks([])
    _plain(axes)
    if not len(one.words):
        return
    low, high = one.places.min(axis=0), one.places.max(axis=0)
    points = 0.04 + 0.86 * (one.places - low) / np.where(high > low, high - low, 1.0)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    labels = label_places(points, one.words)
    axes.plot(points[:, 0], points[:, 1], linestyle="none", marker="o", markersize=4, color="#1565c0", zorder=2)
    for (x, y), (left, middle), word in zip(points.tolist(), labels.tolist(), one.words, strict=True):
        side, near = ("left", left) if left > x else ("right", left + _CHARACTER * len(word))
        axes.plot([x, near], [y, middle], color="#9aa5b1", linewidth=0.6, zorder=1)
        axes.text(near, middle, word.replace("_", " "), fontsize=8, ha=side, va="center", color="#1f2933")


def _plain(axes: Axes) -> None:
    axes.tick_params(labelsize=7.5, length=2)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.6)
