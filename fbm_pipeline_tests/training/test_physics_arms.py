"""With and without physics: the same games, the same encoder, and nothing of what is to be foretold."""

from pathlib import Path

import numpy as np
import pytest

from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.samples.outings import load_outings
from fbm_pipeline.samples.vocabulary import FIELDS, PHYSICS, UNKNOWN
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.training.embedding import embed
from fbm_pipeline.training.encoder import load_encoder, train_encoder
from fbm_pipeline.training.physics_arms import physics_means, without_physics
from fbm_pipeline_tests.samples.tiny_outings import write_games, write_outings
from fbm_pipeline_tests.training.test_encoder import settings_at

SEASON = 2022


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Settings]:
    root: Path = tmp_path_factory.mktemp("physics")
    store = Store(root / "store", ALL_CONTRACTS)
    write_outings(store, SEASON, physics=True)
    write_games(store, SEASON)
    settings = settings_at(root)
    train_encoder(store, settings, SEASON, NullObserver())
    return store, settings


def test_without_physics_nothing_measured_is_left(trained: tuple[Store, Settings]) -> None:
    seen = load_outings(trained[0], SEASON)
    blind = without_physics(seen)
    tokens = np.arange(seen.tokens)
    assert np.isfinite(seen.numerics_of(tokens)[:, : len(PHYSICS)]).any()
    assert np.isnan(blind.numerics_of(tokens)[:, : len(PHYSICS)]).all()
    assert (blind.ids[:, FIELDS.index("pitch_type")] == UNKNOWN).all()
    np.testing.assert_array_equal(blind.numerics_of(tokens)[:, len(PHYSICS) :], seen.state)


@pytest.mark.parametrize("before_august", [True, False])
def test_means_are_of_the_games_asked_for(trained: tuple[Store, Settings], before_august: bool) -> None:
    store, settings = trained
    found = physics_means(store, settings, SEASON, SEASON, before_august=before_august)
    late = "('G001', 'G003', 'G005')" if before_august else "('nothing')"
    with session(store) as connection:
        counted = connection.execute(
            f"select pitcher_id, count(*) from core.plate_appearances where game_id not in {late} group by 1 order by 1"
        ).fetchall()
    own = found[True]["pitcher"]
    assert list(zip(own.mlbam_id.tolist(), own.plate_appearances.tolist(), strict=True)) == counted
    assert not np.array_equal(own.means, found[False]["pitcher"].means)


def test_each_mean_is_of_its_own_player(trained: tuple[Store, Settings]) -> None:
    store, settings = trained
    encoder, _ = load_encoder(settings, SEASON)
    vectors = embed(encoder, load_outings(store, SEASON)).astype(np.float64)
    with session(store) as connection:
        rows = connection.execute(
            "select batter_id, game_id in ('G001', 'G003', 'G005') as late from core.plate_appearances "
            "order by game_id, plate_appearance"
        ).fetchnumpy()
    own = physics_means(store, settings, SEASON, SEASON, before_august=True)[True]["batter"]
    for player, mean in zip(own.mlbam_id, own.means, strict=True):
        expected = vectors[(rows["batter_id"] == player) & ~rows["late"]].mean(axis=0)
        np.testing.assert_allclose(mean, expected, atol=1e-3)  # float16 of another batch
