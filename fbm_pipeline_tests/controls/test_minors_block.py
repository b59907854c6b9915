"""The block of the minors: how far the translated rate lies from Marcel's, and zeros where nothing is known."""

import datetime as dt

import numpy as np
import pytest

from fbm_pipeline.controls.minors_block import TABLE, minors_block
from fbm_pipeline.marcel.season_lines import Histories
from fbm_pipeline.store.tables import Store

COMPONENTS = ("so_rate", "bb_rate", "hr_rate", "h_rate", "double_rate", "triple_rate")
MARCEL, MLE = 0.2, 0.25


def write(store: Store, season: int, rates: dict[int, float], minor_weight: float = 100.0, **more: object) -> None:
    """Marcel's rates and the translated ones of every component; 400 opportunities behind each."""
    shared = {"season": season, "player_type": "batter", "as_of": dt.date(season, 3, 1)}
    marcel, mle = [], []
    for player, rate in rates.items():
        for name in (*COMPONENTS, "obp"):
            row = shared | {"mlbam_id": player, "statistic": name}
            for system, told in (("marcel", MARCEL), ("marcel_classic", 9.0)):
                marcel.append(
                    row | {"system": system, "rate": told, "weight": 300.0, "league_rate": 0.2, "opportunities": 400.0}
                )
            for system, told in (("mle", rate), ("component_factors", 7.0)):
                mle.append(
                    row
                    | {
                        "system": system,
                        "rate": told,
                        "weight": 400.0,
                        "minor_weight": minor_weight,
                        "source": "mlb",
                        "trained_until": season - 1,
                    }
                    | more
                )
    for table, rows in (("features.marcel_rates", marcel), (TABLE, mle)):
        schema = store.contracts[table].schema
        told = schema.empty_table().from_pylist(rows, schema=schema)
        store.write(table, {"player_type": "batter", "season": season}, told)


def players(*found: tuple[int, int]) -> Histories:
    season, mlbam_id = (np.array(values) for values in zip(*found, strict=True))
    return Histories(season, mlbam_id, np.full(len(season), 27.0), np.full((len(season), 3), -1))


def test_a_move_is_the_logarithm_of_the_rates(store: Store) -> None:
    write(store, 2014, {1: MLE, 2: 0.1})
    block = minors_block(store, "batter", players((2014, 1), (2014, 2)))
    assert block.name == "minors"
    assert block.columns == (
        *(f"minors_{name}" for name in COMPONENTS),
        *(f"minors_share_{name}" for name in COMPONENTS),
    )
    assert block.values[:, :6] == pytest.approx(np.log([[MLE / MARCEL] * 6, [0.1 / MARCEL] * 6]))
    assert block.values[:, 6:] == pytest.approx(0.25)


def test_who_has_no_line_has_zeros(store: Store) -> None:
    write(store, 2014, {1: MLE})
    block = minors_block(store, "batter", players((2014, 3), (2014, 1), (2013, 1)))
    assert not block.values[[0, 2]].any()
    assert block.values[1].all()
    write(store, 2014, {1: MLE}, minor_weight=0.0)
    assert not minors_block(store, "batter", players((2014, 1))).values.any()
    assert not minors_block(store, "pitcher", players((2014, 1))).values.any()


def test_a_row_reads_its_own_seasons_rates(store: Store) -> None:
    write(store, 2013, {1: 0.1})
    write(store, 2014, {1: MLE})
    asked = players((2014, 1), (2013, 1))
    before = minors_block(store, "batter", asked)
    assert before.values[:, 0] == pytest.approx(np.log([MLE / MARCEL, 0.1 / MARCEL]))
    write(store, 2014, {1: 0.9})
    after = minors_block(store, "batter", asked)
    assert after.values[0, 0] == pytest.approx(np.log(0.9 / MARCEL))
    assert np.array_equal(after.values[1], before.values[1])


def test_a_rate_of_nothing_is_no_move(store: Store) -> None:
    write(store, 2014, {1: 0.0, 2: MLE})
    block = minors_block(store, "batter", players((2014, 1), (2014, 2)))
    assert not block.values[0].any()
    assert block.values[1].all()


def test_without_the_table_it_is_named(store: Store) -> None:
    with pytest.raises(FileNotFoundError, match=r"features\.mle_rates"):
        minors_block(store, "batter", players((2014, 1)))
