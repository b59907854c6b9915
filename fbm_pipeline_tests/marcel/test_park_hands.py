"""Factors by hand: they sum up to the all-hands factor, a planted porch is found, and few games say nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbm_pipeline.marcel.park_factors import COMPONENTS, build_park_factors, factors_of, read_park_counts
from fbm_pipeline.marcel.park_hands import HAND_REGRESSION, HANDS, hand_factors
from fbm_pipeline.marcel.park_sample import ParkSample
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.marcel.park_league import season_of_home_runs, write_months

FLAT = {"BOS": 6, "NYY": 6, "TB": 6, "TOR": 6}
RATE = 0.03


def sample(observed: list[float], expected: list[float]) -> ParkSample:
    seen, told = np.array(observed, dtype=float), np.array(expected, dtype=float)
    parks = np.array([f"P{at}" for at in range(len(seen))])
    return ParkSample(parks, seen, told, told / RATE, told / RATE, np.full(len(seen), 3), RATE)


amounts = st.one_of(st.just(0.0), st.floats(0.01, 500))
counts = st.lists(st.tuples(*[amounts] * 4), min_size=1, max_size=8)


@given(counts, st.floats(1, 200_000), st.floats(0.5, 2.0))
def test_the_hands_sum_up_to_the_park(parks: list[tuple[float, ...]], k: float, whole: float) -> None:
    left, right = (sample([p[at] for p in parks], [p[at + 1] for p in parks]) for at in (0, 2))
    level = np.full(len(parks), whole)
    found = hand_factors({"L": left, "R": right}, level, k)
    expected = left.expected + right.expected
    seen = found["L"] * left.expected + found["R"] * right.expected
    both = left.observed + right.observed
    told = (expected > 1e-6) & (both > 1e-6)  # where nothing happened at all the hands are alike
    assert seen[told] == pytest.approx((level * expected)[told])
    assert all(np.isfinite(values).all() and (values >= 0).all() for values in found.values())


def test_a_porch_in_right_field_helps_left_handed_batters() -> None:
    left, right = sample([60.0, 30.0], [30.0, 30.0]), sample([30.0, 30.0], [30.0, 30.0])
    whole = np.array([1.2, 1.0])
    found = hand_factors({"L": left, "R": right}, whole, 2_000.0)
    assert found["L"][0] > whole[0] > found["R"][0]
    assert found["L"][1] == found["R"][1] == 1.0
    distances = [
        hand_factors({"L": left, "R": right}, whole, k)["L"][0] - whole[0] for k in (0.0, 2_000.0, 1e5, 1e12)
    ]  # fmt: skip
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] == pytest.approx(0.0, abs=1e-6)


def test_a_park_without_one_hand_gives_it_its_own_factor() -> None:
    left, right = sample([0.0], [0.0]), sample([45.0], [30.0])
    found = hand_factors({"L": left, "R": right}, np.array([1.3]), 500.0)
    assert (found["L"][0], found["R"][0]) == (pytest.approx(1.3), pytest.approx(1.3))


def test_planted_hands_come_back_from_plate_appearances(store: Store) -> None:
    rows = [
        row | {"stand": "L" if int(str(row["plate_appearance"])) % 4 < 2 else "R"}
        for season in (2001, 2002, 2003) for row in season_of_home_runs(season, FLAT)
    ]  # fmt: skip
    for row in rows:  # in Boston every home run is hit by a left-handed batter
        if row["park_id"] == "BOS07" and row["hr"]:
            row["stand"] = "L"
    write_months(store, "core.plate_appearances", rows)
    build_park_factors(store, 2004)
    table = store.delta("features.park_factors").to_pyarrow_table().to_pylist()
    boston = {row["stand"]: row for row in table if (row["park_id"], row["component"]) == ("BOS07", "hr")}
    assert boston["L"]["factor"] > 1.0 > boston["R"]["factor"]
    assert boston["all"]["factor"] == pytest.approx(1.0)
    assert boston["L"]["observed"] + boston["R"]["observed"] == boston["all"]["observed"]
    for component in COMPONENTS:
        samples, factors = factors_of(read_park_counts(store, 2001, 2003), component)
        expected = sum(samples[hand].expected for hand in HANDS)
        mean = sum(samples[hand].expected * factors[hand] for hand in HANDS)
        assert mean == pytest.approx(expected * factors["all"])


def test_an_unknown_side_counts_for_the_park_only(store: Store) -> None:
    rows = [row | {"stand": None} for row in season_of_home_runs(2003, {**FLAT, "BOS": 12})]
    write_months(store, "core.plate_appearances", rows)
    counts = read_park_counts(store, 2003, 2003)
    assert counts.column("stand").unique().to_pylist() == ["all"]
    samples, factors = factors_of(counts, "hr")
    assert (samples["L"].observed == 0).all()
    assert all((factors[hand] == factors["all"]).all() for hand in HANDS)


def test_every_component_has_a_constant() -> None:
    assert set(HAND_REGRESSION) == set(COMPONENTS)
