"""A small store, written once: tests that change it take a copy."""

import pytest

from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.small_store import write_small_store


@pytest.fixture(scope="package")
def small(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Five seasons of a few players; not to be written to."""
    store = Store(tmp_path_factory.mktemp("small") / "store", TABLES)
    write_small_store(store)
    return store
