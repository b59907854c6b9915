"""Profiles: the horizons' numbers by hand, what stands in for a short horizon, and that the future is not in them."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbm_pipeline.identity.horizons import ProfileError, as_of_dates, horizon_starts, read_horizons
from fbm_pipeline.identity.minors import read_minors_parts
from fbm_pipeline.identity.profiles import profiles_table
from fbm_pipeline.marcel.constants import read_constants
from fbm_pipeline.marcel.season_lines import MarcelError
from fbm_pipeline.store.contents import content_hash
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.identity.hand_made import (
    fill,
    game,
    random_games,
    season_lines,
    write_constants,
    write_games,
    write_known_players,
)
from fbm_pipeline_tests.making import make_stat_profiles
from fbm_pipeline_tests.marcel.hand_made import write_lines, write_players

PRESEASON, MIDSEASON = dt.date(2015, 3, 1), dt.date(2015, 7, 1)


def profile(store: Store, player: int, as_of: dt.date, player_type: str = "batter") -> dict[str, object]:
    make_stat_profiles(store, player_type, as_of.year)
    rows = store.delta("features.stat_profiles").to_pyarrow_table().to_pylist()
    found = [r for r in rows if (r["mlbam_id"], r["as_of"], r["player_type"]) == (player, as_of, player_type)]
    assert len(found) == 1
    return found[0]


def test_the_horizons_by_hand(store: Store) -> None:
    fill(
        store,
        [
            game(dt.date(2010, 5, 1), 1, ab=1000, so=100),
            game(dt.date(2013, 5, 1), 1, ab=400, so=80),
            game(dt.date(2014, 5, 1), 1, ab=200, so=60),
            game(dt.date(2014, 8, 1), 1, ab=100, so=20),
            game(dt.date(2015, 5, 1), 1, ab=80, so=20),
            game(dt.date(2015, 6, 1), 1, ab=40, so=20),
            game(dt.date(2015, 6, 30), 1, ab=10, so=0),
            game(dt.date(2015, 7, 1), 1, ab=300, so=300),
            game(dt.date(2014, 8, 1), 2, ab=300, so=60),
        ],
    )
    before, middle = profile(store, 1, PRESEASON), profile(store, 1, MIDSEASON)
    opportunities = [f"{h}_opportunities" for h in ("career", "three_year", "one_year", "thirty_day")]
    assert [before[name] for name in opportunities] == [1700, 700, 300, 0]
    assert [middle[name] for name in opportunities] == [1830, 830, 230, 50]
    # k is 500 / 5 = 100; the league of the last year is (60 + 20 + 60) / 600 before the season
    league = 140 / 600
    assert before["career_so_rate"] == pytest.approx((260 + 100 * league) / 1800)
    assert before["three_year_so_rate"] == pytest.approx((160 + 100 * league) / 800)
    assert before["one_year_so_rate"] == pytest.approx((80 + 100 * league) / 400)
    assert before["thirty_day_supplied_by"] == "one_year"
    assert before["thirty_day_so_rate"] == before["one_year_so_rate"]
    # and (20 + 20 + 20 + 60) / 530 in the year before midseason
    assert middle["thirty_day_so_rate"] == pytest.approx((20 + 100 * 120 / 530) / 150)
    assert middle["thirty_day_supplied_by"] == "thirty_day"
    assert (before["days_since_last_game"], middle["days_since_last_game"]) == (212, 1)
    assert before["career_er_rate"] is None


def test_a_short_horizon_hands_over_link_by_link(store: Store) -> None:
    fill(
        store,
        [
            game(dt.date(2013, 5, 1), 1, ab=50, so=10),
            game(dt.date(2012, 5, 1), 1, ab=40, so=10),
            game(dt.date(2005, 5, 1), 1, ab=500, so=10),
            game(dt.date(2014, 5, 1), 2, ab=500, so=10),
        ],
    )
    found = profile(store, 1, PRESEASON)
    assert [found[f"{h}_supplied_by"] for h in ("career", "three_year", "one_year", "thirty_day")] == ["career"] * 4
    assert found["three_year_opportunities"] == 90


def test_few_opportunities_make_no_outlier(store: Store) -> None:
    fill(store, [game(dt.date(2014, 5, 1), 1, ab=10, h=10), game(dt.date(2014, 5, 1), 2, ab=990, h=240)])
    assert profile(store, 1, PRESEASON)["career_h_rate"] == pytest.approx((10 + 100 * 0.25) / 110)


def test_roles_hands_and_ages(store: Store) -> None:
    fill(
        store,
        [
            game(dt.date(2013, 5, 1), 101, "pitcher", ab=100, er=3, outs=60, role="starter"),
            game(dt.date(2013, 5, 1), 102, "pitcher", ab=100, er=3, outs=60, role="starter"),
            game(dt.date(2014, 5, 1), 102, "pitcher", ab=100, er=3, outs=60, role="reliever"),
            game(dt.date(2014, 5, 1), 1, ab=100),
            game(dt.date(2014, 5, 1), 2, ab=100),
        ],
    )
    assert profile(store, 101, PRESEASON, "pitcher")["role"] == "starter"
    assert profile(store, 102, PRESEASON, "pitcher")["role"] == "reliever"
    known, unknown = profile(store, 2, PRESEASON), profile(store, 1, PRESEASON)
    assert (known["bats"], known["throws"], known["role"]) == ("B", "L", "batter")
    assert (unknown["bats"], unknown["throws"]) == ("U", "U")
    assert known["age"] == pytest.approx((dt.date(2015, 6, 30) - dt.date(1977, 3, 10)).days / 365.25, abs=1e-5)
    assert known["identity_source"] == "mlb"


def test_earned_runs_come_from_the_official_line_where_games_do_not_tell(store: Store) -> None:
    games = [
        game(dt.date(2013, 5, 1), 101, "pitcher", ab=400),
        game(dt.date(2014, 5, 1), 101, "pitcher", ab=300),
        game(dt.date(2015, 5, 1), 101, "pitcher", ab=200, er=40),
    ]
    fill(store, games)
    lines = [{**line, "er": 30} for line in season_lines(games) if int(str(line["season"])) < 2015]
    write_lines(store, lines)
    found = profile(store, 101, PRESEASON, "pitcher")
    k = 500 / 3
    assert found["three_year_er_rate"] == pytest.approx((60 + k * 0.1) / (700 + k))
    assert found["one_year_er_rate"] == pytest.approx((30 + k * 0.1) / (300 + k))
    middle = profile(store, 101, MIDSEASON, "pitcher")
    assert middle["three_year_er_rate"] == pytest.approx((100 + k * 0.2) / (900 + k))
    # 2014 lies partly before the year's window, and its games do not tell: the year knows 2015 only
    assert middle["one_year_er_rate"] == pytest.approx((40 + k * 0.2) / (200 + k))


def test_pitchers_who_bat_have_no_batters_profile(store: Store) -> None:
    fill(
        store,
        [
            game(dt.date(2014, 5, 1), 101, "pitcher", ab=400, er=3),
            game(dt.date(2014, 5, 1), 101, ab=30, so=20),
            game(dt.date(2014, 5, 1), 1, ab=300, so=60),
        ],
    )
    assert profile(store, 1, PRESEASON)["career_so_rate"] == pytest.approx(0.2)
    players = store.delta("features.stat_profiles").to_pyarrow_table().column("mlbam_id").to_pylist()
    assert players == [1]


def test_a_player_with_a_line_but_no_game_in_the_tables_stands_at_the_league(store: Store) -> None:
    games = [game(dt.date(2014, 5, 1), 1, ab=300, so=60)]
    fill(store, games)
    write_lines(store, season_lines([*games, game(dt.date(2014, 6, 1), 2, ab=4, so=4)]))
    found = profile(store, 2, PRESEASON)
    assert found["career_so_rate"] == pytest.approx(0.2)
    assert (found["career_opportunities"], found["days_since_last_game"]) == (0, None)


def test_midseason_needs_games_before_it(store: Store) -> None:
    write_games(store, [game(dt.date(2014, 5, 1), 1, ab=4), game(dt.date(2020, 7, 24), 1, ab=4)])
    assert as_of_dates(store, 2014) == [dt.date(2014, 3, 1), dt.date(2014, 7, 1)]
    assert as_of_dates(store, 2020) == [dt.date(2020, 3, 1)]
    assert as_of_dates(store, 2021) == [dt.date(2021, 3, 1)]


def test_horizons_start_where_they_say() -> None:
    assert horizon_starts(2015, MIDSEASON) == {
        "career": dt.date(2000, 1, 1),
        "three_year": dt.date(2012, 1, 1),
        "one_year": dt.date(2014, 7, 1),
        "thirty_day": dt.date(2015, 6, 1),
    }


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_built_once_and_again_only_for_games_before_midseason(store: Store, player_type: str) -> None:
    games = random_games([2013, 2014])
    fill(store, games)
    first = make_stat_profiles(store, player_type, 2014)
    assert first.rows == 48
    assert make_stat_profiles(store, player_type, 2014).skipped
    write_games(store, [{**r, "so": 9} for r in games if r["season"] == 2014 and int(str(r["month"])) >= 7])
    assert make_stat_profiles(store, player_type, 2014).skipped
    write_games(store, [{**r, "so": 9} for r in games if r["season"] == 2014 and r["month"] == 6])
    again = make_stat_profiles(store, player_type, 2014)
    assert again.content_hash != first.content_hash


_GAMES = random_games([2013, 2014])
_DATES = (dt.date(2014, 3, 1), dt.date(2014, 7, 1))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store of _GAMES, which a test that changes it must put back."""
    made = Store(tmp_path_factory.mktemp("played") / "store", TABLES)
    fill(made, _GAMES)
    return made


