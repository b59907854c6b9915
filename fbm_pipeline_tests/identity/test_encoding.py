"""The profile matrix and its scaler."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fbm_pipeline.identity.encoding import EncodingError, Standardizer, profile_features
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.identity.hand_made import fill, game, random_games
from fbm_pipeline_tests.making import make_stat_profiles


@pytest.fixture
def profiles(store: Store) -> pa.Table:
    fill(store, [*random_games([2014]), game(dt.date(2014, 4, 2), 1, ab=4, so=4)])
    for player_type in ("batter", "pitcher"):
        make_stat_profiles(store, player_type, 2015)
    return store.delta("features.stat_profiles").to_pyarrow_table()


def of(profiles: pa.Table, player_type: str) -> pa.Table:
    return profiles.filter(pc.equal(profiles.column("player_type"), player_type)).sort_by("mlbam_id")


def test_columns_are_the_profiles_values(profiles: pa.Table) -> None:
    table = of(profiles, "batter")
    matrix, names = profile_features(table)
    assert matrix.dtype == np.float32
    assert matrix.shape == (table.num_rows, len(names))
    assert len(set(names)) == len(names)
    first = dict(zip(names, matrix[0].tolist(), strict=True))
    row = table.to_pylist()[0]
    assert first["one_year_so_rate"] == pytest.approx(row["one_year_so_rate"], rel=1e-6)
    assert first["career_log_opportunities"] == pytest.approx(np.log1p(row["career_opportunities"]), rel=1e-6)
    assert first["minor_log_opportunities"] == 0.0
    assert (first["thirty_day_from_one_year"], first["thirty_day_from_career"]) == (1.0, 0.0)
    assert (first["bats_left"], first["bats_right"], first["bats_switch"]) == (0.0, 0.0, 0.0)
    assert "is_starter" not in names


def test_hands_and_roles_are_flags(profiles: pa.Table) -> None:
    matrix, names = profile_features(of(profiles, "pitcher"))
    starter = matrix[:, names.index("is_starter")]
    assert starter.tolist() == [float(player % 2) for player in range(101, 125)]
    hands = matrix[:, [names.index(name) for name in ("bats_left", "bats_right", "bats_switch")]]
    assert (hands.sum(axis=1) == 1).all()


def test_opportunities_of_the_minors_come_as_a_logarithm(profiles: pa.Table) -> None:
    table = of(profiles, "batter")
    at = table.column_names.index("minor_opportunities")
    weighed = table.set_column(at, "minor_opportunities", pa.array(np.arange(table.num_rows) * 10.0))
    matrix, names = profile_features(weighed)
    assert matrix[:, names.index("minor_log_opportunities")] == pytest.approx(np.log1p(np.arange(len(matrix)) * 10.0))
    others = [k for k, name in enumerate(names) if name != "minor_log_opportunities"]
    assert np.array_equal(matrix[:, others], profile_features(table)[0][:, others])


def test_both_types_at_once_are_refused(profiles: pa.Table) -> None:
    with pytest.raises(EncodingError, match="expected rows of exactly one"):
        profile_features(profiles)


def test_a_missing_rate_is_an_error_with_a_count(profiles: pa.Table) -> None:
    table = of(profiles, "batter")
    at = table.column_names.index("career_obp")
    broken = table.set_column(at, "career_obp", pa.nulls(table.num_rows, pa.float64()))
    with pytest.raises(EncodingError, match=f"career_obp is null in {table.num_rows}"):
        profile_features(broken)


@given(arrays(np.float64, (12, 3), elements=st.floats(-1e3, 1e3, allow_subnormal=False)))
def test_training_rows_come_out_with_mean_zero_and_unit_or_no_variance(matrix: np.ndarray) -> None:
    scaler = Standardizer.fit(matrix, ["a", "b", "c"])
    scaled = scaler.transform(matrix, ["a", "b", "c"])
    for name, column in zip(scaler.names, scaled.T, strict=True):
        assert column.mean() == pytest.approx(0.0, abs=1e-4)
        assert column.std() == pytest.approx(0.0 if name in scaler.constant else 1.0, abs=1e-4)


def test_a_constant_column_stays_silent_for_new_values() -> None:
    scaler = Standardizer.fit(np.array([[1.0, 5.0], [3.0, 5.0]]), ["a", "b"])
    assert scaler.constant == ("b",)
    assert scaler.transform(np.array([[5.0, 9.0]]), ["a", "b"]).tolist() == [[3.0, 0.0]]


def test_json_round_trip_to_the_last_bit() -> None:
    matrix = np.random.default_rng(0).normal(0.3, 1 / 3, (50, 4))
    scaler = Standardizer.fit(matrix, list("abcd"))
    assert Standardizer.from_json(scaler.to_json()) == scaler


@pytest.mark.parametrize(
    ("matrix", "names", "message"),
    [
        (np.zeros((0, 2)), ["a", "b"], "rows > 0"),
        (np.zeros((3, 2)), ["a"], "for 1 names"),
        (np.array([[1.0, np.nan], [2.0, 1.0]]), ["a", "b"], r"\['b'\] hold values that are not finite"),
    ],
)
def test_what_cannot_be_fitted(matrix: np.ndarray, names: list[str], message: str) -> None:
    with pytest.raises(EncodingError, match=message):
        Standardizer.fit(matrix, names)


def test_other_columns_are_refused() -> None:
    scaler = Standardizer.fit(np.array([[1.0, 5.0], [3.0, 6.0]]), ["a", "b"])
    with pytest.raises(EncodingError, match=r"\['c'\] are new and \['b'\] are missing"):
        scaler.transform(np.zeros((1, 2)), ["a", "c"])
    with pytest.raises(EncodingError, match="order changed"):
        scaler.transform(np.zeros((1, 2)), ["b", "a"])
