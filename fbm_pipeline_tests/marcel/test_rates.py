"""`features.marcel_rates` from hand-made lines: the numbers, who is in, and what the table may not know."""

import dataclasses
import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.marcel.constants import Fit
from fbm_pipeline.marcel.rates import rates_table
from fbm_pipeline.marcel.season_lines import MarcelError, read_season_lines
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.making import fit_constants, make_marcel_rates
from fbm_pipeline_tests.marcel.hand_made import (
    batting,
    birth_dates,
    pitching,
    random_league,
    write_lines,
    write_players,
)

PRESET = dataclasses.replace(PRESETS["large"], tune_until=2012, min_train_opportunities=50)
BORN = None  # an unknown birth date: no aging


def constants(player_type: str, k: float = 400.0) -> dict[str, Fit]:
    return {s.name: Fit(s.name, k, 0.0, 2003, 1, 0.0) for s in statistics(player_type)}


def rates_of(store: Store, player_type: str, season: int) -> pa.Table:
    return rates_table(read_season_lines(store, player_type, season - 3, season - 1), season, constants(player_type))


def row(table: pa.Table, player: int, system: str, statistic: str) -> dict[str, object]:
    found = [
        r for r in table.to_pylist() if (r["mlbam_id"], r["system"], r["statistic"]) == (player, system, statistic)
    ]
    assert len(found) == 1
    return found[0]


def test_a_batter_by_hand(store: Store) -> None:
    write_lines(store, [batting(2009, 1, ab=400, so=100), batting(2009, 2, ab=600, so=100)])
    write_lines(store, [batting(2008, 1, ab=300, so=60), batting(2008, 2, ab=200, so=40)])
    write_players(store, {1: BORN, 2: BORN})
    table = rates_of(store, "batter", 2010)
    classic = row(table, 1, "marcel_classic", "so_rate")
    # Both leagues are .2: (5 x 100 + 4 x 60 + 1200 x .2) / (5 x 400 + 4 x 300 + 1200) = 980 / 4400
    assert classic["rate"] == pytest.approx(980 / 4400)
    assert classic["weight"] == pytest.approx(4400 / 5)
    assert classic["league_rate"] == pytest.approx(0.2)
    assert classic["opportunities"] == pytest.approx(0.5 * 400 + 0.1 * 300 + 200)
    assert classic["as_of"] == dt.date(2010, 3, 1)
    assert row(table, 1, "marcel", "so_rate")["rate"] == pytest.approx((740 + 400 * 0.2) / (3200 + 400))


def test_a_pitcher_by_hand(store: Store) -> None:
    line = {"opportunities": 600, "outs": 450, "er": 50, "so": 120, "h": 130, "bb": 50, "g": 30}
    write_lines(store, [pitching(2009, 1, **line, gs=30), pitching(2009, 2, **line, gs=0)])
    write_players(store, {1: BORN, 2: BORN})
    table = rates_of(store, "pitcher", 2010)
    era = row(table, 1, "marcel_classic", "era")
    assert era["rate"] == pytest.approx(27 * 50 / 450)
    assert era["weight"] == pytest.approx((3 * 450 + 134) / 3)
    assert row(table, 1, "marcel_classic", "whip")["rate"] == pytest.approx(3 * 180 / 450)
    assert row(table, 1, "marcel_classic", "so_rate")["weight"] == pytest.approx((3 * 600 + 190) / 3)
    starter, reliever = (row(table, player, "marcel", "so_rate")["opportunities"] for player in (1, 2))
    assert starter == pytest.approx(300 + 180 * 600 / 450)
    assert reliever == pytest.approx(300 + 75 * 600 / 450)


