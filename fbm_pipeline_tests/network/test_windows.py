"""Windows hold a player's last games before the date and nothing else; every join is counted."""

import datetime as dt
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import head_statistics
from fbm_pipeline.level1.embeddings import load_embeddings
from fbm_pipeline.network.batches import BUCKETS, TIME_FEATURES, assemble
from fbm_pipeline.network.plate_appearances import Source
from fbm_pipeline.network.player_games import MOST_PLATE_APPEARANCES
from fbm_pipeline.network.windows import (
    MAIN_HORIZON,
    NEXT_GAMES,
    TARGET_HORIZONS,
    Windows,
    day_number,
    load_windows,
    stored_history,
)
from fbm_pipeline.presets.network import Network, window_games
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.joins import MissingJoinError
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.small_store import BATTERS, CUTOFF, copy_of, rows_of, write_season
from fbm_pipeline_tests.network.planted import planted_windows

NETWORK = Network(batter_games=10, pitcher_games=6)


def load(store: Store, player_type: str = "batter", seasons: tuple[int, ...] = (2018, 2019)) -> Windows:
    source = Source(load_embeddings(store, CUTOFF, stored_history(store, seasons)))
    return load_windows(store, player_type, seasons, NETWORK, source)


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_a_window_is_the_last_games_before_the_date(small: Store, player_type: str) -> None:
    windows = load(small, player_type)
    most = window_games(NETWORK, player_type)
    with session(small) as connection:
        for row in range(len(windows)):
            player, season = int(windows.mlbam_id[row]), int(windows.season[row])
            expected = connection.execute(
                "select distinct game_date, game_id from core.plate_appearances where game_date < ? and season >= ? "
                f"and {player_type}_id = ? order by 1, 2",
                [preseason(season), season - 3, player],
            ).fetchall()[-most:]
            games = slice(windows.first_game[row], windows.end_game[row])
            assert windows.games.day[games].tolist() == [day_number(date) for date, _ in expected]
            assert set(windows.games.mlbam_id[games].tolist()) <= {player}


def test_every_plate_appearance_finds_its_own_embedding(small: Store) -> None:
    windows = load(small)
    row = int(np.flatnonzero((windows.season == 2019) & (windows.mlbam_id == BATTERS[0]))[0])
    game = int(windows.end_game[row]) - 1
    bounds = windows.games.first_plate_appearance[game : game + 2]
    ours = windows.embeddings[windows.games.embedding_row[bounds[0] : bounds[1]]]
    date = dt.date(1970, 1, 1) + dt.timedelta(days=int(windows.games.day[game]))
    with session(small) as connection:
        theirs = connection.execute(
            "select embedding, throws from core.plate_appearances join models.pa_embeddings "
            "using (game_id, plate_appearance) where batter_id = ? and game_date = ? order by plate_appearance",
            [BATTERS[0], date],
        ).fetchall()
    assert np.array_equal(ours, np.array([np.frombuffer(blob, "<f2") for blob, _ in theirs]))
    hands = [{"L": 1, "R": 2}[hand] for _, hand in theirs]
    assert windows.games.context[bounds[0] : bounds[1], 0].tolist() == hands
    assert windows.games.context[bounds[0] : bounds[1], 1].tolist() == hands  # all stand right: 2 is the same hand


