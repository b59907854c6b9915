"""A cell of the control's mean: d itself without a block, another system with one; its key knows the block's rows."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from fbm_pipeline.ablations import learned_cells
from fbm_pipeline.ablations.configuration import AblationError
from fbm_pipeline.ablations.learned_cells import learned_cell, learned_key
from fbm_pipeline.ablations.plan import Cell, Plan, cells
from fbm_pipeline.ablations.registry import configuration_of
from fbm_pipeline.ablations.runner import _fit
from fbm_pipeline.evaluation.learned_controls import Arm, control_parts, system_rates
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.evaluation.planted_blocks import (
    CUTOFF,
    IDS,
    PLAYERS,
    PRESET,
    frame_of,
    read_invented,
    write_block,
    write_blocks,
    write_controls,
)

SEASON = 2016
PLACE = ("batter", SEASON)


@pytest.fixture(autouse=True)
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple]]:
    """The frame is invented; what was asked for is kept."""
    asked: list[tuple] = []

    def read(store: Store, player_type: str, season: int):  # type: ignore[no-untyped-def]
        asked.append((player_type, season))
        return read_invented(store, player_type, season)

    learned_cells._frame.cache_clear()
    monkeypatch.setattr(learned_cells, "control_frame", read)
    monkeypatch.setattr(learned_cells, "residual_key", lambda store, player_type, season: f"{player_type} {season}")
    yield asked
    learned_cells._frame.cache_clear()


@pytest.fixture
def filled(store: Store) -> Store:
    write_blocks(store, signal="query")
    write_controls(store, [SEASON])
    return store


def rates_of(store: Store, arm: str) -> np.ndarray:
    rows, told = learned_cell(store, PRESET, configuration_of(arm, PRESET), *PLACE)
    assert list(rows.columns) == ["mlbam_id", "statistic", "rate"]
    assert set(rows["mlbam_id"]) == set(IDS)
    assert (told["rows"], told["trained_until"]) == (4 * PLAYERS, SEASON - 1)
    return rows["rate"].to_numpy()


def test_the_reference_is_d_and_each_arm_is_what_the_useful_test_scores(filled: Store, reads: list[tuple]) -> None:
    frame = frame_of(*PLACE)
    control = control_parts(filled, *PLACE, frame)
    assert (rates_of(filled, "control_mean") == control["control"].ravel()).all()
    for arm, block, form in (
        ("with_query", "query", "beside"),
        ("with_query_on_top", "query", "on_top"),
        ("with_query_averaged", "query", "averaged"),
        ("with_masked", "masked", "beside"),
        ("with_context_ridge", "context", "beside"),
    ):
        expected = system_rates(filled, PRESET, *PLACE, Arm(block, form), frame, control)
        assert (rates_of(filled, arm) == expected.ravel()).all()
    assert reads == [PLACE]


def test_the_key_knows_the_rows_of_its_own_block_and_of_the_control(filled: Store) -> None:
    arms = ("control_mean", "with_context_ridge", "with_query", "with_masked")

    def keys() -> dict[str, str]:
        return {arm: learned_key(filled, configuration_of(arm, PRESET), PRESET, *PLACE) for arm in arms}

    before = keys()
    write_block(filled, "query", np.ones((PLAYERS, 4)))
    after = keys()
    assert [arm for arm in arms if after[arm] != before[arm]] == ["with_query"]
    write_controls(filled, [SEASON], players=3)
    assert [arm for arm in arms if keys()[arm] == after[arm]] == []


def test_a_plan_has_a_key_for_every_cell_and_the_runner_fits_them(filled: Store, settings: Settings) -> None:
    mine = replace(settings, preset=PRESET)
    plan = Plan("some", ("with_query", "with_masked", "with_query_on_top"), ("batter",), (SEASON,), (11,))
    made = cells(filled, mine, plan)
    assert [cell.arm for cell in made] == ["control_mean", *plan.ablations]
    assert len({cell.key for cell in made}) == 4
    rows, _ = _fit(filled, mine, made[1], NullObserver())
    assert (rows["rate"].to_numpy() == rates_of(filled, "with_query")).all()


def test_a_block_that_is_not_there_stops_the_plan(store: Store, settings: Settings) -> None:
    mine = replace(settings, preset=PRESET)
    write_block(store, "masked", np.ones((PLAYERS, 1)))
    plan = Plan("some", ("with_query",), ("batter",), (SEASON,), (11,))
    with pytest.raises(AblationError, match=f"no block query of cutoff {CUTOFF}; it holds masked {CUTOFF}"):
        cells(store, mine, plan)
    early = replace(plan, seasons=(CUTOFF,))
    with pytest.raises(AblationError, match=f"no encoder for {CUTOFF}"):
        cells(store, mine, early)
    assert all(isinstance(cell, Cell) for cell in cells(store, mine, replace(plan, ablations=("with_context_ridge",))))
