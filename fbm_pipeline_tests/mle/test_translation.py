"""The translation: a made-up world's factors and worths come back, and what a blend may and may not do."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import comb
from scipy.stats import betabinom

from fbm_pipeline.mle.evidence import Evidence
from fbm_pipeline.mle.minor_lines import COMPONENTS, LEVELS
from fbm_pipeline.mle.translation import (
    CENTRE,
    MINIMUM_OPPORTUNITIES,
    Translation,
    beta_binomial,
    blend,
    fit_translations,
    log_likelihood,
    newcomers_mean,
    teaching_rows,
)
from fbm_pipeline_tests.mle.hand_made import evidence, promoted

SO, HITS = COMPONENTS["batter"].index("so"), COMPONENTS["batter"].index("h")
FACTORS = (1.25, 1.4)
parameters = st.tuples(
    *(
        st.floats(low, high)
        for low, high in (
            (-0.7, 0.7),
            (-0.7, 0.7),
            (-2.0, 0.5),
            (-2.0, 0.5),
            (3.0, 7.0),
            (-0.5, 0.5),
            (-0.5, 0.5),
            (-0.5, 0.5),
            (-0.2, 0.2),
            (-2.0, 2.0),
        )
    )
).map(np.array)


@pytest.fixture(scope="module")
def world() -> Evidence:
    return promoted(300, FACTORS)


@pytest.fixture(scope="module")
def fitted(world: Evidence) -> tuple[Translation, ...]:
    return fit_translations(world)


def test_the_worlds_factors_come_back(fitted: tuple[Translation, ...]) -> None:
    assert [item.component for item in fitted] == list(COMPONENTS["batter"])
    assert {(item.n, item.trained_from, item.trained_until) for item in fitted} == {(300, 2015, 2015)}
    for at in (SO, HITS):
        for level, truth in zip(LEVELS, FACTORS, strict=True):
            found = fitted[at].factor(level)
            assert found == pytest.approx(truth, rel=0.06)
            assert abs(found - truth) < abs(found - 1.0)  # nearer the truth than to where it began
    assert fitted[SO].factor("AA") > fitted[SO].factor("AAA") > 1.0  # who is promoted strikes out more
    assert all(0.1 < item.worth(level) < 1.5 for item in fitted for level in LEVELS)


def test_falling_rates_come_back_too() -> None:
    fitted = fit_translations(promoted(300, (0.8, 0.7)))
    assert fitted[HITS].factor("AAA") == pytest.approx(0.8, rel=0.06)
    assert fitted[HITS].factor("AA") == pytest.approx(0.7, rel=0.06)


def test_lines_that_foretell_nothing_weigh_less(world: Evidence, fitted: tuple[Translation, ...]) -> None:
    others = np.random.default_rng(1).permutation(150) * 2
    mixed = np.arange(300)
    mixed[0::2], mixed[1::2] = others, others + 1  # a line of the same level, but another player's
    silent = fit_translations(dataclasses.replace(world, minors=world.minors[mixed]))[SO]
    shares = [told.minor_weight / told.weight for told in (blend(world, SO, v.values) for v in (fitted[SO], silent))]
    assert shares[0].min() > 0.6
    assert shares[1].max() < 0.3


def test_what_is_fitted_is_likelier_than_what_it_began_with(world: Evidence, fitted: tuple[Translation, ...]) -> None:
    for at, item in enumerate(fitted):
        assert log_likelihood(world, at, item.values) >= log_likelihood(world, at, CENTRE)


def test_the_same_rows_give_the_same_fit() -> None:
    rows = promoted(12, FACTORS, player_type="pitcher")
    once, twice = fit_translations(rows), fit_translations(rows)
    assert all(np.array_equal(one.values, two.values) for one, two in zip(once, twice, strict=True))


def test_pitchers_without_lines_have_the_inverse_of_the_batters_factors(fitted: tuple[Translation, ...]) -> None:
    nobody = fit_translations(evidence(0, "pitcher"), fitted)
    assert [item.component for item in nobody] == list(COMPONENTS["pitcher"])
    for item, batters in zip(nobody, fitted, strict=False):
        assert (item.component, item.n, item.trained_from, item.trained_until) == (batters.component, 0, 0, 0)
        for level in LEVELS:
            assert item.factor(level) == pytest.approx(1.0 / batters.factor(level))
    alone = fit_translations(evidence(0, "pitcher"))
    assert all(item.factor(level) == 1.0 for item in alone for level in LEVELS)


def test_a_few_pitchers_lean_on_the_inverse_and_many_do_not(fitted: tuple[Translation, ...]) -> None:
    inverse, truth = 1.0 / fitted[SO].factor("AAA"), 1.2
    few, many = (
        fit_translations(promoted(n, (truth, truth), player_type="pitcher", trips=trips), fitted)[SO].factor("AAA")
        for n, trips in ((6, 60), (200, 500))
    )
    assert abs(few - inverse) < abs(few - truth)
    assert abs(many - truth) < abs(many - inverse)
    assert few < many


def test_a_level_nobody_came_from_follows_the_other(world: Evidence) -> None:
    strikeouts = fit_translations(world.chosen(np.arange(0, 300, 2)))[SO]
    assert strikeouts.factor("AAA") == pytest.approx(1.25, rel=0.08)
    assert 1.05 < strikeouts.factor("AA") < strikeouts.factor("AAA")


def test_who_teaches() -> None:
    # A newcomer, one of too few chances, a known player with a line, one without, a newcomer with a line.
    lines = np.zeros((5, 6, 2))
    lines[[2, 4]] = 300.0
    rows = evidence(
        5,
        minor_pa=lines,
        is_newcomer=np.array([True, True, False, False, True]),
        actual_pa=np.array([MINIMUM_OPPORTUNITIES, MINIMUM_OPPORTUNITIES - 1, 500.0, 500.0, 500.0]),
    )
    assert teaching_rows(rows).tolist() == [True, False, True, False, True]
    unknown = rows.actual_league.copy()
    unknown[0, 2] = np.nan
    assert not teaching_rows(dataclasses.replace(rows, actual_league=unknown))[0]


@settings(max_examples=60, deadline=None)
@given(parameters, st.lists(st.floats(0.01, 4.0), min_size=1, max_size=5), st.floats(1.0, 5000.0))
def test_without_a_line_the_rate_is_marcels_to_the_bit(values: np.ndarray, marcel: list[float], weight: float) -> None:
    rates = np.array(marcel)[:, None]
    told = blend(evidence(len(marcel), is_newcomer=False, marcel=rates, marcel_weight=weight), SO, values)
    assert np.array_equal(told.rate, rates[:, 0])
    assert np.array_equal(told.weight, np.full(len(marcel), weight))
    assert not told.minor_weight.any()
    assert not told.minor_rate.any()


@settings(max_examples=60, deadline=None)
@given(
    parameters,
    st.floats(0.1, 3.0),
    st.floats(0.1, 3.0),
    st.floats(20.0, 3000.0),
    st.floats(1.0, 1000.0),
    st.floats(1.1, 5.0),
)
def test_a_blend_lies_between_and_more_chances_move_it_further(
    values: np.ndarray, marcel: float, minors: float, weight: float, pa: float, more: float
) -> None:
    def of(trips: float):
        lines = np.array([trips, 0.4 * trips])
        return blend(
            evidence(1, is_newcomer=False, marcel=marcel, marcel_weight=weight, minor_pa=lines, minors=minors * lines),
            SO,
            values,
        )

    less, much = of(pa), of(more * pa)
    low, high = sorted((marcel, float(less.minor_rate[0])))
    assert low - 1e-12 <= less.rate[0] <= high + 1e-12
    assert abs(much.rate[0] - marcel) >= abs(less.rate[0] - marcel) - 1e-12
    assert much.minor_rate[0] == pytest.approx(less.minor_rate[0])
    assert much.weight[0] > less.weight[0] > weight
    assert much.concentration[0] > less.concentration[0]


def test_a_blend_by_hand() -> None:
    values = CENTRE.copy()
    values[:4] = np.log([1.2, 1.5, 0.5, 0.25])
    lines = np.zeros((6, 2))
    lines[SO] = (400.0, 200.0)
    rows = evidence(1, is_newcomer=False, marcel=1.1, marcel_weight=300.0, minor_pa=lines, minors=0.9 * lines)
    told = blend(rows, SO, values)
    assert told.minor_weight[0] == pytest.approx(250.0)
    assert told.minor_rate[0] == pytest.approx(0.9 * (200 * 1.2 + 50 * 1.5) / 250)
    assert told.rate[0] == pytest.approx((300 * 1.1 + 0.9 * (200 * 1.2 + 50 * 1.5)) / 550)
    assert told.rate[0] == blend(dataclasses.replace(rows, actual_pa=np.array([600.0])), SO, values).rate[0]


def test_a_newcomer_starts_with_the_mean_of_his_age_and_of_his_age_for_the_level() -> None:
    values = CENTRE.copy()
    values[4:9] = (np.log(100.0), 0.1, -0.2, 0.05, 0.03)
    nobody = evidence(3, age=np.array([20.0, 25.0, 30.0]))
    expected = np.exp([0.1 + 0.2 + 0.05, 0.1, 0.1 - 0.2 + 0.05])
    assert newcomers_mean(nobody, SO, values) == pytest.approx(expected)
    assert blend(nobody, SO, values).rate == pytest.approx(expected)
    assert blend(nobody, SO, values).weight == pytest.approx(100.0)
    lines = np.zeros((6, 2))
    lines[:, 1] = 300.0
    ages = np.array([[np.nan, 27.0], [np.nan, 24.0], [np.nan, np.nan]])  # three years old for AA, typical, unknown
    in_double_a = evidence(3, minor_pa=lines, minor_age=ages)
    assert newcomers_mean(in_double_a, SO, values) == pytest.approx(np.exp([0.13, 0.1, 0.1]))


def test_the_likelihood_is_that_of_a_beta_binomial() -> None:
    events = np.arange(0, 30, 5)
    found = beta_binomial(events, np.full(6, 100.0), np.full(6, 0.2), np.full(6, 50.0))
    truth = betabinom.logpmf(events, 100, 10, 40) - betabinom.logpmf(0, 100, 10, 40)
    assert found - found[0] == pytest.approx(truth - np.log(comb(100, events)))
