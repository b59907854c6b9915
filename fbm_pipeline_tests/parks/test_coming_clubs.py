"""The coming club: a winter's roster says it, else the last game; no roster of a later day is ever read."""

import datetime as dt
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.parks.coming_clubs import ROSTERS, Clubs, read_clubs
from fbm_pipeline.store.columns import SEASON
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.making import partition_key
from fbm_pipeline.store.tables import Store
from fbm_pipeline.store.windows import whole
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.parks.park_league import PARKS, game, player_game, write_months

SIGNED, STAYED, DEBUT, NOBODY = 11, 12, 13, 14
PLAYERS = [SIGNED, STAYED, DEBUT, NOBODY]
Entry = tuple[dt.date, int, str]  # as of, player, club
OF_CLUBS = Table(
    "features.clubs",
    grain="one row per season: a table that reads rosters as the controls do",
    columns=(SEASON,),
    key=("season",),
    partition_by=("season",),
    reads={ROSTERS: whole(optional=True, content="fbm_pipeline.parks.coming_clubs:rosters_content")},
)


def write_games(store: Store) -> None:
    """SIGNED played for Boston in 2002 and 2003, STAYED for New York in 2003; both for Tampa in 2004."""
    write_months(
        store,
        "core.games",
        [
            game(season, f"{season}{home}TOR", home, "TOR")
            for season in (2002, 2003, 2004)
            for home in ("BOS", "NYY", "TB")
        ],
    )
    write_months(
        store,
        "core.player_games",
        [
            player_game(2002, "2002BOSTOR", SIGNED, "BOS", PARKS["BOS"], 100),
            player_game(2003, "2003BOSTOR", SIGNED, "BOS", PARKS["BOS"], 100),
            player_game(2003, "2003NYYTOR", STAYED, "NYY", PARKS["NYY"], 100),
            player_game(2004, "2004TBTOR", SIGNED, "TB", PARKS["TB"], 100),
            player_game(2004, "2004TBTOR", STAYED, "TB", PARKS["TB"], 100),
        ],
    )


def write_rosters(store: Store, entries: Iterable[Entry]) -> None:
    schema = TABLES[ROSTERS].schema
    rows = [
        {"source_file": "hand", "as_of": day, "mlbam": player, "club": club, "name": f"Player {player}"}
        for day, player, club in entries
    ]
    store.write(ROSTERS, {}, pa.Table.from_pylist([{n: row.get(n) for n in schema.names} for row in rows], schema))


def coming_clubs(store: Store, player_type: str, season: int, ids: Sequence[int]) -> tuple[list[str | None], list[str]]:
    return read_clubs(store, player_type, [season]).coming(season, ids)


def test_without_rosters_it_is_the_club_of_the_last_game(store: Store) -> None:
    write_games(store)
    clubs, sources = coming_clubs(store, "batter", 2004, PLAYERS)
    assert clubs == ["BOS", "NYY", None, None]
    assert sources == ["last_game", "last_game", "none", "none"]
    assert coming_clubs(store, "pitcher", 2004, [SIGNED]) == ([None], ["none"])
    assert coming_clubs(store, "batter", 2004, []) == ([], [])


def test_a_winter_s_roster_tells_moves_and_debuts(store: Store) -> None:
    write_games(store)
    write_rosters(
        store,
        [
            (dt.date(2003, 11, 20), SIGNED, "TOR"),
            (dt.date(2004, 2, 20), SIGNED, "NYY"),
            (dt.date(2004, 3, 1), DEBUT, "TB"),
        ],
    )
    clubs, sources = coming_clubs(store, "batter", 2004, PLAYERS)
    assert clubs == ["NYY", "NYY", "TB", None]
    assert sources == ["roster", "last_game", "roster", "none"]


@pytest.mark.parametrize("day", [dt.date(2003, 11, 1), dt.date(2003, 7, 1), dt.date(2004, 3, 2), dt.date(2004, 12, 1)])
def test_a_roster_of_another_time_is_not_read(store: Store, day: dt.date) -> None:
    write_games(store)
    write_rosters(store, [(day, SIGNED, "TOR"), (day, DEBUT, "TOR")])
    assert coming_clubs(store, "batter", 2004, [SIGNED, DEBUT]) == (["BOS", None], ["last_game", "none"])


days = st.dates(dt.date(2002, 6, 1), dt.date(2006, 6, 1))
entries = st.lists(
    st.tuples(days, st.sampled_from(PLAYERS), st.sampled_from(sorted(PARKS))),
    max_size=12,
    unique_by=lambda entry: entry[:2],
)


@given(known=entries, later=entries, season=st.sampled_from([2003, 2004, 2005]))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_dated_after_the_projection_changes_nothing(
    store: Store, known: list[Entry], later: list[Entry], season: int
) -> None:
    if not store.exists("core.games"):
        write_games(store)
    as_of = preseason(season)
    write_rosters(store, [entry for entry in known if entry[0] <= as_of])
    before = {kind: coming_clubs(store, kind, season, PLAYERS) for kind in PLAYER_TYPES}
    key = partition_key(Inputs(store, OF_CLUBS, {"season": season}))
    moved = [entry for entry in [*later, *known] if entry[0] > as_of]
    write_rosters(store, {entry[:2]: entry for entry in [*moved, *[e for e in known if e[0] <= as_of]]}.values())
    assert {kind: coming_clubs(store, kind, season, PLAYERS) for kind in PLAYER_TYPES} == before
    assert partition_key(Inputs(store, OF_CLUBS, {"season": season})) == key


def test_a_roster_of_the_winter_makes_what_reads_it_again(store: Store) -> None:
    def key(season: int) -> str:
        return partition_key(Inputs(store, OF_CLUBS, {"season": season}))

    without = [key(season) for season in (2003, 2004, 2005)]
    write_rosters(store, [(dt.date(2004, 2, 1), SIGNED, "TOR")])
    assert [key(season) == before for season, before in zip((2003, 2004, 2005), without, strict=True)] == [
        True,
        False,
        False,
    ]


def test_several_targets_at_once_are_as_one_by_one(store: Store) -> None:
    write_games(store)
    write_rosters(store, [(dt.date(2004, 2, 1), SIGNED, "TOR"), (dt.date(2005, 2, 1), SIGNED, "NYY")])
    clubs: Clubs = read_clubs(store, "batter", [2003, 2004, 2005])
    for season in (2003, 2004, 2005):
        assert clubs.coming(season, PLAYERS) == coming_clubs(store, "batter", season, PLAYERS)
    assert clubs.coming(2005, [SIGNED, STAYED]) == (["NYY", "TB"], ["roster", "last_game"])