def profile_hash(store: Store, player_type: str, as_of: dt.date) -> str:
    parts = read_horizons(store, player_type, 2014, [as_of])
    minors = read_minors_parts(store, player_type, 2014)
    return content_hash(profiles_table(parts[0], read_constants(store, player_type), minors))


def rewrite(store: Store, games: list[dict[str, object]], like: dict[str, object]) -> None:
    """Write the month of `like` again, and the season lines of its season."""
    season = [row for row in games if row["season"] == like["season"]]
    write_games(store, [row for row in season if row["month"] == like["month"]])
    write_lines(store, season_lines(season))


@settings(max_examples=8, deadline=None, derandomize=True)
@given(
    at=st.integers(0, len(_GAMES) - 1),
    count=st.sampled_from(["so", "h", "bb", "er", "opportunities"]),
    as_of=st.sampled_from(_DATES),
)
def test_only_rows_before_the_date_count(played: Store, at: int, count: str, as_of: dt.date) -> None:
    changed = _GAMES[at]
    player_type = str(changed["player_type"])
    name = "so" if count == "er" and player_type == "batter" else count
    mutated = [*_GAMES[:at], {**changed, name: int(str(changed[name])) + 3}, *_GAMES[at + 1 :]]
    untouched = profile_hash(played, player_type, as_of)
    rewrite(played, mutated, changed)
    after = profile_hash(played, player_type, as_of)
    rewrite(played, _GAMES, changed)
    assert (after != untouched) == (changed["game_date"] < as_of)  # type: ignore[operator]


