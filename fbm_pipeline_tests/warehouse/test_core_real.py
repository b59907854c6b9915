"""One Retrosheet season and one Statcast file of the real data, through the checks."""

from pathlib import Path

import pytest

from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse import checks, raw
from fbm_pipeline_tests.making import make_core

pytestmark = pytest.mark.real

_SHARED = ("raw.register", "raw.retrosheet_pitching", "raw.retrosheet_gameinfo", "raw.retrosheet_rosters")
_LAHMAN = (
    "raw.lahman_people",
    "raw.lahman_batting",
    "raw.lahman_pitching",
    "raw.lahman_appearances",
    "raw.lahman_teams",
)


def _build(store: Store, season: int) -> None:
    make_core(store, "players", 0)
    make_core(store, "games", season)
    make_core(store, "pitches", season)
    make_core(store, "plate_appearances", season)
    make_core(store, "player_games", season)
    make_core(store, "season_lines", season)


def test_a_retrosheet_season_agrees_with_every_record(real_data: Path, store: Store) -> None:
    for table in (*_SHARED, *_LAHMAN):
        raw.ingest(store, real_data, table)
    for table in ("raw.retrosheet_plays", "raw.batted_ball_physics"):
        raw.ingest(store, real_data, table, 2022)
    _build(store, 2022)
    results = [
        checks.check_lahman_totals(store, 2022),
        checks.check_pitching_lines(store, 2022),
        checks.check_id_match(store, 2022),
        checks.check_source_flags(store, 2022),
        checks.check_calendar(store, 2022),
    ]
    assert [result.summary for result in results if not result.passed] == []
    held = store.delta("core.pitches").to_pyarrow_table(columns=["launch_speed", "result"]).to_pandas()
    assert len(held) == 710_209
    in_play = held.loc[held["result"] == "in_play", "launch_speed"]
    assert in_play.notna().mean() > 0.97
    lines = store.delta("core.season_lines").to_pyarrow_table().to_pandas()
    assert lines.loc[lines["player_type"] == "batter", "hr"].sum() == 5_215
    assert lines.loc[lines["player_type"] == "pitcher", "hr"].sum() == 5_215


def test_a_month_of_statcast_agrees_with_the_official_lines(real_data: Path, store: Store, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "statcast").mkdir(parents=True)
    (data / "statcast" / "statcast_2024-05.parquet").symlink_to(real_data / "statcast" / "statcast_2024-05.parquet")
    for table in _SHARED:
        raw.ingest(store, real_data, table)
    raw.ingest(store, data, "raw.statcast_pitches", 2024)
    _build(store, 2024)
    assert checks.check_pitching_lines(store, 2024).passed
    assert checks.check_id_match(store, 2024).passed
    assert checks.check_calendar(store, 2024).passed
    games = store.delta("core.games").to_pyarrow_table().to_pandas()
    assert games["park_id"].notna().all()
    assert set(games["month"]) == {5}
