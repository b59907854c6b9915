"""Lines of the minors beside what their level, season and club let expect."""

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.mle.minor_lines import CLUB_REGRESSION, component_of, expected_events, read_minor_lines
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.marcel.hand_made import write_players
from fbm_pipeline_tests.mle.hand_made import minor_line, write_minor_lines


def read(store: Store, rows: list[dict], player_type: str = "batter", last: int = 2014) -> pd.DataFrame:
    write_minor_lines(store, rows)
    write_players(store, {1: None})
    return read_minor_lines(store, player_type, 2010, last)


def test_what_is_read(store: Store) -> None:
    nobody = minor_line(2014, 0, so=70) | {"mlbam_id": None, "line_id": "savant:x"}
    found = read(
        store,
        [
            minor_line(2014, 1, so=90),
            minor_line(2014, 1, level="AA", h=None, double=None, triple=None),
            minor_line(2014, 1, level="A"),
            minor_line(2009, 1),
            nobody,
            minor_line(2014, 1, "pitcher", pa=30),
            minor_line(2014, 1, "pitcher", level="A+", pa=12),
        ],
    )
    assert found[["level", "mlbam_id", "so", "other_pa"]].to_numpy().tolist() == [
        ["AA", 1, 80.0, 42.0],
        ["AAA", 1, 90.0, 42.0],
        ["AAA", 0, 70.0, 0.0],
    ]
    assert found["h_pa"].isna().tolist() == [True, False, False]
    assert found["hr_pa"].tolist() == [400.0] * 3


def test_no_line_after_the_last_season_is_read(store: Store) -> None:
    found = read(store, [minor_line(2013, 1), minor_line(2014, 1)], last=2013)
    assert found["season"].tolist() == [2013]


def test_without_a_side_of_the_ball_or_a_table_there_are_no_lines(store: Store) -> None:
    assert read_minor_lines(store, "batter", 2010, 2014).empty  # never written
    found = read(store, [minor_line(2014, 1)], "pitcher")
    assert found.empty
    assert len(expected_events(found, "so")) == 0


def test_the_level_and_season_set_what_is_expected(store: Store) -> None:
    found = read(
        store,
        [
            minor_line(2014, 1, so=40, club=None),
            minor_line(2014, 2, so=160, pa=600, club=None),
            minor_line(2014, 1, level="AA", so=120, club=None),
            minor_line(2013, 1, so=60, club=None),
        ],
    )
    expected = pd.Series(expected_events(found, "so"), index=pd.MultiIndex.from_frame(found[["season", "level", "pa"]]))
    assert expected.to_dict() == pytest.approx(
        {
            (2013, "AAA", 400.0): 60,
            (2014, "AA", 400.0): 120,
            (2014, "AAA", 400.0): 80,
            (2014, "AAA", 600.0): 120,
        }
    )


def test_a_line_whose_home_runs_are_unknown_expects_none_and_moves_no_mean(store: Store) -> None:
    found = read(store, [minor_line(2014, 1, hr=8), minor_line(2014, 2, hr=16), minor_line(2014, 3, hr=None)])
    expected = expected_events(found, "hr")
    assert expected[:2] == pytest.approx([12.0, 12.0])
    assert np.isnan(expected[2])
    nothing = read(store, [minor_line(2014, 1, hr=None)])
    assert np.isnan(expected_events(nothing, "hr")).all()


def test_a_line_whose_player_is_not_known_still_counts_in_the_mean(store: Store) -> None:
    nobody = minor_line(2014, 0, so=160, club=None) | {"mlbam_id": None, "line_id": "fangraphs:x"}
    assert expected_events(read(store, [minor_line(2014, 1, so=80, club=None), nobody]), "so")[0] == pytest.approx(120)


def club_lines(so: int, seasons: tuple[int, ...] = (2014,)) -> list[dict]:
    """A club whose four batters strike out `so` times each, and one of the same size that does so 80 times."""
    return [
        minor_line(season, 10 * club + at, club=name, so=(so, 80)[club])
        for season in seasons
        for at in range(4)
        for club, name in enumerate(("ABQ", "TAC"))
    ]


def test_a_club_whose_players_all_strike_out_lets_expect_more(store: Store) -> None:
    found = read(store, club_lines(100))
    expected = expected_events(found, "so")
    rate = 720 / 3200
    added = CLUB_REGRESSION * rate
    at_home = (found["club"] == "ABQ").to_numpy()
    assert expected[at_home] == pytest.approx(400 * rate * (400 + added) / (1600 * rate + added))
    assert expected[~at_home] == pytest.approx(400 * rate * (320 + added) / (1600 * rate + added))
    assert expected[at_home][0] > 90 > expected[~at_home][0]


def test_a_clubs_effect_is_that_of_three_seasons_and_of_no_later_one(store: Store) -> None:
    before = [*club_lines(60, (2010,)), *club_lines(100, (2011, 2012, 2013))]
    calm = expected_events(read(store, before, last=2013), "so")
    later = read(store, [*before, *club_lines(400, (2014,))])
    wild = expected_events(later, "so")
    assert np.array_equal(calm, wild[(later["season"] < 2014).to_numpy()])
    # In 2013 the season 2010 is forgotten: the club's effect is that of one season like the last three.
    of_2013 = ((later["season"] == 2013) & (later["club"] == "ABQ")).to_numpy()
    rate = 720 / 3200
    added = CLUB_REGRESSION * rate
    assert wild[of_2013] == pytest.approx(90 * (1200 + added) / (4800 * rate + added))


def test_what_a_statistic_is_decided_by() -> None:
    assert [component_of(name, "batter") for name in ("so_rate", "triple_rate", "obp", "single_rate")] == [
        "so",
        "triple",
        "h",
        "h",
    ]
    assert [component_of(name, "pitcher") for name in ("hr_rate", "era", "er_rate")] == ["hr", "h", "h"]
