"""`features.park_factors`: a planted park comes back, few games say little, and the target season says nothing."""

import numpy as np
import pytest

from fbm_pipeline.parks.park_factors import COMPONENTS, REGRESSION, TABLE, read_park_counts
from fbm_pipeline.parks.park_sample import park_sample
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.making import make_park_factors
from fbm_pipeline_tests.parks.park_league import plate_appearance, season_of_home_runs, write_months

FLAT = {"BOS": 6, "NYY": 6, "TB": 6, "TOR": 6}
SMALL_BOSTON = {**FLAT, "BOS": 12}


def factors(store: Store, season: int) -> dict[tuple[str, str], dict]:
    rows = store.delta(TABLE).to_pyarrow_table().to_pylist()
    return {(row["park_id"], row["component"]): row for row in rows if row["season"] == season}


def test_a_planted_park_is_recovered(store: Store) -> None:
    for season in (2001, 2002, 2003):
        write_months(store, "core.plate_appearances", season_of_home_runs(season, SMALL_BOSTON))
    make_park_factors(store, 2004)
    boston = factors(store, 2004)["BOS07", "hr"]
    assert (boston["pa"], boston["elsewhere_pa"], boston["seasons"]) == (1800, 1800, 3)
    assert (boston["observed"], boston["expected"]) == (pytest.approx(108), pytest.approx(54))
    # .0375 of all plate appearances in home parks go out: k of an average park's are added to 1800 of Boston's.
    added = REGRESSION["hr"] * 0.0375
    assert boston["factor"] == pytest.approx((108 + added) / (54 + added))


def test_the_visitors_of_a_park_are_not_judged_by_it(store: Store) -> None:
    write_months(store, "core.plate_appearances", season_of_home_runs(2003, SMALL_BOSTON))
    make_park_factors(store, 2004)
    # New York's games elsewhere: one in Boston with 12 and two with 6.
    new_york = factors(store, 2004)["NYC21", "hr"]
    assert new_york["observed"] / new_york["expected"] == pytest.approx(18 / (12 + 6 + 6))


def test_a_park_with_few_games_stays_at_one_and_one_without_is_absent(store: Store) -> None:
    abroad = [
        plate_appearance(2003, "abroad", number, is_top=number % 2 == 0, park_id="LON01", hr=1, h=1, ab=1, runs=1)
        | ({} if number % 2 == 0 else {"batting_team": "BOS", "fielding_team": "NYY"})
        for number in range(20)
    ]
    write_months(store, "core.plate_appearances", season_of_home_runs(2003, FLAT) + abroad)
    make_park_factors(store, 2004)
    found = factors(store, 2004)
    assert found["LON01", "hr"]["observed"] > 20 * found["LON01", "hr"]["expected"]
    assert 1.0 < found["LON01", "hr"]["factor"] < 1.2
    assert ("KAN06", "hr") not in found


def test_nothing_of_a_component_leaves_every_park_average(store: Store) -> None:
    write_months(store, "core.plate_appearances", season_of_home_runs(2003, FLAT))
    make_park_factors(store, 2004)
    assert {row["factor"] for (_, component), row in factors(store, 2004).items() if component == "triple"} == {1.0}


def test_three_seasons_count_and_no_more(store: Store) -> None:
    write_months(store, "core.plate_appearances", season_of_home_runs(2000, {**FLAT, "BOS": 100}))
    write_months(store, "core.plate_appearances", season_of_home_runs(2001, FLAT))
    make_park_factors(store, 2004)
    assert factors(store, 2004)["BOS07", "hr"]["factor"] == pytest.approx(1.0)
    make_park_factors(store, 2003)
    assert factors(store, 2003)["BOS07", "hr"]["factor"] > 1.0


def test_rows_of_the_target_season_change_nothing(store: Store) -> None:
    write_months(store, "core.plate_appearances", season_of_home_runs(2003, SMALL_BOSTON))
    write_months(store, "core.plate_appearances", season_of_home_runs(2004, FLAT))
    before = make_park_factors(store, 2004)
    write_months(store, "core.plate_appearances", season_of_home_runs(2004, {**FLAT, "TB": 150}))
    assert make_park_factors(store, 2004).skipped
    store.write(TABLE, {"season": 2004}, store.delta(TABLE).to_pyarrow_table().slice(0, 0))  # forgotten: made anew
    again = make_park_factors(store, 2004)
    assert (again.skipped, again.content_hash) == (False, before.content_hash)
    write_months(store, "core.plate_appearances", season_of_home_runs(2003, FLAT))
    assert make_park_factors(store, 2004).content_hash != before.content_hash


def test_the_first_season_has_no_factors(store: Store) -> None:
    write_months(store, "core.plate_appearances", season_of_home_runs(2003, FLAT))
    assert make_park_factors(store, 2003).rows == 0
    assert make_park_factors(store, 2004).rows == 4 * len(COMPONENTS)


@pytest.mark.parametrize("component", ["hr", "h", "so"])
def test_more_regression_brings_every_park_nearer_to_one(store: Store, component: str) -> None:
    write_months(store, "core.plate_appearances", season_of_home_runs(2003, SMALL_BOSTON))
    sample = park_sample(read_park_counts(store, 2003, 2003), component)
    distances = np.array([np.abs(sample.regressed(k) - 1) for k in (0.0, 100.0, 5_000.0, 1e9)])
    assert (np.diff(distances, axis=0) <= 1e-12).all()
    assert distances[-1].max() < 1e-5
    if component == "hr":
        assert distances[0].max() > 0.9
