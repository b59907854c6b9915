"""The picture of Level 1 as PNG bytes: maps of words.

Drawn without a display and without dates, so that equal numbers give equal bytes. Not here: where words lie
(level1_maps).
"""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from fbm_pipeline.evaluation.figures import png_bytes
from fbm_pipeline.results.level1_maps import PlaneMap

# As shares of the axes: width and height of a label's letters, half a point, from a point to its label.
_CHARACTER, _LINE, _POINT, _BESIDE = 0.0125, 0.032, 0.007, 0.012
_MOST_MOVES = 60
_Box = tuple[float, float, float, float]  # left, bottom, right, top


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
    found = np.zeros_like(places)
    taken = [(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for x, y in places.tolist()]
    for place in np.lexsort((places[:, 0], -places[:, 1])):
        x, y = places[place].tolist()
        for box in _boxes(x, y, _CHARACTER * len(words[place])):
            if not any(_overlap(box, other) for other in taken):
                break
        taken.append(box)
        found[place] = box[0], (box[1] + box[3]) / 2.0
    return found


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
