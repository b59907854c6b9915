"""Horizons are withheld whole, and only in training."""

import torch

from fbm_pipeline.network.levels import IDENTITY_WIDTH, IdentityModule, feature_groups

NAMES = ("age", "career_so_rate", "career_log_opportunities", "one_year_so_rate", "prior_so_rate")


def test_features_are_grouped_by_horizon() -> None:
    assert feature_groups(NAMES) == [-1, 0, 0, 2, 4]


def test_whole_horizons_are_withheld_and_age_never() -> None:
    torch.manual_seed(0)
    kept = IdentityModule(NAMES, 3, 0.2, 0.1)._kept(torch.ones(4000, 5))
    assert kept[:, 0].all()
    assert torch.equal(kept[:, 1], kept[:, 2])
    assert not torch.equal(kept[:, 1], kept[:, 3])
    assert torch.allclose(kept[:, 1:].mean(dim=0), torch.tensor(0.8), atol=0.03)


def test_nothing_is_withheld_outside_training() -> None:
    module = IdentityModule(NAMES, 3, 0.2, 0.1).eval()
    profile, archetype = torch.randn(6, 5), torch.tensor([0, 1, 2, 0, 1, 2])
    first = module(profile, archetype)
    assert first.shape == (6, IDENTITY_WIDTH)
    assert torch.equal(first, module(profile, archetype))
    assert not torch.equal(first, module.train()(profile, archetype))


def test_the_archetype_is_heard() -> None:
    module = IdentityModule(NAMES, 3, 0.2, 0.1).eval()
    profile = torch.randn(1, 5)
    assert not torch.equal(module(profile, torch.tensor([0])), module(profile, torch.tensor([1])))
