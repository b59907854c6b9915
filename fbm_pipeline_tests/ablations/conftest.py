"""A small store, written once, and settings whose networks train in a moment."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from fbm_pipeline.ablations.plan import Cell
from fbm_pipeline.nn.observer import NullObserver, Observer
from fbm_pipeline.presets.presets import PRESETS, EncoderPlan
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.small_store import NETWORK, settings_with_encoder, write_small_store

PRESET = replace(
    PRESETS["tiny"],
    tune_until=2017,
    archetypes=3,
    threads=1,
    network=NETWORK,
    network_seasons=(2021,),
    test_seasons=(2021,),
    development_seasons=(2019,),
    encoders=(EncoderPlan(2017, 2015),),
)


class NullPlanObserver:
    """Nobody listens."""

    def knows(self, cell: Cell) -> bool:
        return True

    def open(self, cell: Cell) -> AbstractContextManager[Observer]:
        return nullcontext(NullObserver())


@pytest.fixture(scope="package")
def small(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Five seasons of a few players; not to be written to."""
    store = Store(tmp_path_factory.mktemp("small") / "store", TABLES)
    write_small_store(store)
    return store


def settings_at(home: Path) -> Settings:
    return settings_with_encoder(home, PRESET)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_at(tmp_path)
