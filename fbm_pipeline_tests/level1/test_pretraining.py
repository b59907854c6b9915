"""Masked gamestate modelling: a hidden plate appearance tells nothing of itself, and the bars are honest."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from fbm_pipeline.level1.outing_batches import OutingBatch, arrange, collate, ragged, starts_of
from fbm_pipeline.level1.outings import Outings
from fbm_pipeline.level1.pitch_encoder import EncoderShape, OutingEncoder
from fbm_pipeline.level1.pretraining import (
    OBJECTIVES,
    WHOLE_SHARE,
    MaskedGamestate,
    cross_entropies,
    draw_masked,
    hide,
    targets_of,
)
from fbm_pipeline.level1.vocabulary import (
    FIELD_SIZES,
    FIELDS,
    MASK,
    NUMERICS,
    PHYSICS,
    RESERVED,
    RUNNING_NUMERICS,
    STATE_FIELDS,
    STATE_NUMERICS,
    TELLING_FIELDS,
    UNKNOWN,
)
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.tiny_outings import outings_of

SEEDS = st.integers(0, 2**31 - 1)


@pytest.fixture(scope="module")
def outings(tmp_path_factory: pytest.TempPathFactory) -> Outings:
    return outings_of(Store(tmp_path_factory.mktemp("masked") / "store", TABLES), 2022, physics=True)


@pytest.fixture(scope="module")
def model() -> MaskedGamestate:
    made = MaskedGamestate(OutingEncoder(EncoderShape(width=16, layers=2, heads=2, embedding=16)))
    made.initialise(torch.Generator().manual_seed(1))
    n = len(NUMERICS)
    made.encoder.set_seen(
        torch.ones(sum(FIELD_SIZES.values())), torch.zeros(n), torch.ones(n), torch.ones(n, dtype=torch.bool)
    )
    return made


def hidden_batch(outings: Outings, hidden: np.ndarray) -> OutingBatch:
    """All outings in one batch, with the chosen plate appearances hidden."""
    rows = arrange(outings, np.arange(outings.outings), hidden)
    return hide(collate(outings, rows, np.arange(len(rows.row_tokens) - 1)))


def predict(model: MaskedGamestate, outings: Outings, hidden: np.ndarray) -> dict[str, Tensor]:
    """Logits at the hidden plate appearances."""
    batch = hidden_batch(outings, hidden)
    with torch.inference_mode():
        return {name: logits[torch.from_numpy(batch.collapsed)] for name, logits in model(batch).items()}


def rewritten(outings: Outings, hidden: np.ndarray, draw: np.random.Generator) -> Outings:
    """The same outings, but what happened in the hidden plate appearances, how long they were, and all that followed
    from it (outs, runners, innings, score and pitches of later plate appearances of the outing) is made up."""
    lengths = np.diff(outings.pa_starts)
    new_lengths = np.where(hidden, draw.integers(1, 15, len(lengths)), lengths)
    # Each new token copies an old one of its plate appearance; hands, order and what was before it stay as they were.
    inside = np.minimum(
        ragged(np.zeros(len(lengths), dtype=np.int64), new_lengths), np.repeat(lengths - 1, new_lengths)
    )
    source = np.repeat(outings.pa_starts[:-1], new_lengths) + inside
    ids, numerics = outings.ids[source].copy(), outings.numerics_of(source)
    changed = np.repeat(hidden, new_lengths)
    for field in TELLING_FIELDS:
        ids[changed, FIELDS.index(field)] = draw.integers(UNKNOWN, FIELD_SIZES[field], int(changed.sum()))
    numerics[changed, : len(PHYSICS)] = draw.normal(size=(int(changed.sum()), len(PHYSICS)))
    after = np.repeat(_after(outings, hidden), new_lengths)
    for field in STATE_FIELDS:
        ids[after, FIELDS.index(field)] = draw.integers(UNKNOWN, FIELD_SIZES[field], int(after.sum()))
    for name in RUNNING_NUMERICS:
        numerics[after, NUMERICS.index(name)] = draw.normal(size=int(after.sum()))
    return replace(
        outings,
        ids=ids,
        physics=np.vstack([outings.physics[:1], numerics[:, : len(PHYSICS)]]),
        physics_row=np.arange(1, len(ids) + 1, dtype=np.int32),
        state=numerics[:, len(PHYSICS) :],
        pa_starts=starts_of(new_lengths),
    )


def _after(outings: Outings, hidden: np.ndarray) -> np.ndarray:
    """Whether a hidden plate appearance stands earlier in the same outing, one outing after another."""
    found = np.zeros_like(hidden)
    for begin, end in zip(outings.outing_starts[:-1], outings.outing_starts[1:], strict=True):
        found[begin + 1 : end] = np.logical_or.accumulate(hidden[begin:end])[:-1]
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=SEEDS, share=st.floats(0.05, 0.6))
def test_prediction_is_blind_to_what_is_hidden(
    model: MaskedGamestate, outings: Outings, seed: int, share: float
) -> None:
    draw = np.random.default_rng(seed)
    hidden = draw.random(outings.plate_appearances) < share
    other = rewritten(outings, hidden, draw)
    ours, theirs = hidden_batch(outings, hidden), hidden_batch(other, hidden)
    for name, value in vars(ours).items():
        np.testing.assert_array_equal(value, getattr(theirs, name), err_msg=name)
    truth, lie = predict(model, outings, hidden), predict(model, other, hidden)
    for name in OBJECTIVES:
        assert torch.equal(truth[name], lie[name]), name  # to the last bit


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=SEEDS)
def test_where_a_long_outing_is_cut_tells_nothing(model: MaskedGamestate, outings: Outings, seed: int) -> None:
    # All games as one outing of several rows. Later rows begin with the state that came of it, its own does not.
    long = replace(outings, outing_starts=np.array([0, outings.plate_appearances]))
    draw = np.random.default_rng(seed)
    hidden = np.arange(outings.plate_appearances) == draw.integers(outings.plate_appearances)
    other = rewritten(long, hidden, draw)
    np.testing.assert_array_equal(hidden_batch(long, hidden).row_lengths, hidden_batch(other, hidden).row_lengths)
    assert len(hidden_batch(long, hidden).row_lengths) > 1
    truth, lie = predict(model, long, hidden), predict(model, other, hidden)
    for name in OBJECTIVES:
        assert torch.equal(truth[name], lie[name]), name


def test_prediction_sees_what_is_not_hidden(model: MaskedGamestate, outings: Outings) -> None:
    # The guard of the property above: with the wrong plate appearances rewritten, the prediction must move.
    draw = np.random.default_rng(5)
    hidden = np.arange(outings.plate_appearances) % 3 == 0
    truth = predict(model, outings, hidden)
    other = predict(model, rewritten(outings, ~hidden, draw), hidden)
    assert not torch.equal(truth["outcome"], other["outcome"])


def test_hidden_plate_appearances_are_one_masked_token(outings: Outings) -> None:
    hidden = np.arange(outings.plate_appearances) % 3 == 0
    rows = arrange(outings, np.arange(outings.outings), hidden)
    plain = collate(outings, rows, np.arange(len(rows.row_tokens) - 1))
    batch = hide(plain, np.zeros(len(rows.row_tokens) - 1, dtype=bool))
    assert (batch.pa_lengths[batch.collapsed] == 1).all()
    masked = np.repeat(batch.collapsed, batch.pa_lengths)
    after = np.repeat(_after(outings, hidden), batch.pa_lengths)
    assert (after & masked).any()
    assert (masked & ~after).any()
    for index, field in enumerate(FIELDS):
        gone = masked if field in TELLING_FIELDS else after if field in STATE_FIELDS else np.zeros_like(masked)
        assert (batch.ids[gone, index] == MASK).all(), field
        np.testing.assert_array_equal(batch.ids[~gone, index], plain.ids[~gone, index], err_msg=field)
    for index, name in enumerate(NUMERICS):
        gone = masked if name in PHYSICS else after if name in RUNNING_NUMERICS else np.zeros_like(masked)
        assert np.isnan(batch.numerics[gone, index]).all(), name
        np.testing.assert_array_equal(batch.numerics[~gone, index], plain.numerics[~gone, index], err_msg=name)
    assert (plain.ids != MASK).all()  # hiding copies


def test_dropped_physics_takes_the_pitch_type_with_it(outings: Outings) -> None:
    rows = arrange(outings, np.arange(4))
    plain = collate(outings, rows, np.arange(4))
    batch = hide(plain, np.array([True, False, False, True]))
    dropped = np.repeat([True, False, False, True], plain.row_lengths)
    assert np.isnan(batch.numerics[dropped, : len(PHYSICS)]).all()
    assert (*PHYSICS, *STATE_NUMERICS) == NUMERICS
    np.testing.assert_array_equal(batch.numerics[:, len(PHYSICS) :], plain.numerics[:, len(PHYSICS) :])
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


def test_nothing_is_hidden_in_some_outings(outings: Outings) -> None:
    # All games as one outing, long enough that an outing with nothing hidden was not drawn so by chance.
    long = replace(outings, outing_starts=np.array([0, outings.plate_appearances]))
    masked = draw_masked(long, np.zeros(400, dtype=np.int64), torch.Generator().manual_seed(8)).reshape(400, -1)
    assert abs((~masked.any(axis=1)).mean() - WHOLE_SHARE) < 0.07


def test_targets_are_shares_of_what_happened(outings: Outings) -> None:
    pas = np.arange(outings.plate_appearances)
    shares = targets_of(outings, pas)
    for name, classes in OBJECTIVES.items():
        assert shares[name].shape == (len(pas), classes)
        np.testing.assert_allclose(shares[name].sum(1), 1.0, rtol=1e-6)
    first = outings.ids[outings.pa_starts[0] : outings.pa_starts[1]]
    assert shares["outcome"][0].argmax() == first[-1, FIELDS.index("outcome")]
    for name in ("outcome", "hit_type"):
        assert not shares[name][:, RESERVED].any()  # not_over is no end
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
