"""A control that has seen the held-out season, or that heeds nobody's features, is caught; the real ridge passes."""

from dataclasses import replace

import numpy as np
import pytest

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.audits.controls import Fit, HeldOut, audit_identities, audit_labels, control_ridge
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.controls.fits import CONTROL
from fbm_pipeline.controls.frame import Frame
from fbm_pipeline.marcel.season_lines import Histories

SEASONS, PLAYERS, HELD_OUT = range(2000, 2018), 200, 2017


@pytest.fixture(scope="module")
def held() -> HeldOut:
    """Eighteen seasons of 200 batters whose first column of season lines tells a part of what Marcel misses."""
    draw = np.random.default_rng(1)
    season = np.repeat(np.array(SEASONS), PLAYERS)
    n, names = len(season), tuple(item.name for item in statistics("batter"))
    ids = np.tile(np.arange(PLAYERS), len(SEASONS))
    players = Histories(season, ids, np.full(n, 27.0), np.zeros((n, 3), np.int64))
    prior = draw.uniform(0.1, 0.3, (n, len(names)))
    told = draw.normal(size=n)
    outcome = prior + 0.01 * told[:, None] + 0.02 * draw.normal(size=prior.shape)
    weight = draw.uniform(150, 600, n)
    blocks = {name: Block(name, (f"{name}_a", f"{name}_b"), draw.normal(size=(n, 2))) for name in CONTROL}
    blocks["lines"].values[:, 0] = told
    here = season == HELD_OUT
    actual, scored = outcome[here].copy(), weight[here].copy()
    outcome[here], weight[here] = np.nan, 0.0
    return HeldOut("batter", Frame(HELD_OUT, players, names, prior, outcome, weight, blocks), actual, scored)


def seen_the_future(held: HeldOut) -> Fit:
    """A control to which the held-out season's outcomes leaked: half of what it says."""

    def fit(frame: Frame) -> np.ndarray:
        return (control_ridge("batter")(frame) + held.actual) / 2

    return fit


def test_the_ridge_of_the_control_passes_both(held: HeldOut) -> None:
    for audit in (audit_labels, audit_identities):
        result = audit(held, control_ridge("batter"))
        assert result.passed, result.summary
        assert result.details["r_true"] > 0.3


def test_a_control_that_has_seen_the_held_out_season_is_caught(held: HeldOut) -> None:
    result = audit_labels(held, seen_the_future(held))
    assert not result.passed
    assert result.details["r"] > 0.5


def test_a_control_that_was_taught_with_the_held_out_rows_is_caught(held: HeldOut) -> None:
    """The permutation reaches the rows that teach; rows of the season itself among them stay true."""

    def fit(frame: Frame) -> np.ndarray:
        outcome, weight = frame.outcome.copy(), frame.weight.copy()
        outcome[frame.projected], weight[frame.projected] = held.actual, 5000.0
        return control_ridge("batter")(replace(frame, outcome=outcome, weight=weight))

    result = audit_labels(held, fit)
    assert not result.passed, result.summary


@pytest.mark.parametrize("adjust", [lambda prior: np.zeros_like(prior), lambda prior: 0.1 * (prior.mean() - prior)])
def test_a_control_that_heeds_nobodys_features_is_caught(held: HeldOut, adjust) -> None:
    def fit(frame: Frame) -> np.ndarray:
        prior = frame.prior[frame.projected]
        return prior + adjust(prior)

    assert not audit_identities(held, fit).passed


def test_features_of_other_players_are_caught(held: HeldOut) -> None:
    """The ids of the season projected were mismatched: its columns are other players'."""
    source = np.arange(len(held.frame.weight))
    rows = np.flatnonzero(held.frame.projected)
    source[rows] = np.roll(rows, 3)
    blocks = {name: Block(block.name, block.columns, block.values[source]) for name, block in held.frame.blocks.items()}
    mismatched = replace(held, frame=replace(held.frame, blocks=blocks))
    assert not audit_identities(mismatched, control_ridge("batter")).passed


def test_too_few_players_are_told(held: HeldOut) -> None:
    few = replace(held, weight=np.where(np.arange(PLAYERS) < 20, 500.0, 0.0))
    for audit in (audit_labels, audit_identities):
        result = audit(few, seen_the_future(held))
        assert result.passed
        assert "nothing to audit: 20 batters" in result.summary
