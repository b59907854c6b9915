"""All that is trained, small: each trains under a folder, or goes on there, and says what came out to the last bit."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch

from fbm_pipeline.level1.encoder import train_encoder
from fbm_pipeline.network import training
from fbm_pipeline.network.hierarchy import shape_for
from fbm_pipeline.network.training import Machine, Samples, train
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.player_vectors.decoder import train_decoder
from fbm_pipeline.presets.network import Network, trains_level1
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1 import test_encoder
from fbm_pipeline_tests.level1.tiny_outings import write_games, write_outings
from fbm_pipeline_tests.network.planted import encoder_of, planted_windows, with_pitches
from fbm_pipeline_tests.player_vectors import test_player_vectors
from fbm_pipeline_tests.player_vectors.planted_meetings import write_meetings

SMALL = Network(width=16, heads=2, epochs=2, batch=8, learning_rate=3e-3)


def write_seasons(root: Path) -> None:
    """What encoder and decoder learn from, under a folder each."""
    outings, meetings = (Store(root / name, TABLES) for name in ("outings", "meetings"))
    for season in (2015, 2016):
        write_outings(outings, season)
        write_games(outings, season)
        write_meetings(meetings, season, turns=600)


def encoder(seasons: Path, home: Path) -> object:
    store = Store(seasons / "outings", TABLES)
    card = train_encoder(store, test_encoder.settings_at(home), 2016, NullObserver())
    return card.weights, card.metrics, card.history


def decoder(seasons: Path, home: Path) -> object:
    store = Store(seasons / "meetings", TABLES)
    card = train_decoder(store, test_player_vectors.settings_at(home), 2016, NullObserver())
    return card.weights, card.metrics


def network(seasons: Path, home: Path) -> object:
    return _network(planted_windows(60), SMALL, home)


def network_with_level1(seasons: Path, home: Path) -> object:
    return _network(with_pitches(planted_windows(60)), SMALL.changed(level1=("frozen", "all")), home)


def _network(windows: Windows, configuration: Network, home: Path) -> object:
    training.CHECKPOINT_STEPS = 2
    half = windows.season == windows.season.min()
    samples = Samples(windows, np.flatnonzero(half), np.flatnonzero(~half))
    shape = shape_for(windows, configuration, 3)
    start = encoder_of(windows) if trains_level1(configuration) else None
    result = train(shape, samples, configuration, Machine(1), home / "progress", "key", NullObserver(), start)
    return digest(result.model.state_dict()), result.progress


def digest(tensors: Mapping[str, torch.Tensor]) -> str:
    made = hashlib.sha256()
    for name in sorted(tensors):
        made.update(name.encode() + np.ascontiguousarray(tensors[name].numpy()).tobytes())
    return made.hexdigest()


TRAININGS: Mapping[str, Callable[[Path, Path], object]] = {
    "encoder": encoder,
    "decoder": decoder,
    "network": network,
    "network_with_level1": network_with_level1,
}
