"""The loop learns what is planted, stops on what it has not seen, and resumes to the last bit."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from fbm_pipeline.level1.embeddings import embed
from fbm_pipeline.network import training
from fbm_pipeline.network.batches import assemble
from fbm_pipeline.network.hierarchy import Hierarchy, shape_for
from fbm_pipeline.network.judging import judge
from fbm_pipeline.network.training import Machine, NetworkTraining, Samples, TrainedHierarchy, parameter_groups, train
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.nn import trainer
from fbm_pipeline.nn.device import reproducible
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.presets.network import Network, trains_level1
from fbm_pipeline_tests.network.planted import encoder_of, planted_windows, with_pitches

SMALL = Network(width=16, heads=2, epochs=2, batch=8, learning_rate=3e-3, seed=5)
ARCHETYPES = 3
MACHINE = Machine(1)


class Listener(NullObserver):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.metrics: dict[int, dict[str, float]] = {}

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        assert step not in self.metrics
        self.metrics[step] = dict(metrics)


def samples_of(windows: Windows) -> Samples:
    half = windows.season == windows.season.min()
    return Samples(windows, np.flatnonzero(half), np.flatnonzero(~half))


def trained(
    windows: Windows, folder: Path, network: Network = SMALL, observer: NullObserver | None = None, key: str = "key"
) -> TrainedHierarchy:
    shape = shape_for(windows, network, ARCHETYPES)
    return train(shape, samples_of(windows), network, MACHINE, folder, key, observer or NullObserver())


def weights_of(result: TrainedHierarchy) -> dict[str, torch.Tensor]:
    return result.model.state_dict()


def same(one: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_planted_signal_is_learnt_and_needs_its_player(tmp_path: Path) -> None:
    windows = planted_windows(400, games=3, empty=10)
    network = replace(SMALL, epochs=8, patience=8, batch=16)
    listener = Listener()
    result = trained(windows, tmp_path / "run", network, listener)
    progress = result.progress
    assert progress.best_nll < progress.prior_nll - 0.5
    assert progress.best_epoch > 0
    held_out = np.flatnonzero(windows.season == windows.season.max())
    own = judge(result.model, windows, held_out, 64)
    assert own["validation_nll"] == pytest.approx(progress.best_nll)
    assert own["sd_ratio.so_rate"] > 0.8 * listener.metrics[0]["sd_ratio.so_rate"]
    order = np.random.default_rng(0).permutation(len(windows))
    stranger = replace(windows, first_game=windows.first_game[order], end_game=windows.end_game[order])
    shuffled = judge(result.model, stranger, held_out, 64)
    assert shuffled["validation_nll"] > progress.prior_nll


def test_a_planted_identity_is_learnt_and_must_be_the_players_own(tmp_path: Path) -> None:
    windows = planted_windows(300, games=2, signal=0.0, identity_signal=1.0)
    result = trained(windows, tmp_path / "run", replace(SMALL, epochs=8, patience=8))
    assert result.progress.best_nll < result.progress.prior_nll - 0.5
    held_out = np.flatnonzero(windows.season == windows.season.max())
    strangers = replace(windows, profile=np.roll(windows.profile, 1, axis=0))
    assert judge(result.model, strangers, held_out, 64)["validation_nll"] > result.progress.prior_nll


def test_without_a_signal_the_prior_is_kept_or_nearly_so(tmp_path: Path) -> None:
    result = trained(planted_windows(200, signal=0.0), tmp_path / "run", replace(SMALL, epochs=4))
    assert result.progress.best_nll <= result.progress.prior_nll


def test_players_without_games_stay_with_marcel_after_training(tmp_path: Path) -> None:
    windows = planted_windows(60, empty=6)
    result = trained(windows, tmp_path / "run")
    if result.progress.best_epoch == 0:
        pytest.fail("the network did not move; the test would tell nothing")
    batch = assemble(windows, np.arange(6))
    rate = result.model(batch).rate
    assert torch.equal(rate, batch.prior[:, None].expand_as(rate))


def test_the_same_seed_gives_the_same_bits_and_another_does_not(tmp_path: Path) -> None:
    windows = planted_windows(60)
    first, again = (trained(windows, tmp_path / name) for name in ("first", "again"))
    assert same(weights_of(first), weights_of(again))
    other = trained(windows, tmp_path / "other", replace(SMALL, seed=6))
    assert not same(weights_of(first), weights_of(other))


class StoppedError(Exception):
    pass


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> TrainedHierarchy:
    """A training that nothing interrupted."""
    return trained(planted_windows(60), tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> TrainedHierarchy:
    """A training with every setting as it is."""
    return trained(planted_windows(48), tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("after", [1, 2, 3, 5])
def test_an_interrupted_training_resumes_to_the_last_bit(
    whole: TrainedHierarchy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    windows = planted_windows(60)
    monkeypatch.setattr(training, "CHECKPOINT_STEPS", 2)
    passed = []

    def stop(name: str) -> None:
        passed.append(name)
        if len(passed) == after:
            raise StoppedError

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "crash_point", stop)
        with pytest.raises(StoppedError):
            trained(windows, tmp_path / "cut")
    resumed = trained(windows, tmp_path / "cut")
    assert same(weights_of(whole), weights_of(resumed))
    assert whole.progress == resumed.progress


def test_a_checkpoint_of_other_inputs_is_not_continued(tmp_path: Path) -> None:
    windows = planted_windows(60)
    first = trained(windows, tmp_path / "run")
    other = trained(windows, tmp_path / "run", replace(SMALL, seed=6), key="new")
    assert not same(weights_of(first), weights_of(other))


def test_every_epoch_is_told_once_with_marcels_likelihood_beside(tmp_path: Path) -> None:
    listener = Listener()
    result = trained(planted_windows(60), tmp_path / "run", observer=listener)
    assert sorted(listener.metrics) == [0, 1, 2]
    assert {metrics["validation_nll_marcel"] for metrics in listener.metrics.values()} == {result.progress.prior_nll}
    assert {"train_loss", "rank.games", "rank.identity", "slope.obp"} <= set(listener.metrics[1])


def test_patience_ends_the_training(tmp_path: Path) -> None:
    network = replace(SMALL, epochs=30, patience=1, learning_rate=0.3)
    progress = trained(planted_windows(60, signal=0.0), tmp_path / "run", network).progress
    assert progress.epoch == progress.best_epoch + 1 < 30


@pytest.mark.parametrize(
    "change",
    [
        {"width": 32},
        {"layers": 2},
        {"heads": 4},
        {"epochs": 3},
        {"batch": 20},
        {"learning_rate": 1e-3},
        {"seed": 6},
        {"next_games_weight": 0.5},
        {"statistic_dropout": 0.0},
        {"archetype_dropout": 0.9},
        {"dropout": 0.0},
        {"game": "mean"},
        {"conditioning": "concatenated"},
        {"outcome_bias": True},
        {"target": "rate"},
        {"target": "residual"},
        {"target": "counts"},
    ],
    ids=lambda change: "-".join(map(str, *change.items())),
)
def test_each_setting_changes_the_training(plain: TrainedHierarchy, tmp_path: Path, change: dict) -> None:
    changed = trained(planted_windows(48), tmp_path, replace(SMALL, **change))
    assert plain.progress.history[-1] != changed.progress.history[-1]


def test_every_parameter_is_in_one_group() -> None:
    model = Hierarchy(shape_for(planted_windows(8), SMALL, ARCHETYPES))
    grouped = [id(p) for group in parameter_groups(model, 0.1) for p in group["params"]]
    assert sorted(grouped) == sorted(id(p) for p in model.parameters())


def steps_of(level1: tuple[str, ...], epochs: int) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """Level 1's weights as they were given and after so many epochs."""
    windows = with_pitches(planted_windows(60))
    network = replace(SMALL, level1=level1, level1_rate=1.0, epochs=epochs)
    model = Hierarchy(shape_for(windows, network, ARCHETYPES))
    assert model.level1 is not None
    encoder = encoder_of(windows)
    model.level1.start_from(encoder)
    run = NetworkTraining(model, samples_of(windows), network, "cpu")
    with reproducible(1, network.seed):
        run.start(NullObserver())
        while run.progress.epoch < epochs:
            run.take_step()
            if run.measures_now():
                run.measure(NullObserver())
    return dict(encoder.state_dict()), {name: value.clone() for name, value in model.level1.state_dict().items()}


