"""A network cell: every field matters, a killed one resumes, the reference is not trained a second time."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.ablations.kept import is_kept, load_kept, progress_folder
from fbm_pipeline.ablations.network_cells import network_cell, network_key
from fbm_pipeline.ablations.plan import Cell, Plan, cells, run_key
from fbm_pipeline.ablations.runner import run_cells
from fbm_pipeline.network import fold_training
from fbm_pipeline.network.plate_appearances import Source
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.nn import trainer
from fbm_pipeline.nn.checkpoint import load_checkpoint
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.presets.network import Network
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.ablations.conftest import PRESET, NullPlanObserver, settings_at
from fbm_pipeline_tests.level1.small_store import copy_of
from fbm_pipeline_tests.making import predict_fold
from fbm_pipeline_tests.network.test_projection import train_fold

NETWORK = PRESET.network
SEED = 11
# One legal change of every field that a network reads.
CHANGES: dict[str, object] = {
    "sequence": "none",
    "identity": "none",
    "horizons": ("career", "prior"),
    "prior": "league",
    "train_from": 2017,
    "width": 4,
    "layers": 2,
    "heads": 1,
    "batter_games": 2,
    "pitcher_games": 2,
    "epochs": 3,
    "patience": 1,
    "batch": 5,
    "learning_rate": 0.02,
    "min_opportunities": 12,
    "game": "mean",
    "conditioning": "concatenated",
    "outcome_bias": True,
    "statistic_dropout": 0.0,
    "archetype_dropout": 0.0,
    "target": "residual",
    "next_games_weight": 0.9,
    "dropout": 0.0,
    "seed": 12,
}
# Fields that need an encoder of real weights; see network/test_phases.
OF_LEVEL1 = {"encoder", "level1", "level1_rate", "pitch_pooling"}


def run(store: Store, settings: Settings, network: Network, player_type: str = "batter") -> tuple[pd.DataFrame, dict]:
    key = run_key(network, player_type, 2021, network.seed, "data")
    folder = settings.home / "progress" / key
    return network_cell(store, settings, network, player_type, 2021, folder, NullObserver())


@pytest.fixture(scope="module", autouse=True)
def _windows_are_read_once(small: Store) -> Iterator[None]:
    """Reading the store takes most of a small training's time, and hardly any field changes what is read."""
    with pytest.MonkeyPatch.context() as patch:
        read: dict[tuple, Windows] = {}
        load = fold_training.load_windows

        def once(
            store: Store, player_type: str, seasons: Sequence[int], network: Network, source: Source, *, outcomes: bool
        ) -> Windows:
            key = (store.root, player_type, *seasons, network.batter_games, network.pitcher_games, outcomes)
            if key not in read:
                read[key] = load(store, player_type, seasons, network, source, outcomes=outcomes)
            return read[key]

        patch.setattr(fold_training, "load_windows", once)
        yield


@pytest.fixture(scope="module")
def references(small: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[pd.DataFrame, dict]]:
    settings = settings_at(tmp_path_factory.mktemp("references"))
    return {name: run(small, settings, NETWORK, name) for name in ("batter", "pitcher")}


def test_every_field_has_its_change() -> None:
    assert set(CHANGES) | OF_LEVEL1 == {field.name for field in fields(Network)}


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_changes_what_comes_out(
    field: str, small: Store, settings: Settings, references: dict[str, tuple[pd.DataFrame, dict]]
) -> None:
    changed = NETWORK.changed(**{field: CHANGES[field]})
    player_type = "pitcher" if field == "pitcher_games" else "batter"
    if field == "patience":  # stops earlier only where an epoch does no better
        steep = {"learning_rate": 1.0, "epochs": 4}
        patient, hasty = (run(small, settings, c.changed(**steep)) for c in (NETWORK, changed))
        assert patient[1]["epochs_run"] > hasty[1]["epochs_run"]
        return
    rates, summary = run(small, settings, changed, player_type)
    reference, of_reference = references[player_type]
    assert list(rates["mlbam_id"]) == list(reference["mlbam_id"])
    same = np.array_equal(rates["rate"], reference["rate"])
    assert not same, f"{field} changes nothing: {summary} after {of_reference}"