def test_targets_are_the_seasons_line_and_the_first_games(small: Store) -> None:
    windows = load(small)
    names = [statistic.name for statistic in head_statistics("batter")]
    with session(small) as connection:
        for row in range(len(windows)):
            key = [int(windows.mlbam_id[row]), int(windows.season[row])]
            so, pa, on_base, obp_trials = connection.execute(
                "select so, opportunities, h + bb + hbp, ab + bb + hbp + sf from core.season_lines "
                "where player_type = 'batter' and mlbam_id = ? and season = ?",
                key,
            ).fetchone()
            first = connection.execute(
                "select sum(so), sum(opportunities) from (select * from core.player_games where "
                f"player_type = 'batter' and mlbam_id = ? and season = ? order by game_date limit {NEXT_GAMES})",
                key,
            ).fetchone()
            successes, trials = windows.targets.successes[row], windows.targets.trials[row]
            column = names.index("so_rate")
            assert (successes[MAIN_HORIZON, column], trials[MAIN_HORIZON, column]) == (so, pa)
            assert (successes[MAIN_HORIZON, names.index("obp")], trials[MAIN_HORIZON, names.index("obp")]) == (
                on_base,
                obp_trials,
            )
            near = TARGET_HORIZONS.index("next_games")
            assert (successes[near, column], trials[near, column]) == first
            assert windows.targets.opportunities[row] == pa


def test_a_season_to_come_has_no_trials(small: Store) -> None:
    windows = load(small, seasons=(2021,))
    assert len(windows) == len(BATTERS)
    assert not windows.targets.trials.any()
    assert (windows.end_game > windows.first_game).any()


def test_counts_that_are_not_known_give_no_trials(small: Store, tmp_path: Path) -> None:
    store = copy_of(small, tmp_path / "store")
    with session(store) as connection:
        lines = connection.execute("select * from core.season_lines where season = 2019").to_arrow_table()
    lines = lines.set_column(lines.schema.get_field_index("er"), "er", pa.nulls(lines.num_rows, pa.int32()))
    store.write("core.season_lines", {"season": 2019}, lines)
    windows = load(store, "pitcher", (2019,))
    earned = [statistic.name for statistic in head_statistics("pitcher")].index("er_rate")
    assert not windows.targets.trials[:, MAIN_HORIZON, earned].any()
    assert windows.targets.trials[:, MAIN_HORIZON, 0].any()


def everything_but_targets(windows: Windows) -> list[np.ndarray]:
    taken = []
    for row in range(len(windows)):
        games = np.arange(windows.first_game[row], windows.end_game[row])
        for game in games:
            own = slice(*windows.games.first_plate_appearance[game : game + 2])
            taken.append(windows.embeddings[windows.games.embedding_row[own]])
            taken.append(windows.games.context[own])
        taken += [getattr(windows.games, name)[games] for name in ("day", "season", "is_home", "is_starter")]
    return [*taken, windows.profile, windows.archetype, windows.prior, windows.weight]


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_nothing_on_or_after_the_date_changes_a_window(small: Store, tmp_path: Path, player_type: str) -> None:
    other = copy_of(small, tmp_path / "store")
    write_season(other, 2019, np.random.default_rng(99))
    ours, theirs = (load(store, player_type, (2018, 2019)) for store in (small, other))
    pairs = zip(everything_but_targets(ours), everything_but_targets(theirs), strict=True)
    assert all(np.array_equal(one, two) for one, two in pairs)
    this_year = ours.season == 2019
    assert not np.array_equal(ours.targets.successes[this_year], theirs.targets.successes[this_year])
    assert np.array_equal(ours.targets.successes[~this_year], theirs.targets.successes[~this_year])
    later = load(other, player_type, (2021,))
    assert not np.array_equal(load(small, player_type, (2021,)).embeddings, later.embeddings)


@pytest.mark.parametrize(
    ("table", "partition"),
    [
        ("features.stat_profiles", {"player_type": "batter", "season": 2019}),
        ("features.archetypes", {"player_type": "batter", "season": 2019}),
        ("core.player_games", {"season": 2018, "month": 3}),
        ("models.pa_embeddings", {"cutoff": CUTOFF, "season": 2018, "month": 3}),
    ],
)
def test_a_missing_partner_is_an_error_with_a_count(small: Store, tmp_path: Path, table: str, partition: dict) -> None:
    store = copy_of(small, tmp_path / "store")
    condition = " and ".join(f"{column} = '{value}'" for column, value in partition.items())
    with session(store) as connection:
        whole = connection.execute(f"select * from {table} where {condition}").to_arrow_table()
    store.write(table, partition, whole.slice(1))
    with pytest.raises(MissingJoinError, match=table) as caught:
        load(store, seasons=(2019,))
    assert caught.value.missing >= 1


