"""Fixtures that several rooms share: the real data folder, a small simulated league and its store."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests import once

# No law is about time: on a busy machine an example takes as long as it takes.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")

REAL_DATA = Path(os.environ.get("FBM_REAL_DATA", REPOSITORY.parent / "shared" / "data"))


@pytest.fixture(scope="session", autouse=True)
def _folder_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A worker's own folder lies in that of the run."""
    own = tmp_path_factory.getbasetemp()
    os.environ[once.FOLDER] = str(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """No test of this process cuts the power; ten syncs a write would be a tenth of the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; tests that need it carry the marker `real`."""
    if not (REAL_DATA / "retrosheet").is_dir():
        pytest.skip(f"no real data at {REAL_DATA}; set FBM_REAL_DATA to the folder that holds it")
    return REAL_DATA


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "store", TABLES)
