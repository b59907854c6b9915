"""Parks as columns: what lies behind a player by hand, the club in front of him, and nothing of the season itself."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pytest

from fbm_pipeline.baseball.statistics import PLAYER_TYPES, statistics
from fbm_pipeline.controls.parks_block import COMPONENTS_OF, bears_on, parks_block
from fbm_pipeline.marcel.season_lines import Histories
from fbm_pipeline.parks.park_factors import COMPONENTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.making import make_park_factors
from fbm_pipeline_tests.parks.park_league import (
    CLUBS,
    PARKS,
    game,
    plate_appearance,
    player_game,
    season_of_home_runs,
    write_months,
)
from fbm_pipeline_tests.parks.test_coming_clubs import write_rosters

TRADED, STEADY, GONE = 11, 12, 13
HOME_RUNS = {"BOS": 12, "NYY": 6, "TB": 6, "TOR": 3}


def players(*pairs: tuple[int, int]) -> Histories:
    """Players to be projected, as (season, id); ages and lines do not matter here."""
    season, ids = (np.array(part) for part in zip(*pairs, strict=True))
    return Histories(season, ids, np.full(len(ids), 27.0), np.full((len(ids), 3), -1))


def turns(season: int, batter: int, home: str, number: int) -> list[dict[str, object]]:
    """A batter's plate appearances of a season in a club's park, all of them outs, against a visitor."""
    return [
        plate_appearance(
            season,
            f"{season}{home}{batter}",
            at,
            batter_id=batter,
            park_id=PARKS[home],
            is_top=False,
            batting_team=home,
            fielding_team="TB" if home != "TB" else "BOS",
        )
        for at in range(number)
    ]


OWN = {
    2002: turns(2002, TRADED, "BOS", 100) + turns(2002, GONE, "TOR", 50),
    2003: turns(2003, TRADED, "BOS", 60) + turns(2003, TRADED, "TOR", 40) + turns(2003, STEADY, "NYY", 80),
}


def write_league(
    store: Store, opening_club: str = "TOR", target_home_runs: int = 6, parks_of_2004: Mapping[str, str] = PARKS
) -> None:
    """2002-2003 and the target season 2004. TRADED went from Boston to Toronto in 2003, GONE last played in 2002."""
    for season in (2002, 2003):
        write_months(store, "core.plate_appearances", season_of_home_runs(season, HOME_RUNS) + OWN[season])
    write_months(
        store,
        "core.plate_appearances",
        season_of_home_runs(2004, {**HOME_RUNS, "NYY": target_home_runs}) + turns(2004, TRADED, opening_club, 500),
    )
    games = [
        game(season, f"{season}{home}{away}", home, away)
        for season in (2002, 2003, 2004)
        for home in CLUBS
        for away in CLUBS
        if home != away
    ]
    games = [
        row | ({"park_id": parks_of_2004[str(row["home_team"])]} if row["season"] == 2004 else {}) for row in games
    ]
    later = {"game_date": dt.date(2003, 5, 30)}
    games = [row | later if row["game_id"] == "2003TORTB" else row for row in games]
    write_months(store, "core.games", games)
    write_months(
        store,
        "core.player_games",
        [
            player_game(2002, "2002BOSTB", TRADED, "BOS", PARKS["BOS"], 100),
            player_game(2003, "2003BOSTB", TRADED, "BOS", PARKS["BOS"], 60),
            player_game(2003, "2003TORTB", TRADED, "TOR", PARKS["TOR"], 40),
            player_game(2003, "2003NYYTB", STEADY, "NYY", PARKS["NYY"], 80),
            player_game(2002, "2002TORTB", GONE, "TOR", PARKS["TOR"], 50),
            player_game(2004, "2004NYYTB", TRADED, opening_club, PARKS[opening_club], 500),
        ],
    )
    for season in (2003, 2004):
        make_park_factors(store, season)


def logs(store: Store, season: int, component: str = "hr") -> dict[str, float]:
    rows = store.delta("features.park_factors").to_pyarrow_table().to_pylist()
    kept = [row for row in rows if (row["season"], row["component"]) == (season, component)]
    return {row["park_id"]: float(np.log(row["factor"])) for row in kept}


def test_exposure_and_coming_park_by_hand(store: Store) -> None:
    write_league(store)
    block = parks_block(store, "batter", players((2004, TRADED), (2004, STEADY), (2004, GONE), (2004, 99)))
    park = logs(store, 2004)
    past = block.values[:, block.columns.index("park_past_hr")]
    coming = block.values[:, block.columns.index("park_coming_hr")]
    # Batters' seasons weigh 5 and 4: Boston 60 x 5 + 100 x 4 = 700, Toronto 40 x 5 = 200.
    assert past[0] == pytest.approx((700 * park["BOS07"] + 200 * park["TOR02"]) / 900)
    assert coming[0] == pytest.approx(0.5 * park["TOR02"])
    assert (past[1], coming[1]) == (pytest.approx(park["NYC21"]), pytest.approx(0.5 * park["NYC21"]))
    assert coming[2] == pytest.approx(0.5 * park["TOR02"])
    assert (block.values[3] == 0).all()
    assert park["BOS07"] > 0 > park["TOR02"]


def test_the_order_of_players_and_several_targets_do_not_matter(store: Store) -> None:
    write_league(store)
    together = parks_block(store, "batter", players((2004, GONE), (2003, TRADED), (2004, TRADED)))
    for row, one in enumerate([(2004, GONE), (2003, TRADED), (2004, TRADED)]):
        assert (parks_block(store, "batter", players(one)).values[0] == together.values[row]).all()
    assert together.values[1, together.columns.index("park_coming_hr")] == 0.5 * logs(store, 2003)["BOS07"]


def test_rows_of_the_target_season_change_nothing(store: Store) -> None:
    """Even where the same call projects 2005 too, and so reads 2004: its clubs, parks and factors stay out of 2004."""
    write_league(store)
    make_park_factors(store, 2005)
    wanted = players((2004, TRADED), (2004, STEADY), (2004, GONE), (2005, TRADED))
    of_2004 = wanted.season == 2004
    before = parks_block(store, "batter", wanted)
    write_league(store, opening_club="NYY", target_home_runs=150, parks_of_2004={**PARKS, "TOR": "NEW01"})
    make_park_factors(store, 2005)
    after = parks_block(store, "batter", wanted)
    assert after.values[of_2004].tobytes() == before.values[of_2004].tobytes()
    assert (after.values[~of_2004] != before.values[~of_2004]).any()


def test_a_winter_s_move_changes_the_coming_park_only(store: Store) -> None:
    write_league(store)
    before = parks_block(store, "batter", players((2004, TRADED)))
    write_rosters(store, [(dt.date(2004, 2, 1), TRADED, "BOS")])
    after = parks_block(store, "batter", players((2004, TRADED)))
    n = len(COMPONENTS)
    assert (after.values[:, :n] == before.values[:, :n]).all()
    assert after.values[0, after.columns.index("park_coming_hr")] == pytest.approx(0.5 * logs(store, 2004)["BOS07"])


def test_a_statistic_takes_its_own_columns(store: Store) -> None:
    write_league(store)
    block = parks_block(store, "batter", players((2004, TRADED)))
    names = ("age", *block.columns)
    kept = [name for name, bears in zip(names, bears_on(names, "iso"), strict=True) if bears]
    assert kept == ["age", "park_past_hr", "park_past_double", "park_coming_hr", "park_coming_double"]


@pytest.mark.parametrize("player_type", PLAYER_TYPES)
def test_every_statistic_has_its_components(player_type: str) -> None:
    for statistic in statistics(player_type):
        assert set(COMPONENTS_OF[statistic.name]) <= set(COMPONENTS)


def test_without_factors_the_error_names_the_table(store: Store) -> None:
    with pytest.raises(FileNotFoundError, match=r"features\.park_factors"):
        parks_block(store, "batter", players((2004, TRADED)))
