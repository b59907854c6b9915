"""Archetypes: found again where they are plain, stored and read alike, assigned to the nearest."""

import dataclasses

import numpy as np
import pyarrow.compute as pc
import pytest

from fbm_pipeline.identity.archetypes import FEATURES, ArchetypeError, exemplars, features, memberships, read_archetypes
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.identity.hand_made import fill, random_games
from fbm_pipeline_tests.making import assign_archetypes, fit_archetypes, make_stat_profiles

PRESET = dataclasses.replace(PRESETS["large"], tune_until=2015, archetypes=3)


def league(store: Store, *, reverse: bool = False, until: int = 2016) -> Store:
    """Batters of three plain kinds, by their number: they strike out, walk, or hit home runs."""
    games = random_games(range(2014, until))
    for row in games:
        kind = int(str(row["mlbam_id"])) % 3
        row["so"], row["bb"], row["hr"] = [(8, 0, 0), (1, 5, 0), (2, 0, 4)][kind]
    fill(store, games[::-1] if reverse else games)
    for season in range(2015, until + 1):
        make_stat_profiles(store, "batter", season)
    return store


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A league with its archetypes fitted and assigned for two seasons; not to be changed."""
    made = league(Store(tmp_path_factory.mktemp("kinds") / "store", TABLES))
    fit_archetypes(made, "batter", PRESET)
    for season in (2015, 2016):
        assign_archetypes(made, "batter", season)
    return made


def assigned(store: Store, season: int) -> dict[int, int]:
    rows = store.delta("features.archetypes").to_pyarrow_table().to_pylist()
    return {r["mlbam_id"]: r["archetype"] for r in rows if r["as_of"].month == 3 and r["season"] == season}


def test_three_plain_kinds_are_found_and_kept(kinds: Store) -> None:
    now, then = assigned(kinds, 2015), assigned(kinds, 2016)
    found = [{now[player] for player in now if player % 3 == kind} for kind in range(3)]
    assert [len(kind) for kind in found] == [1, 1, 1]
    assert set.union(*found) == {0, 1, 2}
    assert then == now


def test_centroids_are_stored_in_order_with_their_scaler(kinds: Store) -> None:
    again = fit_archetypes(kinds, "batter", PRESET)
    assert again.skipped
    assert again.rows == 3 * len(FEATURES["batter"])
    fitted = read_archetypes(kinds, "batter")
    foremost = fitted.centroids[:, 0]
    assert (np.diff(foremost) > 0).all()
    assert fitted.fitted_until == 2015


def test_the_order_of_rows_and_later_seasons_change_no_centroid(kinds: Store, store: Store) -> None:
    other = fit_archetypes(league(store, reverse=True, until=2017), "batter", PRESET)
    assert other.content_hash == fit_archetypes(kinds, "batter", PRESET).content_hash


def test_each_stands_at_his_nearest_centroid_and_memberships_add_up(kinds: Store) -> None:
    written = assign_archetypes(kinds, "batter", 2015)
    assert written.skipped
    profiles = kinds.delta("features.stat_profiles").to_pyarrow_table()
    profiles = profiles.filter(pc.equal(profiles.column("season"), 2015)).sort_by(
        [("as_of", "ascending"), ("mlbam_id", "ascending")]
    )
    distances = read_archetypes(kinds, "batter").distances(profiles)
    rows = kinds.delta("features.archetypes").to_pyarrow_table()
    rows = rows.filter(pc.equal(rows.column("season"), 2015))
    rows = rows.sort_by([("as_of", "ascending"), ("mlbam_id", "ascending")])
    assert written.rows == rows.num_rows == profiles.num_rows
    assert rows.column("archetype").to_pylist() == distances.argmin(axis=1).tolist()
    shares = np.array(rows.column("membership").to_pylist())
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(shares)), abs=1e-6)
    assert (shares.argmax(axis=1) == distances.argmin(axis=1)).all()


def test_rates_count_as_multiples_of_the_league(kinds: Store) -> None:
    profiles = kinds.delta("features.stat_profiles").to_pyarrow_table()
    values = features(profiles)
    dates = np.array(profiles.column("as_of").to_pylist())
    weights = profiles.column("three_year_opportunities").to_numpy()
    rate = FEATURES["batter"].index("three_year_so_rate")
    for date in set(dates):
        assert np.average(values[dates == date, rate], weights=weights[dates == date]) == pytest.approx(1.0)


def test_memberships_fall_with_distance() -> None:
    shares = memberships(np.array([[0.0, 0.5, 400.0]]))
    assert shares[0, 0] / shares[0, 1] == pytest.approx(np.e)
    assert shares[0, 2] == 0.0


def test_exemplars_before_any_assignment_are_an_error(kinds: Store) -> None:
    with pytest.raises(ArchetypeError, match="hold no pitchers; assign archetypes"):
        exemplars(kinds, "pitcher")


def test_exemplars_name_the_closest(kinds: Store) -> None:
    rows = exemplars(kinds, "batter", places=2).to_pylist()
    assert [(r["archetype"], r["place"]) for r in rows] == [(k, place) for k in range(3) for place in (1, 2)]
    assert {r["season"] for r in rows} == {2016}
    assert all(r["members"] == 8 and r["name"] == f"Player {r['mlbam_id']}" for r in rows)
    assert all(rows[2 * k]["distance"] <= rows[2 * k + 1]["distance"] for k in range(3))


def test_more_archetypes_than_players_are_refused(kinds: Store) -> None:
    with pytest.raises(ArchetypeError, match="24 preseason profiles of batters up to 2015"):
        fit_archetypes(kinds, "batter", dataclasses.replace(PRESET, archetypes=25))