def test_pitchers_who_bat_are_no_batters_but_two_way_players_are(store: Store) -> None:
    write_lines(
        store,
        [
            batting(2009, 1, ab=400, so=80),
            batting(2009, 2, ab=60, so=40),
            batting(2009, 3, ab=250, so=50),
            pitching(2009, 2, opportunities=700, outs=500, so=150),
            pitching(2009, 3, opportunities=500, outs=400),
        ],
    )
    write_players(store, {1: BORN, 2: BORN, 3: BORN})
    table = rates_of(store, "batter", 2010)
    assert set(table.column("mlbam_id").to_pylist()) == {1, 3}
    assert row(table, 1, "marcel", "so_rate")["league_rate"] == pytest.approx(130 / 650)


def test_a_player_whose_lines_are_all_on_the_other_side_is_absent(store: Store) -> None:
    write_lines(store, [batting(2009, 1, ab=400, so=80), pitching(2009, 2, opportunities=700, outs=500)])
    write_players(store, {1: BORN, 2: BORN})
    assert set(rates_of(store, "batter", 2010).column("mlbam_id").to_pylist()) == {1}
    assert set(rates_of(store, "pitcher", 2010).column("mlbam_id").to_pylist()) == {2}


def test_lines_whose_earned_runs_are_unknown_leave_other_statistics_alone(store: Store) -> None:
    unknown = {**pitching(2008, 1, opportunities=600, outs=450, so=60), "er": None}
    write_lines(store, [pitching(2009, 1, opportunities=600, outs=450, er=50, so=120), unknown])
    write_players(store, {1: BORN})
    table = rates_of(store, "pitcher", 2010)
    assert row(table, 1, "marcel", "era")["weight"] == pytest.approx((3 * 450 + 400) / 3)
    assert row(table, 1, "marcel", "so_rate")["weight"] == pytest.approx((3 * 600 + 2 * 600 + 400) / 3)


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_built_in_the_store_once(store: Store, player_type: str) -> None:
    write_lines(store, random_league(range(2008, 2013)))
    write_players(store, birth_dates())
    fit_constants(store, player_type, PRESET)
    first = make_marcel_rates(store, player_type, 2013)
    players = first.rows / (2 * len(statistics(player_type)))
    assert 50 < players <= 60
    assert make_marcel_rates(store, player_type, 2013).skipped


def test_the_season_itself_and_later_ones_change_nothing(store: Store) -> None:
    rows = random_league(range(2009, 2014))
    write_lines(store, rows)
    write_players(store, birth_dates())
    fit_constants(store, "batter", dataclasses.replace(PRESET, tune_until=2010))
    before = make_marcel_rates(store, "batter", 2012)
    write_lines(store, [{**r, "so": 0, "hr": 60} for r in rows if r["season"] in (2012, 2013)])
    assert make_marcel_rates(store, "batter", 2012).skipped
    write_lines(store, [{**r, "so": 0} for r in rows if r["season"] == 2011])
    assert make_marcel_rates(store, "batter", 2012).content_hash != before.content_hash


def test_the_order_of_rows_changes_nothing(store: Store, tmp_path: Path) -> None:
    rows = random_league(range(2009, 2012), players=20)
    shuffled = Store(tmp_path / "shuffled", store.contracts)
    write_lines(store, rows)
    write_lines(shuffled, rows[::-1])
    for each in (store, shuffled):
        write_players(each, birth_dates())
    assert rates_of(store, "pitcher", 2012).equals(rates_of(shuffled, "pitcher", 2012))


def test_the_first_season_has_no_prior_for_anybody(store: Store) -> None:
    write_lines(store, random_league(range(2008, 2013)))
    write_players(store, birth_dates())
    fit_constants(store, "batter", PRESET)
    assert make_marcel_rates(store, "batter", 2008).rows == 0


def test_a_missing_season_before_is_an_error(store: Store) -> None:
    write_lines(store, random_league(range(2008, 2013)))
    write_players(store, birth_dates())
    fit_constants(store, "batter", PRESET)
    with pytest.raises(MarcelError, match="end with 2012; Marcel for 2014 expects 2013"):
        make_marcel_rates(store, "batter", 2014)