def test_the_order_of_rows_changes_nothing(store: Store, tmp_path: Path) -> None:
    games = random_games([2014])
    shuffled = Store(tmp_path / "shuffled", store.contracts)
    fill(store, games)
    fill(shuffled, games[::-1])
    hashes = [make_stat_profiles(each, "pitcher", 2015).content_hash for each in (store, shuffled)]
    assert hashes[0] == hashes[1]


def test_a_player_outside_core_players_is_an_error_with_a_count(store: Store) -> None:
    fill(store, [game(dt.date(2014, 5, 1), 1, ab=300), game(dt.date(2014, 5, 1), 999, ab=300)])
    with pytest.raises(ProfileError, match=r"1 players .* are not in core\.players, such as \[999\]"):
        make_stat_profiles(store, "batter", 2015)


def test_missing_birth_dates_in_numbers_are_an_error(store: Store) -> None:
    fill(store, [game(dt.date(2014, 5, 1), player, ab=300) for player in (1, 2, 3)])
    write_players(store, {1: None, 2: None, 3: dt.date(1985, 1, 1)})
    with pytest.raises(ProfileError, match="2 of 3 batters"):
        make_stat_profiles(store, "batter", 2015)


def test_a_statistic_nobody_has_is_an_error(store: Store) -> None:
    games = [game(dt.date(2014, 5, 1), 101, "pitcher", ab=300)]
    write_games(store, games)
    write_lines(store, [{**line, "er": None} for line in season_lines(games)])
    write_known_players(store)
    write_constants(store, "pitcher", 300.0)
    with pytest.raises(ProfileError, match="no pitcher has er_rate"):
        make_stat_profiles(store, "pitcher", 2015)


def test_constants_come_first(store: Store) -> None:
    fill(store, [game(dt.date(2014, 5, 1), 1, ab=300)])
    store.drop("features.marcel_constants", {"player_type": "batter"})
    with pytest.raises(MarcelError, match="fit the constants"):
        make_stat_profiles(store, "batter", 2015)
