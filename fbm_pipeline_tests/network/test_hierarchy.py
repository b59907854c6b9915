"""What must hold for every phase's network, trained or not: the prior where nothing is known, no trace of padding."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from fbm_pipeline.network.batches import Batch, assemble
from fbm_pipeline.network.hierarchy import Hierarchy, HierarchyShape, shape_for
from fbm_pipeline.network.judging import loss_of
from fbm_pipeline.network.levels import LevelSize, PlateAppearanceLevel
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.nn.pooling import IdentityPooling
from fbm_pipeline.presets.network import PHASES, Network, freedom_of_level1, phases, trains_level1
from fbm_pipeline_tests.network.planted import encoder_of, planted_windows, with_pitches

SMALL = Network(width=16, heads=2)
NETWORKS = phases(SMALL)
ARCHETYPES = 3


@pytest.fixture(params=NETWORKS)
def configuration(request: pytest.FixtureRequest) -> Network:
    """Every phase of the roadmap."""
    return NETWORKS[request.param]


@pytest.fixture(params=["batter", "pitcher"])
def windows(request: pytest.FixtureRequest, configuration: Network) -> Windows:
    made = planted_windows(24, player_type=request.param)
    return with_pitches(made) if trains_level1(configuration) else made


def network(windows: Windows, configuration: Network, *, trained: bool = True) -> Hierarchy:
    """A network in evaluation mode; `trained` stands for weights that are no longer zero anywhere."""
    torch.manual_seed(1)
    model = Hierarchy(shape_for(windows, configuration, ARCHETYPES)).eval()
    if model.level1 is not None:
        model.level1.start_from(encoder_of(windows))
        model.level1.free(freedom_of_level1(configuration, 0))
    if trained:
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def all_of(windows: Windows) -> Batch:
    return assemble(windows, np.arange(len(windows)))


def test_the_laws_are_asked_of_every_phase() -> None:
    assert list(NETWORKS) == list(PHASES)


def test_untrained_is_the_prior_to_the_last_bit(windows: Windows, configuration: Network) -> None:
    batch = all_of(windows)
    rate = network(windows, configuration, trained=False)(batch).rate
    assert torch.equal(rate, batch.prior[:, None].expand_as(rate))


def test_without_games_it_is_the_prior_even_when_trained(windows: Windows, configuration: Network) -> None:
    batch = all_of(windows)
    rate = network(windows, configuration)(batch).rate
    empty = ~batch.visible.any(dim=1)
    assert int(empty.sum()) == 4
    assert torch.equal(rate[empty], batch.prior[empty][:, None].expand_as(rate[empty]))
    assert not torch.isclose(rate[~empty], batch.prior[~empty][:, None].expand_as(rate[~empty])).any()


def test_a_batch_of_nobody_with_games_is_finite(windows: Windows, configuration: Network) -> None:
    batch = assemble(windows, np.arange(4))
    model = network(windows, configuration).train()
    loss = loss_of(model(batch), batch, configuration)
    loss.backward()
    assert torch.isfinite(loss)
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


def test_a_players_projection_does_not_depend_on_the_batch(windows: Windows, configuration: Network) -> None:
    model = network(windows, configuration)
    together = model(all_of(windows)).rate
    alone = torch.cat([model(assemble(windows, np.array([row]))).rate for row in range(len(windows))])
    assert torch.allclose(together, alone, atol=1e-6)


def test_what_padding_holds_does_not_matter(windows: Windows, configuration: Network) -> None:
    model, batch = network(windows, configuration), all_of(windows)
    spoilt = [
        replace(
            bucket,
            embedding=torch.where(bucket.visible.unsqueeze(-1), bucket.embedding, torch.tensor(7.0)),
            place=torch.where(bucket.visible, bucket.place, torch.tensor(0)),
            outcome=torch.where(bucket.visible, bucket.outcome, torch.tensor(1)),
            context=torch.where(bucket.visible.unsqueeze(-1), bucket.context, torch.tensor(1)),
        )
        for bucket in batch.buckets
    ]
    time = torch.where(batch.visible.unsqueeze(-1), batch.time, torch.tensor(5.0))
    other = replace(batch, buckets=tuple(spoilt), time=time)
    assert torch.allclose(model(batch).rate, model(other).rate, atol=1e-7)


def test_gradients_stay_finite_and_reach_every_parameter(windows: Windows, configuration: Network) -> None:
    model, batch = network(windows, configuration).train(), all_of(windows)
    loss_of(model(batch), batch, configuration).backward()
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:  # of Level 1, below what the phase trains
            assert name.startswith("level1."), name
            continue
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().sum() > 0, name


def test_the_order_of_games_is_visible(windows: Windows, configuration: Network) -> None:
    model, batch = network(windows, configuration), all_of(windows)
    # What happened stays, when it happened is reversed within each window.
    reversed_slots = []
    g = batch.visible.shape[1]
    counts = batch.visible.sum(dim=1)
    for bucket in batch.buckets:
        place = bucket.slot % g
        reversed_slots.append(replace(bucket, slot=bucket.player * g + counts[bucket.player] - 1 - place))
    other = model(replace(batch, buckets=tuple(reversed_slots))).rate
    several = counts > 1
    assert not torch.isclose(model(batch).rate[several], other[several], rtol=0, atol=1e-7).all(dim=(1, 2)).any()


def test_identity_changes_how_the_same_games_are_read(windows: Windows, configuration: Network) -> None:
    model, batch = network(windows, configuration), all_of(windows)
    swapped = replace(batch, profile=batch.profile.roll(1, dims=0), archetype=batch.archetype.roll(1, dims=0))
    one, other = model(batch), model(swapped)
    some = batch.visible.any(dim=1)
    if configuration.game == "attention":  # a mean of plate appearances is the same whoever plays
        assert not torch.isclose(one.games[batch.visible], other.games[batch.visible]).all(dim=1).any()
    assert not torch.isclose(one.rate[some], other.rate[some]).all(dim=(1, 2)).any()


def test_context_of_a_plate_appearance_is_heard() -> None:
    level = PlateAppearanceLevel(4, (3, 2), LevelSize(8, 1, 2, 0.0)).eval()
    embedding, visible, identity = torch.randn(1, 2, 4), torch.ones(1, 2, dtype=torch.bool), torch.randn(1, 96)
    outcome = torch.zeros(1, 2, dtype=torch.int64)
    one = level(embedding, torch.tensor([[[0, 0], [0, 0]]]), visible, identity, outcome)
    for context in ([[[1, 0], [0, 0]]], [[[0, 1], [0, 0]]]):
        assert not torch.allclose(one, level(embedding, torch.tensor(context), visible, identity, outcome))


def test_nothing_visible_pools_to_exact_zeros_with_finite_gradients() -> None:
    pooling = IdentityPooling(8, 2, 3, 5)
    x = torch.randn(2, 4, 8, requires_grad=True)
    visible = torch.tensor([[True, True, False, False], [False] * 4])
    pooled = pooling(x, visible, torch.randn(2, 5))
    pooled.sum().backward()
    assert pooled.shape == (2, 3, 8)
    assert not pooled[1].any()
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()


@pytest.mark.parametrize("name", ["4", "5 all"])
def test_the_shape_survives_json(name: str) -> None:
    windows = planted_windows(8)
    shape = shape_for(with_pitches(windows) if name == "5 all" else windows, NETWORKS[name], ARCHETYPES)
    assert HierarchyShape.from_json(json.loads(json.dumps(asdict(shape)))) == shape


def test_a_learnt_bias_toward_an_outcome_moves_the_game() -> None:
    windows = planted_windows(24)
    model = network(windows, NETWORKS["6 bias"], trained=False)
    plain = network(windows, NETWORKS["4"], trained=False)
    batch = all_of(windows)
    assert torch.equal(model(batch).games, plain(batch).games)  # it begins as the network without a bias
    with torch.no_grad():
        model.level2.outcome_bias.weight[1] = 3.0
    other = model(batch).games
    assert not torch.isclose(other[batch.visible], plain(batch).games[batch.visible]).all()
    assert not other[~batch.visible].any()
