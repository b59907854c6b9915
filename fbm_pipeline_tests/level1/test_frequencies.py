"""Frequencies: what counting gives, shrunk, and with the length where that is asked for."""

from dataclasses import replace

import numpy as np
import pytest

from fbm_pipeline.level1.frequencies import LOOKUPS, PRIOR, cells, fit_frequencies
from fbm_pipeline.level1.outings import Outings
from fbm_pipeline.level1.pretraining import MOST_COUNTED, OBJECTIVES, targets_of
from fbm_pipeline.level1.vocabulary import FIELDS, RESERVED
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.tiny_outings import outings_of


@pytest.fixture(scope="module")
def outings(tmp_path_factory: pytest.TempPathFactory) -> Outings:
    return outings_of(Store(tmp_path_factory.mktemp("frequencies") / "store", TABLES), 2016, games=20)


def with_outcome(outings: Outings, pas: np.ndarray, outcome: int) -> Outings:
    """The outings with one outcome planted in the chosen plate appearances (bool)."""
    ids = outings.ids.copy()
    ids[outings.pa_starts[1:][pas] - 1, FIELDS.index("outcome")] = RESERVED + 1 + outcome
    return replace(outings, ids=ids)


def test_frequencies_are_what_counting_gives(outings: Outings) -> None:
    found = fit_frequencies(outings)
    pas = np.arange(outings.plate_appearances)
    share = targets_of(outings, pas)["outcome"]
    base = (share.sum(0) + 1.0) / (share.sum() + share.shape[1])
    expected = -np.log(base)[share.argmax(1)].mean()
    scores = found.cross_entropies(outings, pas)
    assert set(scores) == set(LOOKUPS)
    assert scores["base"]["outcome"] == pytest.approx(expected, rel=1e-6)
    # On what they were counted on, cells cannot be worse.
    assert scores["hands"]["outcome"] < scores["base"]["outcome"]


def test_the_lookup_finds_a_platoon_difference(outings: Outings) -> None:
    left = outings.ids[outings.pa_starts[:-1], FIELDS.index("stand")] == RESERVED
    planted = with_outcome(outings, left, 0)
    scores = fit_frequencies(planted).cross_entropies(planted, np.arange(planted.plate_appearances))
    assert scores["hands"]["outcome"] < scores["base"]["outcome"] - 0.1


def test_the_lookup_by_length_knows_that_a_walk_needs_four(outings: Outings) -> None:
    lengths = np.diff(outings.pa_starts)
    planted = with_outcome(with_outcome(outings, lengths < 4, 0), lengths >= 4, 6)
    pas = np.arange(planted.plate_appearances)
    found = fit_frequencies(planted)
    scores = found.cross_entropies(planted, pas)
    assert scores["hands_order_length"]["outcome"] < scores["hands_order"]["outcome"] - 0.3
    assert set(scores["hands_order_length"]) == set(OBJECTIVES) - {"pitch_count"}  # it would be told


def test_cells_by_length_shrink_to_what_their_length_has_in_common(outings: Outings) -> None:
    pas = np.arange(outings.plate_appearances)
    found = fit_frequencies(outings)
    share = targets_of(outings, pas)["outcome"].astype(np.float64)
    same_length = np.diff(outings.pa_starts) == 2
    base = found.tables["base"]["outcome"][0]
    parent = (share[same_length].sum(0) + PRIOR * base) / (same_length.sum() + PRIOR)
    cell = cells(outings, pas, "hands_order_length")
    one = cell[np.flatnonzero(same_length)[0]]
    own = share[cell == one]
    expected = (own.sum(0) + PRIOR * parent) / (len(own) + PRIOR)
    table = found.tables["hands_order_length"]["outcome"]
    np.testing.assert_allclose(table[one], expected, rtol=1e-9)
    np.testing.assert_allclose(table.sum(1), 1.0, rtol=1e-9)
    assert len(table) == (MOST_COUNTED + 1) * len(found.tables["hands_order"]["outcome"])