@pytest.mark.parametrize(
    ("level1", "epochs", "moved"),
    [
        (("frozen", "all"), 1, []),
        (("frozen", "top"), 2, ["blocks.1.", "norm.", "pool.", "pool_norm."]),
        (("all",), 1, ["words", "numbers.", "blocks.0.", "blocks.1.", "norm.", "pool.", "pool_norm."]),
    ],
)
def test_an_epoch_trains_of_level_1_what_it_frees(level1: tuple[str, ...], epochs: int, moved: list[str]) -> None:
    before, after = steps_of(level1, epochs)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert all(name.startswith(tuple(moved)) for name in changed) if moved else not changed
    assert [part for part in moved if not any(name.startswith(part) for name in changed)] == []


def test_level_1_reads_what_the_cache_holds() -> None:
    """The seam: encoded by a frozen Level 1, a plate appearance is what the cache would have held of it."""
    encoding = with_pitches(planted_windows(40))
    encoder = encoder_of(encoding).eval()
    assert encoding.pitches is not None
    cached = replace(encoding, embeddings=embed(encoder, encoding.pitches.outings), pitches=None)
    network = replace(SMALL, level1=("all",))
    model = Hierarchy(shape_for(encoding, network, ARCHETYPES)).eval()
    assert model.level1 is not None
    model.level1.start_from(encoder)
    plain = Hierarchy(shape_for(cached, SMALL, ARCHETYPES)).eval()
    rows = np.arange(len(encoding))
    with torch.no_grad():
        one, other = model.plate_appearances(assemble(encoding, rows)), plain.plate_appearances(assemble(cached, rows))
    assert len(one) == len(other) > 1
    for encoded, read in zip(one, other, strict=True):
        torch.testing.assert_close(encoded, read, atol=2e-3, rtol=2e-3)  # the cache rounds to float16


