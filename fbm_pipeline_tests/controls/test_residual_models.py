"""Ridge and trees on made-up rows: what is planted is found, weights count, and the same rows give the same bytes."""

import numpy as np
import pytest

from fbm_pipeline.controls.residual_models import closest_columns, fit_ridge, fit_scaling, fit_trees


def made_up(n: int = 600, columns: int = 6, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(5.0, 2.0, (n, columns)), rng.normal(0.0, 0.01, n), rng.uniform(100.0, 600.0, n)


def test_ridge_finds_a_planted_line() -> None:
    columns, noise, weights = made_up()
    residual = 0.03 + 0.02 * (columns[:, 1] - 5.0) + noise
    predict = fit_ridge(columns, residual, weights, penalty=1.0)
    rows = np.full((2, 6), 5.0)
    rows[1, 1] = 6.0
    low, high = predict(rows)
    assert low == pytest.approx(0.03, abs=0.002)
    assert high - low == pytest.approx(0.02, abs=0.001)


def test_ridge_agrees_with_least_squares_and_a_heavy_penalty_leaves_the_mean() -> None:
    columns, noise, weights = made_up()
    residual = noise + 0.01 * columns[:, 0]
    design = np.column_stack([np.ones(len(columns)), columns]) * np.sqrt(weights)[:, None]
    expected = np.linalg.lstsq(design, residual * np.sqrt(weights), rcond=None)[0]
    free = fit_ridge(columns, residual, weights, penalty=0.0)(columns)
    assert free == pytest.approx(expected[0] + columns @ expected[1:], abs=1e-10)
    heavy = fit_ridge(columns, residual, weights, penalty=1e12)(columns)
    assert heavy == pytest.approx(np.average(residual, weights=weights), abs=1e-9)


def test_without_intercept_an_average_row_is_left_alone() -> None:
    columns, noise, weights = made_up()
    predict = fit_ridge(columns, noise + 1.0, weights, 1.0, intercept=False)
    assert predict(np.average(columns, axis=0, weights=weights)[None]) == pytest.approx(0.0, abs=1e-12)


def test_scaling_is_of_the_training_rows_and_drops_columns_without_spread() -> None:
    columns, _, weights = made_up()
    columns[:, 2] = 7.0
    scaling = fit_scaling(columns, weights)
    scaled = scaling(columns)
    assert scaling.kept.tolist() == [True, True, False, True, True, True]
    assert np.average(scaled, axis=0, weights=weights) == pytest.approx(np.zeros(5), abs=1e-12)
    assert np.average(scaled**2, axis=0, weights=weights) == pytest.approx(np.ones(5))
    assert scaling(columns + 1.0)[:, 0].mean() > scaled[:, 0].mean()  # other rows are measured by the same scale


def test_trees_find_a_step_that_no_line_can() -> None:
    columns, noise, weights = made_up(1500)
    step = np.where(np.abs(columns[:, 3] - 5.0) < 1.5, 0.1, -0.1)
    by_trees = fit_trees(columns, step + noise, weights, seed=1)(columns)
    by_line = fit_ridge(columns, step + noise, weights, 1.0)(columns)
    assert np.corrcoef(by_trees, step)[0, 1] > 0.9
    assert abs(np.corrcoef(by_line, step)[0, 1]) < 0.3


def test_the_closest_columns_are_those_that_go_with_the_residual() -> None:
    columns, noise, weights = made_up()
    columns[:, 0] = 1.0
    residual = noise + 0.1 * columns[:, 4] - 0.2 * columns[:, 2]
    assert closest_columns(columns, residual, weights, 2).tolist() == [2, 4]
    assert closest_columns(columns, residual, weights, 50).tolist() == [1, 2, 3, 4, 5]


def test_twice_the_same_bytes_and_another_seed_other_trees() -> None:
    columns, noise, weights = made_up(300)
    residual = noise + 0.02 * np.sin(columns[:, 0])
    for fit in (lambda: fit_ridge(columns, residual, weights, 10.0), lambda: fit_trees(columns, residual, weights, 4)):
        assert fit()(columns).tobytes() == fit()(columns).tobytes()
    other = fit_trees(columns, residual, weights, 5)(columns)
    assert not np.array_equal(other, fit_trees(columns, residual, weights, 4)(columns))
