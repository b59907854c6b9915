"""Which partitions a window opens: of the season made, of those before, of the other player type."""

import pytest

from fbm_pipeline.store.windows import Window, same_season, seasons_before, seasons_up_to, whole

MADE = {"player_type": "pitcher", "season": 2015}


def test_what_one_type_has_is_open_to_the_other_and_never_to_itself() -> None:
    window = same_season(player_type="batter")
    batters = {"player_type": "batter", "season": 2015}
    assert window.allows(MADE, batters)
    assert not window.allows(MADE, MADE)
    assert not window.allows(batters, batters)
    assert not window.allows(batters, MADE)
    assert not window.allows(MADE, batters | {"season": 2014})


def test_months_of_the_season_itself_close_at_a_month_and_those_before_it_never_do() -> None:
    window = seasons_up_to(before_month=7)
    months = [(2014, 9), (2015, 6), (2015, 7), (2016, 4)]
    assert [window.allows(MADE, {"season": season, "month": month}) for season, month in months] == [
        True,
        True,
        False,
        False,
    ]
    assert window.allows(MADE, {"season": 2015})  # not all of it is closed


@pytest.mark.parametrize(
    ("window", "seasons"),
    [
        (same_season(), {2015}),
        (seasons_before(), {2012, 2013, 2014}),
        (seasons_before(2), {2013, 2014}),
        (seasons_up_to(1), {2014, 2015}),
    ],
)
def test_seasons_that_are_open(window: Window, seasons: set[int]) -> None:
    parts = [MADE | {"season": season} for season in range(2012, 2018)]
    assert {part["season"] for part in parts if window.allows(MADE, part)} == seasons
    others = [part | {"player_type": "batter"} for part in parts]
    assert not [part for part in others if window.allows(MADE, part)]


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (whole(), "whole"),
        (whole(until="tune_until", both_types=True), "whole, until tune_until, both player types"),
        (whole(only=(("arm", "masked"),), content="room.module:rows"), "whole, arm masked, rows by their own dates"),
        (same_season(month=True, optional=True), "same, the month alone, if there"),
        (same_season(player_type="batter"), "same, batters for the others"),
        (seasons_before(3, since=2015), "before, 3 seasons back, since 2015"),
        (seasons_up_to(before_month=7), "up to, its months before 7"),
    ],
)
def test_a_window_in_words_leaves_nothing_out(window: Window, words: str) -> None:
    assert str(window) == words


def test_a_season_that_a_setting_names_is_the_last_one_open() -> None:
    window = whole(until="tune_until")
    seasons = [season for season in range(2012, 2018) if window.allows({}, {"season": season}, last=2015)]
    assert seasons == [2012, 2013, 2014, 2015]
