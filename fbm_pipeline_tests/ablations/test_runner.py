"""Running a plan: asked twice, computed once; a failure keeps what was finished; damage is told."""

import multiprocessing
import threading
from contextlib import contextmanager

import pandas as pd
import pytest

from fbm_pipeline.ablations import runner
from fbm_pipeline.ablations.kept import PREDICTIONS, DamagedCellError, cells_folder, is_kept, keep, load_kept
from fbm_pipeline.ablations.plan import Cell, cells, completed, plan_of
from fbm_pipeline.ablations.runner import run_cells
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.ablations.conftest import PRESET, NullPlanObserver

RATES = pd.DataFrame({"mlbam_id": [1, 2], "statistic": ["obp", "obp"], "rate": [0.3, 0.4]})


def made(count: int) -> list[Cell]:
    configuration = PRESET.network
    return [Cell("network", configuration, "batter", 2021, seed, f"key-{seed}") for seed in range(count)]


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Fits are replaced: the seeds that were fitted, in order. Seed 3 fails."""
    seen: list[int] = []

    def fit(store: Store, settings: Settings, cell: Cell, listener: object) -> tuple[pd.DataFrame, dict]:
        if cell.seed == 3:
            raise ArithmeticError("this cell fails")
        seen.append(cell.seed)
        return RATES.assign(rate=RATES["rate"] + cell.seed), {"best_epoch": 1}

    monkeypatch.setattr(runner, "_fit", fit)
    return seen


def test_asked_twice_computed_once(store: Store, settings: Settings, fits: list[int]) -> None:
    first = run_cells(store, settings, made(2), NullPlanObserver())
    again = run_cells(store, settings, made(3), NullPlanObserver())
    assert fits == [0, 1, 2]
    assert [item.computed for item in first] == [True, True]
    assert [item.computed for item in again] == [False, False, True]
    assert again[1].kept.rates.equals(first[1].kept.rates)


def test_a_failure_keeps_what_was_finished_and_nothing_of_its_own(
    store: Store, settings: Settings, fits: list[int]
) -> None:
    with pytest.raises(ArithmeticError):
        run_cells(store, settings, made(5), NullPlanObserver())
    assert [is_kept(settings, cell.key) for cell in made(5)] == [True, True, True, False, False]
    assert sorted(path.name for path in cells_folder(settings).iterdir()) == ["key-0", "key-1", "key-2"]


def test_a_kept_cell_without_its_run_is_told_and_not_fitted(store: Store, settings: Settings, fits: list[int]) -> None:
    run_cells(store, settings, made(2), NullPlanObserver())
    told = []

    class Forgetful(NullPlanObserver):
        def knows(self, cell: Cell) -> bool:
            return cell.seed == 0

        @contextmanager
        def _opened(self, cell: Cell):
            told.append(cell.seed)
            yield NullObserver()

        open = _opened

    outcomes = run_cells(store, settings, made(2), Forgetful())
    assert (fits, told) == ([0, 1], [1])
    assert [item.computed for item in outcomes] == [False, False]


def test_damage_is_told_with_the_folder_to_remove(store: Store, settings: Settings, fits: list[int]) -> None:
    run_cells(store, settings, made(1), NullPlanObserver())
    file = cells_folder(settings) / "key-0" / PREDICTIONS
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DamagedCellError, match=r"expected sha256 .* Remove .*key-0 and run again"):
        run_cells(store, settings, made(1), NullPlanObserver())
    file.unlink()
    with pytest.raises(DamagedCellError, match="found nothing"):
        load_kept(settings, "key-0")


def test_rates_that_are_no_numbers_are_not_kept(settings: Settings) -> None:
    with pytest.raises(ValueError, match="1 of 2 rates are no numbers"):
        keep(settings, "key", RATES.assign(rate=[0.1, float("nan")]), {})
    assert not is_kept(settings, "key")


def _hold(home: Settings, ready, release) -> None:  # type: ignore[no-untyped-def]
    with runner.only_one(home, "key-0"):
        ready.set()
        release.wait(20)
        keep(home, "key-0", RATES, {"summary": {}})


def test_a_second_process_waits_and_finds_it_finished(store: Store, settings: Settings, fits: list[int]) -> None:
    context = multiprocessing.get_context("fork")
    ready, release = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(settings, ready, release))
    other.start()
    assert ready.wait(20)
    threading.Timer(0.3, release.set).start()
    (outcome,) = run_cells(store, settings, made(1), NullPlanObserver())
    other.join(20)
    assert (fits, outcome.computed) == ([], False)


def test_cells_of_a_plan_have_keys_of_their_own_that_repeat(small: Store, settings: Settings) -> None:
    plan = completed(plan_of(["no_sequence", "shuffled_games"]), PRESET)
    wanted = cells(small, settings, plan)
    assert [(cell.player_type, cell.arm) for cell in wanted] == [
        (player_type, arm) for player_type in plan.player_types for arm in ("network", "no_sequence", "shuffled_games")
    ]
    assert len({cell.key for cell in wanted}) == len(wanted) == 6
    assert [cell.key for cell in cells(small, settings, plan)] == [cell.key for cell in wanted]
