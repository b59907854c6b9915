"""Networks that are blind to identities or to the order of games are caught; ones that heed both pass."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fbm_pipeline.audits.networks import (
    OpenFold,
    Reader,
    audit_game_order,
    audit_identities,
    open_fold,
    reorder_games,
)
from fbm_pipeline.network.batches import batches
from fbm_pipeline.network.heads import adjusted_rate, beta_binomial_nll
from fbm_pipeline.network.hierarchy import Hierarchy, shape_for
from fbm_pipeline.network.judging import read
from fbm_pipeline.network.windows import MAIN_HORIZON, Windows
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.small_store import settings_with_encoder, write_small_store
from fbm_pipeline_tests.network.planted import planted_windows
from fbm_pipeline_tests.network.test_projection import PRESET, train_fold


@pytest.fixture(scope="module")
def windows() -> Windows:
    """Five hundred players whose profile tells half of what sets them apart from their prior."""
    return planted_windows(500, games=6, identity_signal=1.0)


def fold_of(windows: Windows, reader: Reader, gain: float = 0.1) -> OpenFold:
    return OpenFold("batter", 2012, 2011, windows, reader, gain)


def reader_of(adjust) -> Reader:
    """A network made by hand: `adjust(windows, rows)` (rows,) on the log-odds of every statistic."""

    def read_rows(windows: Windows, rows: np.ndarray):
        delta = torch.from_numpy(np.asarray(adjust(windows, rows), np.float64))[:, None]
        rate = adjusted_rate(torch.from_numpy(windows.prior[rows]), delta)
        successes, trials = (
            torch.from_numpy(values[rows, MAIN_HORIZON].astype(np.float64))
            for values in (windows.targets.successes, windows.targets.trials)
        )
        nats = beta_binomial_nll(rate, torch.from_numpy(windows.weight[rows]), successes, trials)
        return rate.numpy(), nats.numpy()

    return read_rows


def by_profile(windows: Windows, rows: np.ndarray) -> np.ndarray:
    return 0.2 * windows.profile[rows, 0]


def by_games(windows: Windows, rows: np.ndarray, fading: float = 0.0) -> np.ndarray:
    """The mean of the games' first numbers, weighted by how late in the window they stand."""
    found = []
    games = windows.games
    for row in rows:
        told, weights = [0.0], [1e-9]
        for place, game in enumerate(range(windows.first_game[row], windows.end_game[row])):
            inside = slice(games.first_plate_appearance[game], games.first_plate_appearance[game + 1])
            told.append(float(windows.embeddings[games.embedding_row[inside], 0].astype(np.float64).mean()))
            weights.append(np.exp(fading * place))
        found.append(np.average(told, weights=weights))
    return 0.1 * np.array(found)


def test_a_network_that_reads_the_profile_passes(windows: Windows) -> None:
    result = audit_identities(fold_of(windows, reader_of(by_profile)))
    assert result.passed, result.summary
    assert result.details["worse"] > 3 * result.details["error"]
    assert result.details["players"] == 496  # four have no games, and one of them did not play


def test_a_network_that_ignores_the_profile_is_caught(windows: Windows) -> None:
    result = audit_identities(fold_of(windows, reader_of(by_games)))
    assert not result.passed
    assert result.details["reaction"] == 0


def test_a_network_whose_likelihood_gains_by_the_exchange_is_caught(windows: Windows) -> None:
    """It was trained with others' profiles joined on: the rates change, but nobody's for the worse."""
    result = audit_identities(fold_of(windows, reader_of(lambda w, rows: -by_profile(w, rows))))
    assert result.details["reaction"] > 0.5
    assert not result.passed, result.summary


def test_few_players_and_no_gain_are_not_judged_by_likelihood(windows: Windows) -> None:
    backwards = reader_of(lambda w, rows: -by_profile(w, rows))
    no_gain = audit_identities(fold_of(windows, backwards, gain=-0.01))
    few = audit_identities(fold_of(planted_windows(80, identity_signal=1.0), backwards))
    for result in (no_gain, few):
        assert result.passed
        assert "not judged" in result.summary


def test_marcel_itself_has_nothing_to_audit(windows: Windows) -> None:
    marcel = fold_of(windows, reader_of(lambda w, rows: np.zeros(len(rows))))
    for audit in (audit_identities, audit_game_order):
        result = audit(marcel)
        assert result.passed
        assert "nothing to audit" in result.summary


def test_a_network_that_knows_late_games_from_early_ones_passes(windows: Windows) -> None:
    result = audit_game_order(fold_of(windows, reader_of(lambda w, rows: by_games(w, rows, fading=0.5))))
    assert result.passed, result.summary
    assert result.details["players"] == 200


def test_a_network_that_is_blind_to_order_is_caught(windows: Windows) -> None:
    result = audit_game_order(fold_of(windows, reader_of(by_games)))
    assert not result.passed, result.summary


def hierarchy_reader(windows: Windows, *, blind: bool) -> Reader:
    """The project's own network with random weights, and the same with its calendar taken away."""
    torch.manual_seed(0)
    model = Hierarchy(shape_for(windows, PRESETS["tiny"].network, PRESETS["tiny"].archetypes))
    with torch.no_grad():
        model.heads.delta_weight.normal_(0, 0.3)

    def read_rows(seen: Windows, rows: np.ndarray):
        found = read(model, seen, rows, 64)
        return found.rate, found.nll

    def read_without_calendar(seen: Windows, rows: np.ndarray):
        model.eval()
        rates = []
        with torch.no_grad():
            for batch in batches(seen, rows, 64):
                projection = model(replace(batch, time=torch.zeros_like(batch.time)))
                rates.append(projection.rate[:, MAIN_HORIZON])
        return torch.cat(rates).numpy(), np.ones((len(rows), 1))

    return read_without_calendar if blind else read_rows


@pytest.mark.parametrize("blind", [False, True])
def test_the_projects_network_notices_unless_its_calendar_is_taken_away(windows: Windows, blind: bool) -> None:
    result = audit_game_order(fold_of(windows, hierarchy_reader(windows, blind=blind)))
    assert result.passed is not blind, result.summary


def test_reordered_games_keep_their_plate_appearances_and_the_calendar(windows: Windows) -> None:
    games = windows.games
    order = np.arange(len(games.day))
    order[2:5] = [4, 2, 3]
    moved = reorder_games(games, order)
    assert np.array_equal(moved.day, games.day)
    for place, game in enumerate(order):
        new, old = (
            found.embedding_row[found.first_plate_appearance[at] : found.first_plate_appearance[at + 1]]
            for found, at in ((moved, place), (games, game))
        )
        assert np.array_equal(new, old)
        assert moved.is_home[place] == games.is_home[game]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Settings]:
    root = tmp_path_factory.mktemp("fold")
    store = Store(root / "store", TABLES)
    write_small_store(store)
    settings = settings_with_encoder(root, PRESET)
    train_fold(store, settings, "batter", 2021)
    return store, settings


def test_a_trained_fold_is_opened_on_its_validation_season(trained: tuple[Store, Settings]) -> None:
    store, settings = trained
    fold = open_fold(store, settings, "batter", 2021)
    assert fold is not None
    assert fold.validation_season == 2019
    assert set(fold.windows.season.tolist()) == {2019}
    for audit in (audit_identities, audit_game_order):
        result = audit(fold)
        assert result.passed, result.summary
    assert open_fold(store, settings, "pitcher", 2021) is None
