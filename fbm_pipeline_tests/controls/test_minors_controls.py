"""The controls with the minors: `mle` in the place of Marcel for whom it was made, in teaching rows as in projected."""

import datetime as dt
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.backtest.universes import CONTROLS as SYSTEMS
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.controls import residual_models
from fbm_pipeline.controls.control_rates import rates_on_marcel
from fbm_pipeline.controls.fits import CONTROL, LINES_PENALTY, Rates, fit_both
from fbm_pipeline.controls.frame import Frame, read_frame
from fbm_pipeline.controls.minors_block import TABLE, minors_prior
from fbm_pipeline.controls.minors_controls import minors_rates, on_minors, share_known
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.controls.test_control_rates import PLAIN, SEASONS, WITH_MINORS, planted, rates_of, write_league
from fbm_pipeline_tests.controls.test_minors_block import write as write_both
from fbm_pipeline_tests.making import make_control_rates
from fbm_pipeline_tests.marcel.hand_made import random_league

NAMES = [item.name for item in statistics("batter")]
LAST = 2018  # the season that the planted frame projects


@pytest.fixture(scope="module", autouse=True)
def few_trees() -> Iterator[None]:
    """Ten trees and no hundred, as for the other controls."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(residual_models, "TREES", 10)
        patch.setattr(residual_models, "LEARNING_RATE", 0.3)
        yield


def write_mle(store: Store, season: int, rates: Mapping[int, np.ndarray | float], player_type: str = "batter") -> None:
    """features.mle_rates: a quarter from the minors; the other systems say nonsense."""
    schema = store.contracts[TABLE].schema
    rows = [
        {
            "season": season,
            "player_type": player_type,
            "as_of": dt.date(season, 3, 1),
            "mlbam_id": player,
            "system": system,
            "statistic": name,
            "rate": rate if system == "mle" else 7.0,
            "weight": 400.0,
            "minor_weight": 100.0,
            "minor_rate": 0.2,
            "concentration": None,
            "source": "blended",
            "trained_until": season - 1,
        }
        for player, told in rates.items()
        for name, rate in zip(NAMES, np.broadcast_to(told, len(NAMES)).tolist(), strict=True)
        for system in ("mle", "component_factors", "debut_mean")
    ]
    partition = {"player_type": player_type, "season": season}
    store.write(TABLE, partition, pa.Table.from_pylist(rows, schema=schema))


def made(store: Store, frame: Frame) -> Rates:
    """The controls with the minors beside the plain ones of the same frame."""
    return minors_rates(store, frame, "batter", rates_on_marcel(frame, "batter"))


def test_without_rates_of_the_season_there_are_no_such_systems(store: Store) -> None:
    frame = planted()
    assert made(store, frame) == {}
    write_mle(store, LAST - 1, {1: 0.3})
    write_mle(store, LAST + 1, {1: 0.3})
    write_mle(store, LAST, {1: 0.3}, "pitcher")
    assert made(store, frame) == {}
    write_mle(store, LAST, {1: 0.3})
    assert set(made(store, frame)) == WITH_MINORS


def test_mle_replaces_the_prior_of_whom_it_tells_in_every_row(store: Store) -> None:
    frame = planted()
    write_mle(store, 2016, {3: 0.31})
    write_mle(store, LAST, {3: 0.41, 5: 0.51})
    told = on_minors(store, frame, "batter")
    season, player = frame.players.season, frame.players.mlbam_id
    for year, who, rate in ((2016, 3, 0.31), (LAST, 3, 0.41), (LAST, 5, 0.51)):
        here = (season == year) & (player == who)
        assert (told.prior[here] == rate).all()
        assert frame.projected[here].item() == (year == LAST)
    moved = (told.prior != frame.prior).any(axis=1)
    assert moved.sum() == 3
    assert told.blocks["minors"].values.shape[0] == len(season)
    assert set(told.blocks) == {*frame.blocks, "minors"}
    assert told.outcome is frame.outcome
    assert told.weight is frame.weight


def test_a_player_or_a_league_without_minors_keeps_his_prior_to_the_bit(store: Store) -> None:
    frame = planted()
    here = frame.projected
    everybody = dict(zip(frame.players.mlbam_id[here].tolist(), frame.prior[here], strict=True))
    write_mle(store, LAST, {player: rate for player, rate in everybody.items() if player <= 150})
    told = on_minors(store, frame, "batter")
    assert np.array_equal(told.prior, frame.prior)
    assert not told.blocks["minors"].values[~here].any()
    assert not told.blocks["minors"].values[frame.players.mlbam_id > 150].any()


def on_truth(store: Store) -> tuple[Frame, np.ndarray]:
    """The planted frame, where what comes is `mle`, far from Marcel, of every second player; and its projected rows."""
    frame = planted()
    rng = np.random.default_rng(8)
    truth = frame.prior + np.where(frame.players.mlbam_id % 2 == 0, 0.15, 0.0)[:, None]
    outcome = np.where(np.isnan(frame.outcome), np.nan, truth + rng.normal(0.0, 0.01, truth.shape))
    for year in np.unique(frame.players.season):
        rows = (frame.players.season == year) & (frame.players.mlbam_id % 2 == 0)
        write_mle(store, int(year), dict(zip(frame.players.mlbam_id[rows].tolist(), truth[rows], strict=True)))
    made = Frame(frame.season, frame.players, frame.names, frame.prior, outcome, frame.weight, frame.blocks)
    return made, truth[frame.projected]


def test_what_the_minors_say_is_neither_doubted_nor_counted_twice(store: Store) -> None:
    frame, truth = on_truth(store)
    found = made(store, frame)
    for system, rates in found.items():
        assert np.abs(rates - truth).mean() < 0.004, system
    plain = rates_on_marcel(frame, "batter")
    assert np.abs(plain["control"] - truth).mean() > 0.05


def test_the_systems_are_fitted_on_their_own_columns(store: Store) -> None:
    frame, _ = on_truth(store)
    before = made(store, frame)
    blocks = dict(frame.blocks)
    blocks["parks"] = type(blocks["parks"])("parks", blocks["parks"].columns, blocks["parks"].values[::-1] * 3)
    moved = Frame(frame.season, frame.players, frame.names, frame.prior, frame.outcome, frame.weight, blocks)
    after = made(store, moved)
    assert np.array_equal(before["ridge_minors"], after["ridge_minors"])
    assert np.array_equal(before["control_minors"], after["control_minors"])
    assert not np.array_equal(before["control_full"], after["control_full"])


@pytest.mark.parametrize("told_to", [20, 100])
def test_what_hardly_a_teaching_row_knows_is_not_corrected_by_what_was_learnt_without(
    store: Store, told_to: int
) -> None:
    """300 players teach in each of three seasons, of which one has lines of the minors."""
    frame = planted()
    rng = np.random.default_rng(3)
    for year in (2017, LAST):
        write_both(store, year, {player: rng.uniform(0.1, 0.4) for player in range(1, told_to + 1)})
    on = on_minors(store, frame, "batter")
    assert share_known(frame, on) == pytest.approx(told_to / 900)
    plain = rates_on_marcel(frame, "batter")
    found = minors_rates(store, frame, "batter", plain)
    if told_to == 20:
        assert found["ridge_minors"] is plain["ridge"]
        assert found["control_minors"] is plain["control"]
        assert found["control_full"] is plain["control_parks"]
    else:
        learnt, _ = fit_both(on, ("lines", "minors"), LINES_PENALTY["batter"], None)
        assert np.array_equal(found["ridge_minors"], learnt)
        assert np.abs(learnt - plain["ridge"]).max() > 0.05


@pytest.fixture(scope="module")
def league(few_trees: None, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A league of 2016-2022, the controls of 2022 made before anything was known of the minors."""
    store = Store(tmp_path_factory.mktemp("minors") / "store", TABLES)
    write_league(store, random_league(SEASONS))
    for season in (2021, 2022):
        make_control_rates(store, "batter", season)
    return store


