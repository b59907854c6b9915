"""The encoder: padding and neighbours in a batch change nothing, everything learns, empty rows are harmless."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from fbm_pipeline.level1.masked_run import count_seen
from fbm_pipeline.level1.outing_batches import arrange, collate
from fbm_pipeline.level1.outing_blocks import matrix_operations
from fbm_pipeline.level1.outings import Outings
from fbm_pipeline.level1.pitch_encoder import EncoderShape, OutingEncoder, seen_from
from fbm_pipeline.level1.pretraining import batch_tensors
from fbm_pipeline.level1.vocabulary import FIELD_SIZES, FIELDS, NUMERICS, UNKNOWN
from fbm_pipeline.nn.attention import Attention
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.tiny_outings import outings_of


@pytest.fixture(scope="module")
def outings(tmp_path_factory: pytest.TempPathFactory) -> Outings:
    return outings_of(Store(tmp_path_factory.mktemp("level1") / "store", TABLES), 2022, physics=True)


@pytest.fixture
def encoder(outings: Outings) -> OutingEncoder:
    made = OutingEncoder(EncoderShape(width=16, layers=2, heads=2, embedding=16))
    made.initialise(torch.Generator().manual_seed(1))
    made.set_seen(*seen_from(*count_seen(outings)))
    return made


def embed(encoder: OutingEncoder, outings: Outings, chosen: list[int]) -> dict[int, Tensor]:
    rows = arrange(outings, np.array(chosen))
    batch = collate(outings, rows, np.arange(len(rows.row_tokens) - 1))
    return dict(zip(batch.pas.tolist(), encoder(*batch_tensors(batch)), strict=True))


def test_neighbours_and_padding_change_nothing(encoder: OutingEncoder, outings: Outings) -> None:
    together = embed(encoder, outings, list(range(outings.outings)))
    lengths = outings.pa_starts[outings.outing_starts[1:]] - outings.pa_starts[outings.outing_starts[:-1]]
    shortest = int(lengths.argmin())
    assert lengths[shortest] < lengths.max()  # so that it really is padded
    for outing in (shortest, 0, outings.outings - 1):
        for pa, alone in embed(encoder, outings, [outing]).items():
            torch.testing.assert_close(alone, together[pa], rtol=1e-4, atol=1e-5)


def test_the_rest_of_the_outing_and_the_order_of_pitches_matter(encoder: OutingEncoder, outings: Outings) -> None:
    before = embed(encoder, outings, [0])
    other = outings.ids.copy()
    pa = int(outings.outing_starts[1]) - 1
    other[outings.pa_starts[pa + 1] - 1, FIELDS.index("outcome")] ^= 1
    after = embed(encoder, replace(outings, ids=other), [0])
    assert not torch.equal(before[0], after[0])
    assert not torch.equal(before[pa], after[pa])


def test_every_parameter_gets_a_gradient(encoder: OutingEncoder, outings: Outings) -> None:
    rows = arrange(outings, np.arange(outings.outings))
    batch = collate(outings, rows, np.arange(len(rows.row_tokens) - 1))
    target = torch.randn(len(batch.pas), 16, generator=torch.Generator().manual_seed(2))
    (encoder(*batch_tensors(batch)) * target).sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().sum() > 0, name


def test_words_that_occur_each_get_a_gradient(encoder: OutingEncoder, outings: Outings) -> None:
    rows = arrange(outings, np.arange(outings.outings))
    batch = collate(outings, rows, np.arange(len(rows.row_tokens) - 1))
    target = torch.randn(len(batch.pas), 16, generator=torch.Generator().manual_seed(2))
    (encoder(*batch_tensors(batch)) * target).sum().backward()
    counts, _ = count_seen(outings)
    assert encoder.words.grad is not None
    moved = encoder.words.grad.abs().sum(1) > 0
    assert torch.equal(moved, counts > 0)


@pytest.mark.parametrize(
    ("row_lengths", "pa_lengths"), [([0, 1], [1]), ([3, 0], [0, 3]), ([1], [1]), ([0], []), ([], [])]
)
def test_empty_rows_give_finite_values_and_gradients(
    encoder: OutingEncoder, row_lengths: list[int], pa_lengths: list[int]
) -> None:
    n = sum(row_lengths)
    ids = torch.full((n, len(FIELDS)), 3)
    numerics = torch.full((n, len(NUMERICS)), float("nan"))
    out = encoder(ids, numerics, torch.tensor(row_lengths), torch.tensor(pa_lengths, dtype=torch.int64))
    assert out.shape == (len(pa_lengths), 16)
    assert torch.isfinite(out).all()
    out.square().sum().backward()
    for name, parameter in encoder.named_parameters():
        assert parameter.grad is None or torch.isfinite(parameter.grad).all(), name


def test_what_was_never_seen_is_unknown_and_absent(outings: Outings) -> None:
    encoder = OutingEncoder(EncoderShape(width=8, layers=1, heads=2, embedding=8))
    encoder.initialise(torch.Generator().manual_seed(1))
    counts, totals = count_seen(outings)
    seen = {name: value.clone() for name, value in totals.items()}
    speed, fastball = NUMERICS.index("release_speed"), FIELDS.index("pitch_type")
    seen["n"][speed] = 0
    offset = int(encoder.word_offsets[fastball])
    counts = counts.clone()
    counts[offset : offset + FIELD_SIZES["pitch_type"]] = 0
    encoder.set_seen(*seen_from(counts, seen))
    known = embed(encoder, outings, [0])
    ids, physics = outings.ids.copy(), outings.physics.copy()
    ids[:, fastball] = UNKNOWN
    physics[:, speed] = np.nan
    absent = embed(encoder, replace(outings, ids=ids, physics=physics), [0])
    for pa, embedding in known.items():
        assert torch.equal(embedding, absent[pa])


def test_measured_physics_is_used_and_a_measured_mean_is_not_absence(encoder: OutingEncoder, outings: Outings) -> None:
    physics = outings.physics.copy()
    speed = NUMERICS.index("release_speed")
    physics[:, speed] = float(encoder.numeric_mean[speed])
    average = embed(encoder, replace(outings, physics=physics.copy()), [0])
    physics[:, speed] = np.nan
    absent = embed(encoder, replace(outings, physics=physics), [0])
    assert not torch.equal(average[0], absent[0])
    assert not torch.equal(average[0], embed(encoder, outings, [0])[0])


def test_bfloat16_is_close_to_float32(encoder: OutingEncoder, outings: Outings) -> None:
    exact = embed(encoder, outings, [0, 1])
    encoder.precision = torch.bfloat16
    for pa, rough in embed(encoder, outings, [0, 1]).items():
        assert rough.dtype == torch.float32
        assert not torch.equal(rough, exact[pa])
        torch.testing.assert_close(rough, exact[pa], rtol=0.05, atol=0.1)


def test_operations_are_those_of_the_matrix_products() -> None:
    lengths = torch.tensor([3, 5])
    # A token and layer: 2 w 3w, 2 w w, 2 w 4w, 2 4w w; a pair of tokens: 2 w for the scores and 2 w for the mixture.
    expected = 2 * (24 * 16 * 8 + 4 * 4 * (9 + 25))
    assert matrix_operations(4, 2, lengths) == expected


def test_attention_of_a_row_without_tokens_is_its_output_bias() -> None:
    attention = Attention(8, 2)
    x = torch.randn(2, 3, 8, generator=torch.Generator().manual_seed(0), requires_grad=True)
    visible = torch.tensor([[False] * 3, [True, True, False]])
    out = attention(x, visible)
    torch.testing.assert_close(out[0], attention.output.bias.expand(3, 8))
    out.sum().backward()
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()
    changed = x.detach().clone()
    changed[1, 2] = 100.0  # hidden: nobody may attend to it
    assert torch.equal(attention(changed, visible)[1, :2], out[1, :2])


def test_attention_needs_whole_heads() -> None:
    with pytest.raises(ValueError, match="width 10 is not a multiple of heads 4"):
        Attention(10, 4)
