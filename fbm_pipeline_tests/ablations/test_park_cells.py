"""A park cell: each word of parks gives the control what it says; the frame is read once a season."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from fbm_pipeline.ablations import park_cells
from fbm_pipeline.ablations.configuration import FAMILIES, PARKS, Configuration, of_preset
from fbm_pipeline.ablations.park_cells import BLOCKS_OF, park_cell
from fbm_pipeline.marcel.blocks import Block
from fbm_pipeline.marcel.control_frame import Frame
from fbm_pipeline.marcel.parks_block import columns
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.ablations.conftest import PRESET
from fbm_pipeline_tests.ablations.test_control_cells import invented_frame

CONTROL = of_preset(PRESET, "control_in_parks", FAMILIES)
MARCEL = of_preset(PRESET, "marcel_in_parks")


@pytest.fixture(autouse=True)
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple]]:
    """The frame, the parks and the neutral rates are invented; what was asked for is kept."""
    asked: list[tuple] = []

    def read(store: Store, player_type: str, season: int, families: tuple[str, ...]) -> Frame:
        asked.append((player_type, season, families))
        return invented_frame()

    def parks(store: Store, player_type: str, players, *, by_hand: bool) -> Block:  # type: ignore[no-untyped-def]
        draw = np.random.default_rng(int(by_hand))
        return Block("parks", columns("past"), draw.normal(size=(len(players.season), 8)))

    def neutral(store: Store, player_type: str, players) -> np.ndarray:  # type: ignore[no-untyped-def]
        return invented_frame().prior + 0.01 * np.random.default_rng(9).normal(size=(len(players.season), 1))

    park_cells._frame.cache_clear()
    monkeypatch.setattr(park_cells, "read_frame", read)
    monkeypatch.setattr(park_cells, "parks_block", parks)
    monkeypatch.setattr(park_cells, "neutral_rates", neutral)
    yield asked
    park_cells._frame.cache_clear()


def cell(store: Store, configuration: Configuration, reads: str = "abc") -> tuple[np.ndarray, dict]:
    rates, told = park_cell(store, configuration, "batter", 2019, 11, reads)
    assert list(rates.columns) == ["mlbam_id", "statistic", "rate"]
    return rates["rate"].to_numpy(), told


def test_every_word_gives_other_columns_or_another_prior(store: Store, reads: list[tuple]) -> None:
    found = {word: cell(store, replace(CONTROL, parks=word)) for word in PARKS}
    rates = [rate.tobytes() for rate, _ in found.values()]
    assert len(set(rates)) == len(PARKS)
    more = {word: told["columns"] - found[""][1]["columns"] for word, (_, told) in found.items()}
    names = len(invented_frame().names)
    assert more == {
        "": 0, "all_hands": 8, "by_hand": 8, "all_hands_own": 8, "by_hand_own": 8, "neutral_prior": 0,
        "neutral_columns": names, "by_hand_own_and_neutral": 8 + names,
    }  # fmt: skip
    assert len(reads) == 1
    cell(store, CONTROL, "another content")
    assert len(reads) == 2
    assert set(BLOCKS_OF) == set(PARKS)


def test_marcel_is_the_prior_itself_or_the_neutral_one(store: Store) -> None:
    frame = invented_frame()
    plain, _ = cell(store, MARCEL)
    assert (plain == frame.prior[frame.projected].ravel()).all()
    neutral, _ = cell(store, replace(MARCEL, parks="neutral_prior"))
    assert (neutral != plain).all()