def test_the_table_gains_the_systems_and_keeps_the_others(league: Store) -> None:
    plain = {system: rates_of(league, 2022, system) for system in PLAIN}
    frame = read_frame(league, "batter", 2022, CONTROL)
    known = frame.projected & (frame.players.mlbam_id % 3 == 0)
    here = dict(zip(frame.players.mlbam_id[known].tolist(), frame.prior[known] * 1.3, strict=True))
    write_mle(league, 2022, here)
    for year in np.unique(frame.players.season[~frame.projected]).tolist():  # of whom the minors say what Marcel says
        rows = (frame.players.season == year) & (frame.players.mlbam_id % 3 == 0)
        write_mle(league, year, dict(zip(frame.players.mlbam_id[rows].tolist(), frame.prior[rows], strict=True)))
    assert not make_control_rates(league, "batter", 2022).skipped
    assert {system: rates_of(league, 2022, system) for system in PLAIN} == plain
    minors = {system: rates_of(league, 2022, system) for system in WITH_MINORS}
    assert set(SYSTEMS) == PLAIN | WITH_MINORS
    for system, rates in minors.items():
        assert set(rates) == set(plain["control"]), system
    strikeouts = {
        player: minors["control_minors"][player, "so_rate"] / plain["control"][player, "so_rate"]
        for player, name in plain["control"]
        if name == "so_rate"
    }
    assert min(ratio for player, ratio in strikeouts.items() if player in here) > 1.1
    assert max(abs(ratio - 1.0) for player, ratio in strikeouts.items() if player not in here) < 0.05


def test_later_rates_of_the_minors_change_nothing(league: Store) -> None:
    frame = read_frame(league, "batter", 2022, CONTROL)
    write_mle(league, 2022, {6: 0.3})
    make_control_rates(league, "batter", 2022)
    before = league.content("features.control_rates", {"player_type": "batter", "season": 2022})
    asked = (league, "batter", frame.players.season, frame.players.mlbam_id)
    prior, _ = minors_prior(*asked)
    write_mle(league, 2023, {6: 0.9, 7: 0.9})
    assert make_control_rates(league, "batter", 2022).skipped
    assert np.array_equal(minors_prior(*asked)[0], prior, equal_nan=True)
    write_mle(league, 2021, {6: 0.9})  # an earlier one teaches
    assert not make_control_rates(league, "batter", 2022).skipped
    assert league.content("features.control_rates", {"player_type": "batter", "season": 2022}) != before
