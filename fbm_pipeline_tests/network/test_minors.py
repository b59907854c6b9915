"""What the network knows of the minors, taken away or put under it: exactly that, and for nobody else."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from fbm_pipeline.ablations.network_cells import network_cell, network_key
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.identity.encoding import profile_features
from fbm_pipeline.level1.embeddings import load_embeddings
from fbm_pipeline.network.fold_training import load_fold, network_inputs
from fbm_pipeline.network.folds import fold_of
from fbm_pipeline.network.inputs import changed_windows
from fbm_pipeline.network.minors import of_the_majors, with_mle
from fbm_pipeline.network.plate_appearances import Source
from fbm_pipeline.network.priors import PRIOR_SYSTEM, SYSTEMS, load_priors
from fbm_pipeline.network.tables import training_of
from fbm_pipeline.network.windows import Windows, load_windows, stored_history
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.joins import MissingJoinError
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.ablations.conftest import PRESET, settings_at
from fbm_pipeline_tests.identity.hand_made import fill, random_games, write_mle_rates
from fbm_pipeline_tests.level1.small_store import BATTERS, CUTOFF, copy_of
from fbm_pipeline_tests.making import assign_archetypes, fit_archetypes, make_stat_profiles

SEASON = 2015
MARCEL = SYSTEMS.index(PRIOR_SYSTEM)
NETWORK = PRESET.network


def preseason_windows(store: Store, like: Windows) -> Windows:
    """Windows of whom profiles of the season know, with these profiles and archetypes in place of those of `like`."""
    for build in (make_stat_profiles, assign_archetypes):
        build(store, "batter", SEASON)
    tables = [store.delta(f"features.{name}").to_pyarrow_table() for name in ("stat_profiles", "archetypes")]
    as_of = (pc.field("as_of") == dt.date(SEASON, 3, 1)) & (pc.field("player_type") == "batter")
    profiles, archetypes = (table.filter(as_of).sort_by("mlbam_id") for table in tables)
    matrix, names = profile_features(profiles)
    n = len(matrix)
    return replace(
        like,
        player_type="batter",
        season=np.full(n, SEASON, np.int16),
        mlbam_id=profiles.column("mlbam_id").to_numpy().astype(np.int32),
        profile=np.hstack([matrix, np.full((n, 1), 7.0, np.float32)]),
        profile_names=(*names, "prior_so_rate"),
        archetype=archetypes.column("archetype").to_numpy().astype(np.int64),
    )


@pytest.fixture(scope="module")
def like(small: Store) -> Windows:
    source = Source(load_embeddings(small, CUTOFF, stored_history(small, [2018])))
    return load_windows(small, "batter", [2018], NETWORK, source)


def test_without_the_minors_are_the_profiles_and_kinds_of_the_majors_alone(store: Store, like: Windows) -> None:
    games = random_games([2013, 2014])
    few = [row for row in games if row["mlbam_id"] not in (3, 4) or (row["season"], row["month"]) == (2014, 6)]
    fill(store, few)
    for season in (2014, SEASON):
        make_stat_profiles(store, "batter", season)
    fit_archetypes(store, "batter", replace(PRESET, tune_until=SEASON))
    alone = preseason_windows(store, like)
    slugger = {"source": "blended", "hr_rate": {"minor_rate": 0.2}, "minor_weight": 3000.0}
    write_mle_rates(store, SEASON, {3: slugger, 4: slugger, 5: slugger})
    blended = preseason_windows(store, like)
    moved = (blended.profile != alone.profile).any(axis=1)
    assert blended.mlbam_id[moved].tolist() == [3, 4]  # 5 has played enough
    assert (blended.archetype != alone.archetype).any()
    found = of_the_majors(store, blended)
    assert np.array_equal(found.profile, alone.profile)
    assert np.array_equal(found.archetype, alone.archetype)
    assert np.array_equal(of_the_majors(store, alone).profile, alone.profile)
    stranger = replace(blended, mlbam_id=np.where(blended.mlbam_id == 5, 999, blended.mlbam_id))
    with pytest.raises(MissingJoinError, match="batter 999 as of 1 March 2015"):
        of_the_majors(store, stranger)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_at(tmp_path)


@pytest.fixture
def told(small: Store, tmp_path: Path) -> Store:
    """The small store with `mle` of three seasons, of every batter; the second batter of 2021 alone has a line."""
    store = copy_of(small, tmp_path / "store")
    for season in (2018, 2019, 2021):
        players = {player: {"rate": 0.2, "minor_weight": 0.0} for player in BATTERS}
        if season == 2021:
            players[BATTERS[1]] = {"rate": 0.31, "minor_weight": 150.0}
        write_mle_rates(store, season, players)
    return store


def test_mle_stands_in_marcels_place_with_the_opportunities_of_both(told: Store) -> None:
    before = load_priors(told, "batter", [2017, 2018, 2021])
    after = with_mle(told, before)
    known = after.season >= 2018
    line = (after.season == 2021) & (after.mlbam_id == BATTERS[1])
    assert np.array_equal(after.rates[~known], before.rates[~known])  # no line of the minors was known then
    assert (after.rates[known & ~line, MARCEL] == 0.2).all()
    assert (after.rates[line, MARCEL] == 0.31).all()
    assert np.array_equal(after.weights[:, MARCEL] - before.weights[:, MARCEL], np.outer(line, np.full(11, 150.0)))
    other = 1 - MARCEL
    assert np.array_equal(after.rates[:, other], before.rates[:, other])
    assert np.array_equal(after.league, before.league)
    assert after.opportunities is before.opportunities


def test_a_player_without_mle_in_a_season_that_has_it_is_an_error(told: Store) -> None:
    write_mle_rates(told, 2019, {player: {} for player in BATTERS[1:]})
    with pytest.raises(ValueError, match=r"lack batters of target seasons \[2019\] whom Marcel projects"):
        with_mle(told, load_priors(told, "batter", [2018, 2019]))


def test_a_network_on_mle_without_evidence_is_mle_to_the_last_bit(told: Store, settings: Settings) -> None:
    network = NETWORK.changed(prior="mle", sequence="empty")
    folder = settings.home / "progress"
    rates, _ = network_cell(told, settings, network, "batter", 2021, folder, NullObserver())
    assert len(rates) == len(BATTERS) * len(statistics("batter"))
    assert (rates["rate"] == np.where(rates["mlbam_id"] == BATTERS[1], 0.31, 0.2)).all()


def test_a_network_learns_on_the_prior_that_it_projects_from(told: Store, settings: Settings) -> None:
    """At 1051995 the `mle_prior` ablation was trained on Marcel and then applied to mle."""
    inputs = network_inputs(told, settings, NETWORK.changed(prior="mle"), "batter", 2021)
    windows, priors = load_fold(inputs, fold_of(inputs).learnt_from)
    seen = changed_windows(windows, NETWORK.changed(prior="mle"), priors)
    assert (seen.prior[seen.season >= 2018] == 0.2).all()
    assert not (windows.prior[windows.season >= 2018] == 0.2).any()


def test_only_who_reads_the_minors_has_them_in_his_key(told: Store, settings: Settings) -> None:
    on_mle = NETWORK.changed(prior="mle")
    keys = [network_key(told, settings, which, "batter", 2021) for which in (NETWORK, on_mle)]
    write_mle_rates(told, 2021, {player: {"rate": 0.29} for player in BATTERS})
    after = [network_key(told, settings, which, "batter", 2021) for which in (NETWORK, on_mle)]
    assert after[0] == keys[0]
    assert after[1] != keys[1]
    majors = set(training_of(NETWORK.changed(identity="majors")).reads) - set(training_of(NETWORK).reads)
    assert majors == {"features.marcel_constants", "features.archetype_centroids", "core.players"}