@pytest.mark.parametrize("pitch_pooling", ["last", "attention"])
def test_another_pooling_of_pitches_is_trained_with_the_rest(tmp_path: Path, pitch_pooling: str) -> None:
    windows = with_pitches(planted_windows(48))
    network = replace(SMALL, level1=("top",), pitch_pooling=pitch_pooling, epochs=1)
    shape = shape_for(windows, network, ARCHETYPES)
    encoder = encoder_of(windows)
    result = train(shape, samples_of(windows), network, MACHINE, tmp_path, "key", NullObserver(), encoder)
    plain = train(
        replace(shape, pitch_pooling="mean_and_last"),
        samples_of(windows),
        replace(network, pitch_pooling="mean_and_last"),
        MACHINE,
        tmp_path,
        "other",
        NullObserver(),
        encoder,
    )
    assert result.progress.history[-1] != plain.progress.history[-1]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device here")
@pytest.mark.parametrize("level1", [("frozen",), ("all",)])
def test_a_network_takes_a_step_on_cuda(tmp_path: Path, level1: tuple[str, ...]) -> None:
    windows = planted_windows(48)
    network = replace(SMALL, level1=level1, epochs=1)
    windows = with_pitches(windows) if trains_level1(network) else windows
    shape = shape_for(windows, network, ARCHETYPES)
    encoder = encoder_of(windows) if trains_level1(network) else None
    samples, machine = samples_of(windows), Machine(1, "cuda")
    result = train(shape, samples, network, machine, tmp_path / "cuda", "key", NullObserver(), encoder)
    plain = train(shape, samples, network, MACHINE, tmp_path / "cpu", "key", NullObserver(), encoder)
    assert {parameter.device.type for parameter in result.model.parameters()} == {"cuda"}
    assert result.progress.history[-1]["train_loss"] == pytest.approx(
        plain.progress.history[-1]["train_loss"], rel=1e-2
    )
