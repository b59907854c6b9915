"""A control cell: the families that are left in are what the ridge reads; the frame is read once a season."""

from collections.abc import Iterator

import numpy as np
import pytest

from fbm_pipeline.ablations import control_cells, runner
from fbm_pipeline.ablations.configuration import FAMILIES, Control
from fbm_pipeline.ablations.control_cells import control_cell
from fbm_pipeline.ablations.plan import Cell, run_key
from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.controls import control_rates as controls
from fbm_pipeline.controls import frame as control_frame
from fbm_pipeline.controls.frame import Frame
from fbm_pipeline.marcel.season_lines import Histories
from fbm_pipeline.nn.observer import NullObserver
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.ablations.conftest import PRESET

CONTROL = Control(FAMILIES)
SPRAY = 5.0  # what the spray column adds to the outcome of every rate, in points of .01


def invented_frame(players: int = 60) -> Frame:
    """Three seasons of players, the last to be projected; one column a family, and only spray tells anything."""
    draw = np.random.default_rng(2)
    n = 3 * players
    season = np.repeat([2017, 2018, 2019], players)
    names = tuple(item.name for item in statistics("batter"))
    blocks = {family: Block(family, (f"{family}_a",), draw.normal(size=(n, 1))) for family in ("lines", *FAMILIES)}
    prior = np.full((n, len(names)), 0.2)
    outcome = prior + SPRAY / 100 * blocks["spray"].values + draw.normal(0, 0.002, prior.shape)
    taught = season < 2019
    return Frame(
        2019,
        histories_of(season, np.tile(np.arange(players) + 100, 3)),
        names,
        prior,
        np.where(taught[:, None], outcome, np.nan),
        np.where(taught, 600.0, 0.0),
        blocks,
    )


def histories_of(season: np.ndarray, mlbam_id: np.ndarray) -> Histories:
    return Histories(season, mlbam_id, np.full(len(season), 27.0), np.full((len(season), 3), -1))


@pytest.fixture(autouse=True)
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple]]:
    """The frame is invented; what was asked for is kept."""
    asked: list[tuple] = []

    def read(store: Store, player_type: str, season: int, families: tuple[str, ...]) -> Frame:
        asked.append((player_type, season, families))
        return invented_frame()

    control_cells._frame.cache_clear()
    monkeypatch.setattr(control_cells, "read_frame", read)
    yield asked
    control_cells._frame.cache_clear()


def rates_with(store: Store, families: tuple[str, ...]) -> np.ndarray:
    rates, told = control_cell(store, Control(families), "batter", 2019, "abc")
    assert told["columns"] == 1 + len(families)
    assert list(rates.columns) == ["mlbam_id", "statistic", "rate"]
    return rates["rate"].to_numpy()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_left_out_changes_what_comes_out(family: str, store: Store) -> None:
    rest = tuple(name for name in FAMILIES if name != family)
    changed = np.abs(rates_with(store, rest) - rates_with(store, FAMILIES)).mean()
    assert changed > 0
    assert (changed > 0.005) == (family == "spray")  # the only one that told anything


def test_without_families_it_is_lines_alone(store: Store) -> None:
    assert np.abs(rates_with(store, ()) - 0.2).max() < np.abs(rates_with(store, ("spray",)) - 0.2).max() / 3


def test_the_frame_is_read_once_for_one_content(store: Store, reads: list[tuple]) -> None:
    for families in (FAMILIES, (), ("spray",)):
        rates_with(store, families)
    assert reads == [("batter", 2019, ("lines", *FAMILIES))]
    control_cell(store, CONTROL, "batter", 2019, "another content")
    assert len(reads) == 2


def test_the_model_decides_which_cell_it_is(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "network_cell", lambda *of: "a network")
    place = ("batter", 2019, 11)
    control = Cell("control", CONTROL, *place, run_key(CONTROL, *place, "abc"), "abc")
    _, told = runner._fit(store, settings, control, NullObserver())
    assert told["columns"] == 8
    network = PRESET.network
    assert run_key(network, *place, "abc") != control.key
    assert runner._fit(store, settings, Cell("n", network, *place, "k"), NullObserver()) == "a network"


def test_families_are_those_of_the_control() -> None:
    assert control_frame.FAMILIES == FAMILIES
    assert ("lines", *FAMILIES) == controls.CONTROL
