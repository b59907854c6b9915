"""Pooling queries on planted embeddings: learn, keep a player's labels from his own vector, resume to the last bit."""

import dataclasses
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from fbm_pipeline.model.pooling_query import CLASSES, GROUPS, PoolingQuery, log_shares
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.settings import PRESETS, EncoderPlan, Settings
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.training.learned_blocks import build_block
from fbm_pipeline.training.principal_components import PlayerSeasons
from fbm_pipeline.training.query_reading import COLUMNS
from fbm_pipeline.training.query_run import NoEmbeddingsError, query_seasons, train_query
from fbm_pipeline.training.query_samples import fold_of
from fbm_pipeline_tests.training.planted_embeddings import BATTERS, write_embedded

CUTOFF = 2012
STEPS = 24


def settings_at(home: Path, **changes: object) -> Settings:
    fixed = {"pretrain_steps": STEPS, "threads": 1, "encoders": (EncoderPlan(CUTOFF, 2010),)}
    preset = dataclasses.replace(PRESETS["demo"], **{**fixed, **changes})  # type: ignore[arg-type]
    return Settings(home=home, data=home, preset=preset)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """2010 to 2012 to learn from, 2013 to be described."""
    store = Store(tmp_path_factory.mktemp("query") / "store", ALL_CONTRACTS)
    for season in range(2010, 2014):
        write_embedded(store, season, CUTOFF)
    return store


@pytest.fixture(scope="module")
def trained(planted: Store, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_at(tmp_path_factory.mktemp("trained"))
    train_query(planted, settings, CUTOFF, NullObserver())
    return settings


def of_batters(parts: list[PlayerSeasons], season: int) -> PlayerSeasons:
    (found,) = [part for part in parts if part.season == season and part.player_type == "batter"]
    return found


def test_foresees_the_next_season_of_players_it_never_saw(planted: Store, tmp_path: Path) -> None:
    settings = settings_at(tmp_path, pretrain_steps=150)
    card = train_query(planted, settings, CUTOFF, NullObserver())
    gain = card.metrics["batter_league"] - card.metrics["batter_query"]
    assert gain > 0.5 * (card.metrics["batter_league"] - card.metrics["batter_own"]) > 0.01
    assert card.metrics["batter_n"] == 8000  # next seasons' plate appearances of 2010 and 2011
    described = of_batters(list(query_seasons(planted, settings, CUTOFF)), 2013)
    strikeout = [CLASSES[column] for column in COLUMNS].index("strikeout")
    odd = described.mlbam_id % 2 == 1
    assert described.values[odd, strikeout].min() > described.values[~odd, strikeout].max()


def test_a_label_of_a_player_never_reaches_his_own_vector(planted: Store, trained: Settings, tmp_path: Path) -> None:
    one = int(BATTERS[3])
    store = Store(tmp_path / "store", ALL_CONTRACTS)
    for season in range(2010, 2014):
        write_embedded(
            store, season, CUTOFF,
            change=lambda season, batter, word: "walk" if batter == one and season > 2010 else word,
        )  # fmt: skip
    before = of_batters(list(query_seasons(planted, trained, CUTOFF)), 2010)
    after = of_batters(list(query_seasons(store, settings_at(tmp_path), CUTOFF)), 2010)
    same = (before.values == after.values).all(axis=1)
    fold = fold_of(before.mlbam_id)
    own = fold == fold[before.mlbam_id == one]
    assert same[own].all()  # the model that describes him, and everybody of his fold, has not moved
    assert not same[~own].any()  # the other one has learned from him


def test_seasons_after_the_cutoff_change_nothing(planted: Store, trained: Settings, tmp_path: Path) -> None:
    store = Store(tmp_path / "store", ALL_CONTRACTS)
    for season in range(2010, 2013):
        write_embedded(store, season, CUTOFF)
    write_embedded(store, 2013, CUTOFF, turns=900, change=lambda season, batter, word: "walk")
    straight = train_query(planted, trained, CUTOFF, NullObserver())
    assert straight.skipped
    assert train_query(store, settings_at(tmp_path), CUTOFF, NullObserver()).weights == straight.weights


def test_an_encoder_with_one_season_is_an_error(planted: Store, trained: Settings) -> None:
    with pytest.raises(NoEmbeddingsError, match=r"2011 need two seasons .* found \[\]"):
        train_query(planted, trained, 2011, NullObserver())


KILLED = """
import os, sys
from pathlib import Path
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.training.query_run import train_query
from fbm_pipeline_tests.training.test_query_run import CUTOFF, settings_at
os.environ["FBM_CRASH_AT"] = "training.step_done@11"
train_query(Store(Path(sys.argv[1]), ALL_CONTRACTS), settings_at(Path(sys.argv[2])), CUTOFF, NullObserver())
"""


def test_killed_and_resumed_is_the_same_to_the_last_bit(planted: Store, trained: Settings, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(planted.root), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert [path.name for path in tmp_path.rglob("step-*")] == ["step-9"]
    resumed = train_query(planted, settings_at(tmp_path), CUTOFF, NullObserver())
    straight = train_query(planted, trained, CUTOFF, NullObserver())
    assert not resumed.skipped
    assert (resumed.weights, resumed.metrics) == (straight.weights, straight.metrics)


def test_the_block_is_centred_and_written_once(planted: Store, trained: Settings) -> None:
    written = build_block(planted, trained, "query", CUTOFF)
    assert written.rows == 4 * 80
    assert build_block(planted, trained, "query", CUTOFF).skipped
    rows = planted.delta("features.learned_blocks").to_pyarrow_table().to_pandas()
    own = rows[(rows["season"] == 2013) & (rows["player_type"] == "pitcher")]
    vectors = np.stack(own["vector"].tolist())
    assert vectors.shape[1] == len(COLUMNS) <= 24
    assert np.abs(np.average(vectors, axis=0, weights=own["plate_appearances"])).max() < 1e-5


def test_a_fresh_query_is_the_league_and_a_mean() -> None:
    model = PoolingQuery(WIDTH := 5)
    model.initialise(torch.Generator().manual_seed(1), torch.ones(WIDTH))
    league = torch.randn(len(CLASSES), generator=torch.Generator().manual_seed(2))
    rows = torch.randn(2, 7, WIDTH, generator=torch.Generator().manual_seed(3))
    visible = torch.arange(7)[None, :] < torch.tensor([[7], [3]])
    found = model(rows, visible)
    shares = log_shares(found.deviations["next_season"], league).exp()
    assert torch.allclose(shares[0], shares[1])
    for part in torch.split(shares, list(GROUPS.values()), dim=1):
        assert torch.allclose(part.sum(dim=1), torch.ones(2))
    alone = model(rows[1:, :3], visible[1:, :3])
    assert torch.allclose(found.vector[1], alone.vector[0], atol=1e-6)  # what is hidden has no part
