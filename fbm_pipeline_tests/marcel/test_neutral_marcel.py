"""Marcel from neutral lines: average parks leave it, a component moves what it bears on, later seasons say nothing."""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.marcel.constants import Fit
from fbm_pipeline.marcel.neutral_marcel import league_line, neutral_rates, projected, shifts
from fbm_pipeline.marcel.park_factors import COMPONENTS
from fbm_pipeline.marcel.season_lines import Histories, MarcelError, SeasonLines, histories, read_season_lines
from fbm_pipeline.store.contracts import CONTRACTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.marcel.hand_made import birth_dates, random_league, write_lines, write_players


def league(store: Store, player_type: str) -> tuple[SeasonLines, Histories, dict[str, Fit]]:
    write_lines(store, random_league(range(2001, 2005)))
    write_players(store, birth_dates())
    lines = read_season_lines(store, player_type, 2001, 2003)
    constants = {item.name: Fit(item.name, 500.0, 0.001, 2003, 100, 0.01) for item in statistics(player_type)}
    return lines, histories(lines, [2004]), constants


def only(component: str, factor: float, n: int) -> np.ndarray:
    found = np.ones((n, len(COMPONENTS)))
    found[:, COMPONENTS.index(component)] = factor
    return found


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_an_average_park_leaves_every_rate(store: Store, player_type: str) -> None:
    lines, players, constants = league(store, player_type)
    n = len(players.season)
    same = projected(lines, players, constants, np.ones((n, len(COMPONENTS))))
    assert same.shape == (n, len(statistics(player_type)))
    line = league_line(lines, 2004)
    assert (shifts(line, np.ones((n, len(COMPONENTS))), player_type) == 1.0).all()
    assert np.isfinite(same).all()
    assert (same >= 0).all()


def test_a_component_moves_what_it_bears_on(store: Store) -> None:
    lines, _, _ = league(store, "batter")
    names = [item.name for item in statistics("batter")]
    line = league_line(lines, 2004)
    moved = dict(zip(names, shifts(line, only("hr", 1.2, 1), "batter")[0], strict=True))
    assert moved["hr_rate"] == pytest.approx(1.2)
    assert all(moved[name] > 1.0 for name in ("h_rate", "avg", "obp", "slg", "iso"))
    assert {name for name, value in moved.items() if value == 1.0} == {
        "so_rate", "bb_rate", "single_rate", "double_rate", "triple_rate",
    }  # fmt: skip
    walks = dict(zip(names, shifts(line, only("bb", 1.2, 1), "batter")[0], strict=True))
    assert walks["obp"] > 1.0
    assert walks["avg"] > 1.0  # the same hits in fewer at-bats


def test_a_pitcher_s_runs_follow_his_park(store: Store) -> None:
    lines, _, _ = league(store, "pitcher")
    names = [item.name for item in statistics("pitcher")]
    moved = dict(zip(names, shifts(league_line(lines, 2004), only("runs", 1.1, 1), "pitcher")[0], strict=True))
    assert (moved["era"], moved["er_rate"]) == (pytest.approx(1.1), pytest.approx(1.1))
    assert moved["whip"] == 1.0


def test_what_comes_after_is_not_in_the_league_s_line(store: Store) -> None:
    lines, _, _ = league(store, "batter")
    last = lines.season == 2003
    changed = {**lines.counts, "hr": np.where(last, 10.0 * lines.counts["hr"], lines.counts["hr"])}
    altered = dataclasses.replace(lines, counts=changed)
    assert league_line(altered, 2003) == league_line(lines, 2003)
    assert league_line(altered, 2004)["hr"] > league_line(lines, 2004)["hr"]


def test_the_order_of_players_does_not_matter_and_a_stranger_is_named(store: Store) -> None:
    _, players, constants = league(store, "batter")
    write_constants(store, constants)
    for table in ("features.park_factors", "features.neutral_lines"):
        store.create(table)
    rates = neutral_rates(store, "batter", players)
    backwards = np.arange(len(players.season))[::-1]
    assert (neutral_rates(store, "batter", players.chosen(backwards)) == rates[backwards]).all()
    stranger = dataclasses.replace(players, mlbam_id=players.mlbam_id + 10**6)
    with pytest.raises(MarcelError, match="have no line in the three seasons"):
        neutral_rates(store, "batter", stranger)


def write_constants(store: Store, constants: dict[str, Fit]) -> None:
    schema = CONTRACTS["features.marcel_constants"].schema
    rows = [{"player_type": "batter", "fitted_until": 2017, **dataclasses.asdict(fit)} for fit in constants.values()]
    store.write("features.marcel_constants", {"player_type": "batter"}, pa.Table.from_pylist(rows, schema=schema))
