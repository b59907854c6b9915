"""Masked gamestate modelling: a hidden plate appearance tells nothing of itself, and the bars are honest."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from fbm_pipeline.model.frequencies import LOOKUPS, fit_frequencies
from fbm_pipeline.model.level1_pitch import OutingEncoder, seen_from
from fbm_pipeline.model.pretraining import (
    OBJECTIVES,
    MaskedGamestate,
    cross_entropies,
    draw_masked,
    hide,
    targets_of,
)
from fbm_pipeline.samples.outing_batches import arrange, collate, ragged, starts_of
from fbm_pipeline.samples.outings import Outings
from fbm_pipeline.samples.vocabulary import FIELD_SIZES, FIELDS, MASK, NUMERICS, RESERVED, TELLING_FIELDS, UNKNOWN
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.training.masked_run import count_seen
from fbm_pipeline_tests.samples.tiny_outings import outings_of

SEEDS = st.integers(0, 2**31 - 1)


@pytest.fixture(scope="module")
def outings(tmp_path_factory: pytest.TempPathFactory) -> Outings:
    return outings_of(Store(tmp_path_factory.mktemp("masked") / "store", ALL_CONTRACTS), 2022, physics=True)


@pytest.fixture(scope="module")
def model(outings: Outings) -> MaskedGamestate:
    made = MaskedGamestate(OutingEncoder(width=16, layers=2, heads=2))
    made.initialise(torch.Generator().manual_seed(1))
    made.encoder.set_seen(*seen_from(*count_seen(outings)))
    return made


def predict(model: MaskedGamestate, outings: Outings, hidden: np.ndarray) -> dict[str, Tensor]:
    """Logits at the hidden plate appearances, all outings in one batch."""
    rows = arrange(outings, np.arange(outings.outings), hidden)
    batch = hide(collate(outings, rows, np.arange(len(rows.row_tokens) - 1)))
    with torch.inference_mode():
        return {name: logits[torch.from_numpy(batch.collapsed)] for name, logits in model(batch).items()}


def rewritten(outings: Outings, hidden: np.ndarray, draw: np.random.Generator) -> Outings:
    """The same outings, but what happened in the hidden plate appearances, and how long they were, is made up."""
    lengths = np.diff(outings.pa_starts)
    new_lengths = np.where(hidden, draw.integers(1, 15, len(lengths)), lengths)
    # Each new token copies an old one of its plate appearance; hands and order stay as they were.
    source = ragged(outings.pa_starts[:-1], np.minimum(lengths, new_lengths))
    source = np.repeat(outings.pa_starts[:-1], new_lengths) if hidden.any() else source
    kept = ragged(np.zeros(len(lengths), dtype=np.int64), new_lengths)
    inside = np.minimum(kept, np.repeat(lengths - 1, new_lengths))
    ids, numerics = outings.ids[source + inside].copy(), outings.numerics[source + inside].copy()
    changed = np.repeat(hidden, new_lengths)
    for field in TELLING_FIELDS:
        made_up = draw.integers(UNKNOWN, FIELD_SIZES[field], int(changed.sum()))
        ids[changed, FIELDS.index(field)] = made_up
    numerics[changed] = draw.normal(size=(int(changed.sum()), len(NUMERICS)))
    return Outings(
        ids, numerics, starts_of(new_lengths), outings.outing_starts, outings.pa_rows, outings.game_id,
        outings.plate_appearance,
    )  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=SEEDS)
def test_prediction_is_blind_to_what_is_hidden(model: MaskedGamestate, outings: Outings, seed: int) -> None:
    draw = np.random.default_rng(seed)
    hidden = draw.random(outings.plate_appearances) < 0.3
    truth = predict(model, outings, hidden)
    lie = predict(model, rewritten(outings, hidden, draw), hidden)
    for name in OBJECTIVES:
        assert torch.equal(truth[name], lie[name]), name  # to the last bit


def test_prediction_sees_what_is_not_hidden(model: MaskedGamestate, outings: Outings) -> None:
    # The guard of the property above: with the wrong plate appearances rewritten, the prediction must move.
    draw = np.random.default_rng(5)
    hidden = np.arange(outings.plate_appearances) % 3 == 0
    truth = predict(model, outings, hidden)
    other = predict(model, rewritten(outings, ~hidden, draw), hidden)
    assert not torch.equal(truth["outcome"], other["outcome"])


def test_hidden_plate_appearances_are_one_masked_token(outings: Outings) -> None:
    hidden = np.arange(outings.plate_appearances) % 4 == 0
    rows = arrange(outings, np.arange(outings.outings), hidden)
    plain = collate(outings, rows, np.arange(len(rows.row_tokens) - 1))
    batch = hide(plain, np.zeros(len(rows.row_tokens) - 1, dtype=bool))
    assert (batch.pa_lengths[batch.collapsed] == 1).all()
    masked = np.repeat(batch.collapsed, batch.pa_lengths)
    for index, field in enumerate(FIELDS):
        if field in TELLING_FIELDS:
            assert (batch.ids[masked, index] == MASK).all()
        else:
            assert (batch.ids[:, index] == plain.ids[:, index]).all()
    assert np.isnan(batch.numerics[masked]).all()
    np.testing.assert_array_equal(batch.numerics[~masked], plain.numerics[~masked])
    assert (plain.ids != MASK).all()  # hiding copies


def test_dropped_physics_takes_the_pitch_type_with_it(outings: Outings) -> None:
    rows = arrange(outings, np.arange(4))
    plain = collate(outings, rows, np.arange(4))
    batch = hide(plain, np.array([True, False, False, True]))
    dropped = np.repeat([True, False, False, True], plain.row_lengths)
    assert np.isnan(batch.numerics[dropped]).all()
    assert (batch.ids[dropped, FIELDS.index("pitch_type")] == UNKNOWN).all()
    np.testing.assert_array_equal(batch.ids[~dropped], plain.ids[~dropped])
    results = FIELDS.index("result")
    np.testing.assert_array_equal(batch.ids[:, results], plain.ids[:, results])


def test_masks_depend_on_plate_appearances_only(outings: Outings) -> None:
    chosen = np.arange(outings.outings)
    masked = draw_masked(outings, chosen, torch.Generator().manual_seed(4))
    again = draw_masked(rewritten(outings, masked, np.random.default_rng(0)), chosen, torch.Generator().manual_seed(4))
    np.testing.assert_array_equal(masked, again)
    many = draw_masked(outings, np.tile(chosen, 50), torch.Generator().manual_seed(4))
    assert 0.13 < many.mean() < 0.17


def test_targets_are_shares_of_what_happened(outings: Outings) -> None:
    pas = np.arange(outings.plate_appearances)
    shares = targets_of(outings, pas)
    for name, classes in OBJECTIVES.items():
        assert shares[name].shape == (len(pas), classes)
        np.testing.assert_allclose(shares[name].sum(1), 1.0, rtol=1e-6)
    first = outings.ids[outings.pa_starts[0] : outings.pa_starts[1]]
    assert shares["outcome"][0].argmax() == first[0, FIELDS.index("outcome")]
    expected = np.bincount(first[:, FIELDS.index("result")], minlength=OBJECTIVES["result"]) / len(first)
    np.testing.assert_allclose(shares["result"][0], expected, rtol=1e-6)
    assert shares["pitch_count"][0].argmax() == len(first)


def test_every_parameter_of_the_objective_learns(model: MaskedGamestate, outings: Outings) -> None:
    hidden = np.arange(outings.plate_appearances) % 3 == 0
    rows = arrange(outings, np.arange(outings.outings), hidden)
    batch = hide(collate(outings, rows, np.arange(len(rows.row_tokens) - 1)))
    model.zero_grad()
    nats = cross_entropies(model(batch), targets_of(outings, batch.pas))
    torch.stack(list(nats.values())).sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name
    model.zero_grad()


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


def test_the_lookup_finds_a_platoon_difference(tmp_path: Path) -> None:
    outings = outings_of(Store(tmp_path, ALL_CONTRACTS), 2016, games=20)
    ids = outings.ids.copy()
    left = ids[:, FIELDS.index("stand")] == RESERVED
    ids[left, FIELDS.index("outcome")] = RESERVED
    planted = Outings(
        ids, outings.numerics, outings.pa_starts, outings.outing_starts, outings.pa_rows, outings.game_id,
        outings.plate_appearance,
    )  # fmt: skip
    scores = fit_frequencies(planted).cross_entropies(planted, np.arange(planted.plate_appearances))
    assert scores["hands"]["outcome"] < scores["base"]["outcome"] - 0.1