def test_a_season_without_embeddings_is_named(small: Store) -> None:
    with pytest.raises(MissingJoinError, match="2014"):
        load_embeddings(small, CUTOFF, (2014, 2015))


def test_another_cutoff_is_another_encoder(small: Store) -> None:
    with pytest.raises(MissingJoinError, match=r"seasons \[2018\] of cutoff 2009"):
        load_embeddings(small, 2009, (2018,))


def test_two_encoders_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    contract = TABLES["models.pa_embeddings"]
    for season in (2014, 2015):
        part = {"cutoff": CUTOFF, "season": season, "month": 3}
        columns = part | {"encoder": str(season), "embedding": b"\0\0"}
        store.write("models.pa_embeddings", part, rows_of(contract, columns, 1))
    with pytest.raises(ValueError, match="2 encoders"):
        load_embeddings(store, CUTOFF, (2014, 2015))


def test_an_incomplete_prior_is_an_error_with_a_count(small: Store, tmp_path: Path) -> None:
    store = copy_of(small, tmp_path / "store")
    with session(store) as connection:
        rates = connection.execute(
            "select * from features.marcel_rates where season = 2019 and player_type = 'batter' "
            "and not (mlbam_id = 100 and statistic = 'obp')"
        ).to_arrow_table()
    store.write("features.marcel_rates", {"player_type": "batter", "season": 2019}, rates)
    with pytest.raises(MissingJoinError, match="1 of 12"):
        load(store, seasons=(2019,))


@pytest.mark.parametrize("player_type", ["batter", "pitcher"])
def test_a_batch_holds_each_plate_appearance_once(player_type: str) -> None:
    windows = planted_windows(30, player_type=player_type)
    batch = assemble(windows, np.arange(30))
    games = windows.end_game - windows.first_game
    assert batch.visible.sum(dim=1).tolist() == games.tolist()
    slots = np.concatenate([bucket.slot.numpy() for bucket in batch.buckets])
    assert sorted(slots.tolist()) == np.flatnonzero(batch.visible.flatten().numpy()).tolist()
    held = sum(int(bucket.visible.sum()) for bucket in batch.buckets)
    assert held == windows.games.first_plate_appearance[-1]
    assert max(BUCKETS[player_type]) == MOST_PLATE_APPEARANCES[player_type]


def test_time_tells_how_long_ago_and_the_season_gap() -> None:
    windows = planted_windows(30)
    batch = assemble(windows, np.arange(30))
    column = TIME_FEATURES.index("years_ago")
    row = int(np.argmax(windows.end_game - windows.first_game))
    games = slice(windows.first_game[row], windows.end_game[row])
    days = windows.as_of_day[row] - windows.games.day[games]
    assert np.allclose(batch.time[row, : len(days), column], days / 365)
    gap = batch.time[row, : len(days), TIME_FEATURES.index("first_of_season")].numpy()
    seasons = windows.games.season[games]
    assert gap.tolist() == [0.0, *(seasons[1:] != seasons[:-1]).astype(float)]


def test_embeddings_survive_the_binary_column(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    vectors = np.arange(12, dtype="<f2").reshape(3, 4)
    part = {"cutoff": CUTOFF, "season": 2014, "month": 3}
    columns = part | {"plate_appearance": [1, 2, 3], "encoder": "e", "embedding": [v.tobytes() for v in vectors]}
    store.write("models.pa_embeddings", part, rows_of(TABLES["models.pa_embeddings"], columns, 3))
    found = load_embeddings(store, CUTOFF, (2014,))
    with duckdb.connect() as connection:
        connection.register("keys", found.keys)
        order = [
            row[0] for row in connection.execute("select embedding_row from keys order by plate_appearance").fetchall()
        ]
    assert np.array_equal(found.matrix[order], vectors)