def test_another_seed_is_another_network(
    small: Store, settings: Settings, references: dict[str, tuple[pd.DataFrame, dict]]
) -> None:
    again, _ = run(small, settings, NETWORK)
    other, _ = run(small, settings, NETWORK.changed(seed=12))
    assert np.array_equal(again["rate"], references["batter"][0]["rate"])
    assert not np.array_equal(other["rate"], again["rate"])


def test_empty_windows_are_marcel_to_the_last_bit(small: Store, settings: Settings) -> None:
    rates, _ = run(small, settings, NETWORK.changed(sequence="empty"))
    with session(small) as connection:
        marcel = connection.execute(
            "select mlbam_id, statistic, rate from features.marcel_rates "
            "where system = 'marcel' and season = 2021 and player_type = 'batter'"
        ).df()
    both = rates.merge(marcel, on=["mlbam_id", "statistic"], suffixes=("", "_marcel"))
    assert len(both) == len(rates) == len(marcel)
    assert np.array_equal(both["rate"], both["rate_marcel"])


def test_the_reference_is_the_folds_own_network(
    small: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, references: dict[str, tuple[pd.DataFrame, dict]]
) -> None:
    store, settings = copy_of(small, tmp_path / "store"), settings_at(tmp_path)
    train_fold(store, settings, "batter", 2021)
    predict_fold(store, settings, "batter", 2021)
    with session(store) as connection:
        stored = connection.execute(
            "select mlbam_id, statistic, rate from models.predictions where system = 'contextual' and season = 2021"
        ).df()
    assert_same(references["batter"][0], stored)  # trained as a cell, and as the fold

    def never(*arguments: object) -> None:
        raise AssertionError("the reference was trained again")

    monkeypatch.setattr(fold_training, "train", never)
    rates, summary = run(store, settings, NETWORK)
    assert_same(rates, stored)
    assert summary["trained_as"] == "the fold's own network"
    with pytest.raises(AssertionError, match="trained again"):
        run(store, settings, NETWORK.changed(learning_rate=0.02))


def assert_same(rates: pd.DataFrame, stored: pd.DataFrame) -> None:
    both = rates.merge(stored, on=["mlbam_id", "statistic"], suffixes=("", "_stored"))
    assert len(both) == len(rates) == len(stored)
    assert np.array_equal(both["rate"], both["rate_stored"])


def cell_of(store: Store, settings: Settings, network: Network) -> Cell:
    reads = network_key(store, settings, network, "batter", 2021)
    return Cell("network", network, "batter", 2021, SEED, run_key(network, "batter", 2021, SEED, reads))


def test_the_key_of_an_arm_does_not_depend_on_the_arms_beside_it(small: Store, settings: Settings) -> None:
    keys = []
    for names in (("no_sequence", "no_identity"), ("no_identity", "no_sequence")):
        plan = Plan("both", names, ("batter",), (2021,), (SEED,))
        keys.append({cell.arm: cell.key for cell in cells(small, settings, plan)})
    assert keys[0] == keys[1]
    assert len(set(keys[0].values())) == 3  # the reference's too
    reference = next(cell for cell in cells(small, settings, plan) if cell.arm == "network")
    assert reference.reads == network_key(small, settings, NETWORK, "batter", 2021)


class StoppedError(Exception):
    pass


def test_a_killed_cell_goes_on_from_its_checkpoint_to_the_same_bits(
    small: Store, settings: Settings, references: dict[str, tuple[pd.DataFrame, dict]], monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = cell_of(small, settings, NETWORK)
    passed = []

    def stop(name: str) -> None:
        passed.append(name)
        if len(passed) == 7:  # in the second epoch
            raise StoppedError

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "crash_point", stop)
        with pytest.raises(StoppedError):
            run_cells(small, settings, [cell], NullPlanObserver())
    assert not is_kept(settings, cell.key)
    under_way = load_checkpoint(progress_folder(settings, cell.key) / "progress")
    assert under_way is not None
    assert under_way.card["progress"]["epoch"] == 1
    (outcome,) = run_cells(small, settings, [cell], NullPlanObserver())
    assert outcome.computed
    assert np.array_equal(outcome.kept.rates["rate"], references["batter"][0]["rate"])
    assert not progress_folder(settings, cell.key).exists()
    kept = load_kept(settings, cell.key)
    assert kept is not None
    assert kept.card["summary"]["epochs_run"] == 2
