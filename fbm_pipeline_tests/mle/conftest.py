"""The made-up league of both levels in a store, with everything of the minors built for one season."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.making import make_debut_means, make_mle_rates, make_translations
from fbm_pipeline_tests.mle.hand_made import SEASONS, build_marcel, league_rows, write_league
from fbm_pipeline_tests.once import made_once

TARGET = 2014  # the season projected; the league goes on after it


@pytest.fixture(scope="session")
def league() -> Store:
    """A store not to be written to: all seasons' lines and rates of Marcel, and the tables of TARGET."""
    return Store(made_once("minors", _make_league) / "store", TABLES)


def _make_league(folder: Path) -> None:
    store = Store(folder / "store", TABLES)
    write_league(store, *league_rows())
    build_marcel(store, range(SEASONS[0] + 2, SEASONS[-1] + 1))
    for player_type in ("batter", "pitcher"):
        make_translations(store, player_type, TARGET)
        make_debut_means(store, player_type, TARGET)
        make_mle_rates(store, player_type, TARGET)


@pytest.fixture
def altered(league: Store, tmp_path: Path) -> Iterator[Store]:
    """A copy of the league's store to alter."""
    shutil.copytree(league.root, tmp_path / "copy")
    yield Store(tmp_path / "copy", TABLES)
    shutil.rmtree(tmp_path / "copy")
