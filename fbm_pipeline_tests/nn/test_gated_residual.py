"""The gate can close, the context is heard, every parameter learns."""

import pytest
import torch

from fbm_pipeline.nn.gated_residual import GatedResidual


def test_a_closed_gate_leaves_the_normed_input() -> None:
    network = GatedResidual(6, 6, 3)
    with torch.no_grad():
        network.gate.bias[6:] = -1e4
    x, context = torch.randn(5, 6), torch.randn(5, 3)
    assert torch.equal(network(x, context), network.norm(x))


def test_sizes_may_differ_through_a_learned_skip() -> None:
    assert GatedResidual(4, 7)(torch.randn(2, 3, 4)).shape == (2, 3, 7)


def test_the_context_changes_the_output_and_broadcasts() -> None:
    network = GatedResidual(4, 4, 2)
    x = torch.randn(3, 5, 4)
    one, other = (network(x, torch.full((3, 1, 2), value)) for value in (0.0, 1.0))
    assert not torch.allclose(one, other)


def test_a_context_is_required_exactly_when_declared() -> None:
    with pytest.raises(ValueError, match="context"):
        GatedResidual(4, 4, 2)(torch.randn(3, 4))
    with pytest.raises(ValueError, match="context"):
        GatedResidual(4, 4)(torch.randn(3, 4), torch.randn(3, 2))


def test_every_parameter_gets_a_gradient() -> None:
    network = GatedResidual(4, 5, 2)
    (network(torch.randn(8, 4), torch.randn(8, 2)) ** 3).sum().backward()
    assert [name for name, p in network.named_parameters() if p.grad is None or not p.grad.abs().sum()] == []
