"""A hand-made store, published once for the whole room; tests that write take a store of their own."""

from dataclasses import dataclass

import pytest

from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline_tests.evaluation import hand_made
from fbm_pipeline_tests.making import make_blend_weights, publish


@dataclass(frozen=True)
class Published:
    store: Store
    settings: Settings
    written: Written


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Projections for 2022 and a backtest of 2019 and 2021."""
    folder = tmp_path_factory.mktemp("publish")
    store, settings = hand_made.evaluated_store(folder)
    make_blend_weights(store, 2022)
    return Published(store, settings, publish(store, settings, 2022))
