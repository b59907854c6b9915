"""`features.playing_time` of a hand-made league: who is in, what it learns from, what it may not know."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.marcel.season_lines import MarcelError, histories, read_season_lines
from fbm_pipeline.playing_time.inputs import playing_time_inputs
from fbm_pipeline.playing_time.model import (
    PITCHERS_COLUMNS,
    REGULAR,
    learn,
    training_rows,
    training_seasons,
)
from fbm_pipeline.playing_time.seasons_of_use import SeasonsOfUse, read_seasons_of_use
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.making import make_playing_time
from fbm_pipeline_tests.marcel.hand_made_games import GAMES, SHORT, TURNS, role_of, write_league

SEASONS = range(2009, 2014)
PROJECTED = 2013


def new_store(folder: Path, name: str) -> Store:
    return Store(folder / name, TABLES)


def playing_time(store: Store, player_type: str = "batter", season: int = PROJECTED) -> pa.Table:
    make_playing_time(store, player_type, season)
    table = store.delta("features.playing_time").to_pyarrow_table()
    return table.sort_by("mlbam_id")


def column(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).to_numpy(zero_copy_only=False)


@pytest.fixture(scope="module")
def leagues(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Store]:
    """By player type a league of SEASONS with its playing time; not to be written to."""
    stores = {}
    for player_type in ("batter", "pitcher"):
        store = stores[player_type] = new_store(tmp_path_factory.mktemp("playing_time"), player_type)
        write_league(store, SEASONS, player_type=player_type)
        make_playing_time(store, player_type, PROJECTED)
    return stores


@pytest.fixture
def batters(leagues: dict[str, Store]) -> Store:
    return leagues["batter"]


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_everybody_marcel_projects_has_a_row_with_ordered_quantiles(
    leagues: dict[str, Store], player_type: str
) -> None:
    store = leagues[player_type]
    table = playing_time(store, player_type)
    expected = histories(read_season_lines(store, player_type, 2010, 2012), [PROJECTED])
    assert column(table, "mlbam_id").tolist() == expected.mlbam_id.tolist()
    p10, p50, p90 = (column(table, name) for name in ("p10", "p50", "p90"))
    assert ((p10 >= 0) & (p10 <= p50) & (p50 <= p90)).all()
    assert (column(table, "opportunities") >= 0).all()
    assert column(table, "opportunities").max() <= 1.2 * TURNS * GAMES
    assert p90.max() > p10.max()
    assert set(column(table, "trained_from")) == {2010}
    assert set(column(table, "trained_until")) == {2012}


def test_those_who_did_not_play_are_learned_from_as_zero(batters: Store) -> None:
    store = batters
    lines, use = read_season_lines(store, "batter", 2009, 2012), read_seasons_of_use(store, "batter", 2009, 2012)
    players, _, share = training_rows(lines, use, [2010, 2011, 2012])
    keys = set(zip(lines.season.tolist(), lines.mlbam_id.tolist(), strict=True))
    absent = [
        (season, player) not in keys
        for season, player in zip(players.season.tolist(), players.mlbam_id.tolist(), strict=True)
    ]
    assert sum(absent) > 10
    assert (share[absent] == 0).all()
    assert (share[~np.array(absent)] > 0).all()
    assert set(column(playing_time(store), "n")) == {len(share)}


def test_the_total_is_what_projected_players_had_lately(batters: Store) -> None:
    store = batters
    lines, use = read_season_lines(store, "batter", 2009, 2012), read_seasons_of_use(store, "batter", 2009, 2012)
    _, _, share = training_rows(lines, use, [2010, 2011, 2012])
    assert column(playing_time(store), "opportunities").sum() == pytest.approx(GAMES * share.sum() / 3)


def test_pitchers_have_outs_and_roles_and_batters_none(leagues: dict[str, Store]) -> None:
    store = leagues["pitcher"]
    table = playing_time(store, "pitcher")
    faced, outs = column(table, "opportunities"), column(table, "outs")
    assert outs == pytest.approx(0.75 * faced)  # three outs of four batters, everybody's
    for name in ("p10", "p90"):
        assert column(table, f"outs_{name}") == pytest.approx(0.75 * column(table, name))
    chance, role = column(table, "starter_chance"), column(table, "role")
    known = [role_of(player) for player in column(table, "mlbam_id")]
    assert role.tolist() == known
    assert ((chance >= 0.5) == (role == "starter")).all()
    lines = read_season_lines(store, "pitcher", 2012, 2012)
    played = np.isin(column(table, "mlbam_id"), lines.mlbam_id)
    change = column(table, "role_change")
    assert np.isnan(change[~played]).all()
    assert (~played).any()
    assert change[played] == pytest.approx(np.where(role == "starter", 1 - chance, chance)[played])
    batters = playing_time(leagues["batter"])
    assert all(batters.column(name).null_count == batters.num_rows for name in PITCHERS_COLUMNS)


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_what_falls_on_or_after_as_of_changes_nothing(tmp_path: Path, player_type: str) -> None:
    """The season projected and the one after it are another league in the second store; in the third also before."""
    tables = []
    for name, other_from in (("one", None), ("two", PROJECTED), ("three", PROJECTED - 1)):
        store = new_store(tmp_path, name)
        write_league(store, range(2009, 2015), player_type=player_type, other_from=other_from)
        tables.append(playing_time(store, player_type))
    assert tables[1].equals(tables[0])
    assert not tables[2].equals(tables[0])


def test_row_order_changes_nothing_and_nothing_is_made_twice(batters: Store, tmp_path: Path) -> None:
    store = new_store(tmp_path, "reverse")
    write_league(store, SEASONS, reverse=True)
    assert playing_time(store).equals(playing_time(batters))
    assert make_playing_time(store, "batter", PROJECTED).skipped


def test_the_injured_are_expected_to_play_less_than_their_healthy_twins(store: Store) -> None:
    write_league(store, range(2009, PROJECTED), twins=True)
    table = playing_time(store)
    rows = {row["mlbam_id"]: row for row in table.to_pylist()}
    hurt, healthy = rows[9001], rows[9002]
    assert hurt["opportunities"] < 0.8 * healthy["opportunities"]
    assert hurt["p50"] < healthy["p50"]


def test_a_regular_is_expected_to_play_more_than_one_who_may_not_play(store: Store) -> None:
    write_league(store, range(2007, PROJECTED))
    table = playing_time(store)
    lines, use = read_season_lines(store, "batter", 2007, 2012), read_seasons_of_use(store, "batter", 2007, 2012)
    _, _, share = training_rows(lines, use, training_seasons(list(range(2007, PROJECTED)), PROJECTED))
    regulars = GAMES * share[share >= REGULAR]
    found = column(table, "if_regular")
    assert found.mean() > 1.2 * column(table, "opportunities").mean()
    assert GAMES * REGULAR < found.mean() < 1.1 * regulars.mean()


def test_too_few_regulars_leave_their_column_unknown(store: Store) -> None:
    write_league(store, [2009, 2010, 2011, 2012])
    lines, use = read_season_lines(store, "batter", 2009, 2012), read_seasons_of_use(store, "batter", 2009, 2012)
    _, _, share = training_rows(lines, use, [2010, 2011])
    assert (share >= REGULAR).sum() < 100 <= len(share)
    assert learn(lines, use, [2010, 2011]).if_regular is None


def test_the_short_season_is_history_of_a_full_one_and_never_a_target(store: Store) -> None:
    write_league(store, range(2018, 2021))
    lines, use = read_season_lines(store, "batter", 2018, 2020), read_seasons_of_use(store, "batter", 2018, 2020)
    assert use.scheduled[2020] == SHORT
    assert use.planned(2021) == GAMES
    players = histories(lines, [2021])
    inputs = playing_time_inputs(lines, players, use)
    last = inputs.values[:, inputs.columns.index("opportunities_1")]
    before = inputs.values[:, inputs.columns.index("opportunities_2")]
    assert last.max() == TURNS  # a player of all 16 games is as one of all 40
    assert before.max() == TURNS
    assert training_seasons([2018, 2019, 2020, 2021], 2022) == [2019, 2021]


def test_a_first_season_teaches_nothing(store: Store) -> None:
    write_league(store, [2009, 2010])
    with pytest.raises(MarcelError, match="no season before 2010 can teach playing time"):
        make_playing_time(store, "batter", 2010)
    assert not store.exists("features.playing_time")


def test_too_few_players_are_refused(store: Store) -> None:
    write_league(store, [2009, 2010, 2011])
    lines, use = read_season_lines(store, "batter", 2009, 2010), read_seasons_of_use(store, "batter", 2009, 2010)
    kept = lines.mlbam_id < 30
    few = type(lines)(
        lines.player_type,
        lines.season[kept],
        lines.mlbam_id[kept],
        lines.birth_date[kept],
        {name: values[kept] for name, values in lines.counts.items()},
        lines.other_opportunities[kept],
    )
    with pytest.raises(MarcelError, match="needs at least 30"):
        learn(few, use, [2010])


def test_a_season_without_games_is_named(store: Store) -> None:
    write_league(store, [2009, 2010, 2011])
    lines, use = read_season_lines(store, "batter", 2009, 2011), read_seasons_of_use(store, "batter", 2009, 2010)
    with pytest.raises(MarcelError, match=r"core.games hold nothing of \[2011\]"):
        training_rows(lines, SeasonsOfUse(use.season, use.mlbam_id, use.team, use.columns, use.scheduled), [2011])
