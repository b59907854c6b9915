"""What a network is shown: it ends before the test season, and is exactly what is declared."""

from pathlib import Path

import numpy as np
import pytest

from fbm_pipeline.network import fold_training
from fbm_pipeline.network.fold_training import network_inputs
from fbm_pipeline.network.projection import predictions, projection_inputs
from fbm_pipeline.network.tables import NETWORK as TRAINING
from fbm_pipeline.network.tables import PREDICTIONS, predictions_of, training_of
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.nn.trainer import require_finished
from fbm_pipeline.presets.network import PHASES
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.inputs import Inputs, WindowError
from fbm_pipeline.store.making import partition_key
from fbm_pipeline.store.tables import Store
from fbm_pipeline.store.windows import season_of
from fbm_pipeline_tests.level1.small_store import NETWORK, copy_of, settings_with_encoder, write_season
from fbm_pipeline_tests.network.test_projection import PRESET, key_of, train_fold
from fbm_pipeline_tests.reads import tables_read

TESTED = 2019
CORE = ("core.games", "core.plate_appearances", "core.player_games", "models.pa_embeddings")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_with_encoder(tmp_path, PRESET, cutoff=2016)


def seasons_shown(inputs: Inputs, name: str) -> set[int]:
    return {int(season) for part in inputs.partitions(name) if (season := season_of(part)) is not None}


@pytest.mark.parametrize("table", TRAINING.reads)
def test_a_training_that_reads_its_test_season_fails_at_the_read(
    table: str, small: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = fold_training.load_fold

    def ahead_of_its_time(inputs: Inputs, seasons: tuple[int, ...]) -> object:
        inputs.delta(table).to_pyarrow_table(filters=[("season", "=", TESTED)])
        return load(inputs, seasons)

    monkeypatch.setattr(fold_training, "load_fold", ahead_of_its_time)
    window = str(TRAINING.reads[table])
    assert window.startswith("before, since first_")
    with pytest.raises(WindowError) as error:
        train_fold(small, settings, "batter", TESTED)
    for word in ("models.network", f"reads {table}", f"'season': {TESTED}", f"outside its window ({window})"):
        assert word in str(error.value)


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_a_training_ends_with_the_season_that_it_is_stopped_on(
    player_type: str, small: Store, settings: Settings
) -> None:
    inputs = network_inputs(small, settings, NETWORK, player_type, TESTED)
    shown = {name: seasons_shown(inputs, name) for name in TRAINING.reads}
    samples, history = {2016, 2017, 2018}, {2015, 2016, 2017}
    assert {name: shown[name] for name in CORE} == {
        "core.games": history | samples,
        "core.player_games": history | samples,
        "core.plate_appearances": history,
        "models.pa_embeddings": history,
    }
    assert all(shown[name] == samples for name in shown if name not in CORE)


def test_a_projection_sees_no_outcome_of_its_test_season(small: Store, settings: Settings) -> None:
    inputs = projection_inputs(small, settings, NETWORK, "batter", TESTED, None)
    assert all(seasons_shown(inputs, name) == {2015, 2016, 2017, 2018} for name in CORE)
    assert all(seasons_shown(inputs, name) == {2018, TESTED} for name in PREDICTIONS.reads if name not in CORE)
    with pytest.raises(WindowError, match=r"reads core\.season_lines, which it does not declare"):
        inputs.delta("core.season_lines")
    with pytest.raises(WindowError, match=rf"core\.player_games .*{TESTED}.*outside its window \(before"):
        inputs.content("core.player_games", {"season": TESTED, "month": 4})


def test_what_is_declared_is_what_is_read(small: Store, settings: Settings) -> None:
    inputs = network_inputs(small, settings, NETWORK, "batter", TESTED)
    with tables_read() as of_training:
        fold_training.trained(inputs, settings.home / "progress", "key", NullObserver())
    assert of_training == set(TRAINING.reads)
    card = train_fold(small, settings, "batter", TESTED)
    finished = require_finished(card.folder.parent)
    with tables_read() as of_projection:
        predictions(projection_inputs(small, settings, NETWORK, "batter", TESTED, finished), "batter", TESTED)
    assert of_projection == set(PREDICTIONS.reads)


def test_only_what_is_shown_is_in_the_keys(small: Store, settings: Settings) -> None:
    stores = [copy_of(small, settings.home / name) for name in ("one", "other")]
    write_season(stores[1], TESTED, np.random.default_rng(99))  # what happens in the test season
    before = [_keys(store, settings) for store in stores]
    assert before[0] == before[1]
    write_season(stores[1], TESTED - 1, np.random.default_rng(99))
    after = _keys(stores[1], settings)
    assert after[0] != before[1][0]
    assert after[1] != before[1][1]


def _keys(store: Store, settings: Settings) -> tuple[str, str]:
    projection = projection_inputs(store, settings, NETWORK, "pitcher", TESTED, None)
    return key_of(store, settings, "pitcher", TESTED), partition_key(projection)


def test_predictions_are_made_again_with_other_weights(small: Store, settings: Settings) -> None:
    keys = set()
    for seed in (NETWORK.seed, 12):
        folder, network = settings.home / str(seed), NETWORK.changed(learning_rate=0.02 + seed / 1000)
        card = fold_training.run_fold(small, settings, network, "batter", TESTED, folder, NullObserver())
        finished = require_finished(card.folder.parent)
        keys.add(partition_key(projection_inputs(small, settings, NETWORK, "batter", TESTED, finished)))
    assert len(keys) == 2


def test_the_networks_of_the_presets_read_what_is_declared() -> None:
    """Dagster knows NETWORK and PREDICTIONS: a preset whose network reads more must declare it there."""
    for preset in PRESETS.values():
        assert training_of(preset.network) == TRAINING
        assert predictions_of(preset.network) == PREDICTIONS


def test_no_phase_of_the_roadmap_is_shown_its_test_season() -> None:
    for network in PHASES.values():
        for name, window in training_of(network).reads.items():
            partition = {"season": 2021, "player_type": "batter", "month": 3, "cutoff": 2017}
            dated = name not in ("features.marcel_constants", "features.archetype_centroids", "core.players")
            assert not (dated and window.allows({"player_type": "batter", "fold": 2021}, partition, 2020, 2010)), name
