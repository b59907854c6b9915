"""Rows and batches: every plate appearance once, cut where a plate appearance ends, with little padding."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbm_pipeline.level1.outing_batches import LONGEST, Rows, arrange, collate, groups, starts_of
from fbm_pipeline.level1.outings import Outings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.tiny_outings import outings_of


@pytest.fixture(scope="module")
def outings(tmp_path_factory: pytest.TempPathFactory) -> Outings:
    return outings_of(Store(tmp_path_factory.mktemp("batches") / "store", TABLES), 2022, physics=True)


def rows_of_lengths(lengths: np.ndarray) -> Rows:
    """Rows of one plate appearance each: groups look at lengths only."""
    starts = starts_of(lengths)
    pas = np.arange(len(lengths))
    return Rows(
        np.arange(starts[-1]), pas, lengths, np.zeros(len(pas), dtype=bool), starts, starts_of(np.ones_like(pas))
    )


def test_batches_hold_every_plate_appearance_once(outings: Outings) -> None:
    rows = arrange(outings, np.arange(outings.outings))
    seen, tokens = [], 0
    for which in groups(rows, 40):
        batch = collate(outings, rows, which)
        assert batch.pa_lengths.sum() == batch.row_lengths.sum() == len(batch.ids)
        assert len(which) == 1 or len(which) * batch.row_lengths.max() <= 40
        own = np.concatenate([np.arange(*outings.pa_starts[pa : pa + 2]) for pa in batch.pas])
        np.testing.assert_array_equal(batch.ids, outings.ids[own])
        np.testing.assert_array_equal(batch.numerics, outings.numerics_of(own))
        seen += batch.pas.tolist()
        tokens += len(batch.ids)
    assert sorted(seen) == list(range(outings.plate_appearances))
    assert tokens == outings.tokens


def test_long_outings_are_cut_at_plate_appearances(outings: Outings) -> None:
    # All games as one outing: longer than a row may be.
    long = replace(outings, outing_starts=np.array([0, outings.plate_appearances]))
    rows = arrange(long, np.array([0]))
    lengths = np.diff(rows.row_tokens)
    assert long.tokens > LONGEST
    assert len(lengths) == -(-long.tokens // 112)
    assert lengths.max() <= LONGEST
    assert set(rows.row_tokens.tolist()) <= set(long.pa_starts.tolist())
    hidden = np.ones(long.plate_appearances, dtype=bool)
    assert np.diff(arrange(long, np.array([0]), hidden).row_tokens).tolist() == [long.plate_appearances]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 128), min_size=1, max_size=200),
    st.sampled_from([64, 500, 4096]),
)
def test_groups_hold_every_row_once_within_the_limit(lengths: list[int], limit: int) -> None:
    found = list(groups(rows_of_lengths(np.array(lengths)), limit))
    assert sorted(np.concatenate(found).tolist()) == list(range(len(lengths)))
    longest = [max(lengths[row] for row in which) for which in found]
    assert longest == sorted(longest)
    assert all(len(which) == 1 or len(which) * most <= limit for which, most in zip(found, longest, strict=True))


@pytest.mark.parametrize("outings_in_step", [256, 20_000])
@pytest.mark.parametrize("limit", [4096, 8192, 16384])
def test_nine_tenths_of_the_computed_tokens_are_real(outings_in_step: int, limit: int) -> None:
    # As outings are: many relievers of a few plate appearances, starters of about a hundred pitches in two rows.
    draw = np.random.default_rng(4)
    relievers = draw.integers(3, 40, outings_in_step * 2 // 3)
    lengths = np.concatenate([relievers, np.clip(draw.normal(52, 9, outings_in_step * 2 // 3), 20, 128).astype(int)])
    padded = sum(len(which) * lengths[which].max() for which in groups(rows_of_lengths(lengths), limit))
    assert lengths.sum() / padded >= 0.9


def test_nothing_makes_no_group(tmp_path: Path) -> None:
    assert list(groups(rows_of_lengths(np.zeros(0, dtype=np.int64)), 64)) == []
