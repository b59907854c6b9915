"""Builders that read the future are caught; the real ones come out byte-identical beside an altered future."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from fbm_pipeline.audits.altered_store import COPIED, UnauditableStoreError, altered_copy
from fbm_pipeline.audits.future import Rebuild, audit_future
from fbm_pipeline.baseball.calendar import midseason, preseason
from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.store.contents import content_hash
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.identity.hand_made import fill, random_games, write_games, write_known_players
from fbm_pipeline_tests.making import assign_archetypes, make_marcel_rates, make_stat_profiles
from fbm_pipeline_tests.mle.hand_made import minor_line, write_minor_lines

SEASON = 2017
RATES = {"player_type": "batter", "season": SEASON}


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Four seasons of a random league with rates and profiles for the last one played; not to be written to."""
    store = Store(tmp_path_factory.mktemp("league") / "store", TABLES)
    fill(store, random_games(range(2014, 2018)))
    for player_type in ("batter", "pitcher"):
        make_marcel_rates(store, player_type, SEASON)
        make_stat_profiles(store, player_type, SEASON)
    return store


def test_every_raw_table_that_a_feature_reads_is_in_the_copy() -> None:
    read = {
        name
        for room in ("features", "mle", "targets")
        for file in (REPOSITORY / "sql" / room).glob("*.sql")
        for name in re.findall(r"\bfrom (raw\.\w+)", file.read_text(encoding="utf-8"))
    }
    assert "raw.club_rosters" in read
    assert not [name for name in sorted(read) if not name.startswith(COPIED)]


def test_lines_and_rosters_of_the_minors_are_altered_from_the_date_on(store: Store) -> None:
    """A line whose player nobody knows stays one; an earlier line and an earlier roster stay as they are."""
    write_games(store, random_games([SEASON]))
    write_known_players(store)
    for season in (SEASON - 1, SEASON):
        lines = [minor_line(season, player, pa=300 + player) for player in range(1, 20)]
        nobody = {"mlbam_id": None, "matched_by": "several"}
        write_minor_lines(store, [*lines, *(minor_line(season, 90 + i) | nobody for i in range(5))])
    dates = [dt.date(SEASON, 2, 1), dt.date(SEASON, 3, 1), dt.date(SEASON + 1, 2, 1)]
    rosters = [
        {"source_file": "hand", "as_of": date, "mlbam": player, "club": f"C{player % 7}", "name": "Somebody"}
        for date in dates
        for player in range(1, 41)
    ]
    schema = store.contracts["raw.club_rosters"].schema
    told = [{name: row.get(name) for name in schema.names} for row in rosters]
    store.write("raw.club_rosters", {}, pa.Table.from_pylist(told, schema=schema))

    def lines_of(held: Store, season: int) -> pa.Table:
        table = held.delta("core.minor_lines").to_pyarrow_table(filters=[("season", "=", season)])
        return table.sort_by("line_id")

    def clubs(held: Store, date: dt.date) -> dict[int, str]:
        rows = held.delta("raw.club_rosters").to_pyarrow_table().to_pylist()
        return {row["mlbam"]: row["club"] for row in rows if row["as_of"] == date}

    with altered_copy(store, preseason(SEASON)) as copy:
        assert lines_of(copy, SEASON - 1) == lines_of(store, SEASON - 1)
        assert lines_of(copy, SEASON) != lines_of(store, SEASON)
        altered = lines_of(copy, SEASON).column("mlbam_id").to_pylist()
        assert {player for player in altered if player is not None} <= {*range(1, 25), *range(101, 125)}
        assert 1 <= altered.count(None) <= 5
        for date in dates[:2]:
            assert clubs(copy, date) == clubs(store, date)
        assert clubs(copy, dates[2]) != clubs(store, dates[2])


def rates_with_leak(leak: Callable[[Store], float]) -> Callable[[Store], object]:
    """Marcel's builder with a rate that moves by whatever `leak` tells of the store it reads."""

    def build(store: Store) -> object:
        written = make_marcel_rates(store, "batter", SEASON)
        held = store.delta("features.marcel_rates").to_pyarrow_table(filters=[("player_type", "=", "batter")])
        moved = pc.add(held.column("rate"), leak(store) * 1e-9)
        table = held.set_column(held.column_names.index("rate"), "rate", moved).cast(TABLES[written.table].schema)
        return store.write("features.marcel_rates", RATES, table)

    return build


def of_season(column: str, season: int) -> Callable[[Store], float]:
    """The sum over one season's lines."""

    def leak(store: Store) -> float:
        lines = store.delta("core.season_lines").to_pyarrow_table(filters=[("season", "=", season)])
        ordered = lines.sort_by([("player_type", "ascending"), ("mlbam_id", "ascending")])
        return float(sum(i * value for i, value in enumerate(ordered.column(column).to_pylist())))

    return leak


def real_builders(as_of: dt.date) -> list[Rebuild]:
    found = []
    for player_type in ("batter", "pitcher"):
        partition = {"player_type": player_type, "season": as_of.year}
        found += [
            Rebuild(
                "features.marcel_rates",
                partition,
                lambda store, player_type=player_type: make_marcel_rates(store, player_type, as_of.year),
            ),
            Rebuild(
                "features.stat_profiles",
                partition,
                lambda store, player_type=player_type: make_stat_profiles(store, player_type, as_of.year),
            ),
        ]
    return found


@pytest.mark.parametrize("as_of", [preseason(SEASON), midseason(SEASON)])
def test_the_real_builders_do_not_see_the_future(league: Store, as_of: dt.date) -> None:
    result = audit_future(league, as_of, real_builders(as_of))
    assert result.passed, result.summary
    assert set(result.details["tables"].values()) == {"identical"}
    assert len(result.details["tables"]) == 4


def test_what_is_as_of_midseason_is_not_as_of_preseason(league: Store) -> None:
    """The audit of profiles looks: a profile of July does change when May does."""
    hashes = []
    with altered_copy(league, preseason(SEASON)) as copy:
        for store in (league, copy):
            make_stat_profiles(copy, "batter", SEASON)
            table = store.delta("features.stat_profiles").to_pyarrow_table(filters=[("player_type", "=", "batter")])
            hashes.append(content_hash(table.filter(pc.equal(table.column("as_of"), midseason(SEASON)))))
    assert hashes[0] != hashes[1]


@pytest.mark.parametrize("column", ["so", "opportunities"])
def test_a_builder_that_reads_the_season_itself_is_caught(league: Store, tmp_path: Path, column: str) -> None:
    result = audit_leak(league, tmp_path, of_season(column, SEASON))
    assert not result.passed
    assert "features.marcel_rates batter 2017: differs" in result.summary
    assert "['rate']" in result.summary


def test_a_builder_that_reads_the_season_before_is_not(league: Store, tmp_path: Path) -> None:
    assert audit_leak(league, tmp_path, of_season("so", SEASON - 1)).passed


def audit_leak(league: Store, tmp_path: Path, leak: Callable[[Store], float]):
    """The audit of a leaking builder, over a store that the same builder made."""
    build = rates_with_leak(leak)
    with altered_copy(league, dt.date(SEASON, 12, 31)) as own:  # a store of our own: nothing but its last day differs
        own.drop("features.marcel_rates", RATES)
        build(own)
        return audit_future(own, preseason(SEASON), [Rebuild("features.marcel_rates", RATES, build)])


def test_a_builder_that_reads_who_will_play_is_caught(league: Store, tmp_path: Path) -> None:
    def players_to_come(store: Store) -> float:
        lines = store.delta("core.season_lines").to_pyarrow_table(filters=[("season", "=", SEASON)])
        return float(sum(set(lines.column("mlbam_id").to_pylist())))

    assert not audit_leak(league, tmp_path, players_to_come).passed


def test_a_builder_that_fails_over_another_future_is_caught(league: Store) -> None:
    before = of_season("so", SEASON)(league)

    def build(store: Store) -> object:
        if of_season("so", SEASON)(store) != before:
            raise ValueError("so many strikeouts")
        return make_marcel_rates(store, "batter", SEASON)

    result = audit_future(league, preseason(SEASON), [Rebuild("features.marcel_rates", RATES, build)])
    assert not result.passed
    assert "ValueError: so many strikeouts" in result.summary


def test_the_copy_is_made_again_and_not_remembered(league: Store) -> None:
    called = []

    def build(store: Store) -> object:
        called.append(make_marcel_rates(store, "batter", SEASON))
        return called[-1]

    assert audit_future(league, preseason(SEASON), [Rebuild("features.marcel_rates", RATES, build)]).passed
    assert [written.skipped for written in called] == [False]


def test_the_altered_copy_differs_from_the_date_on_only(league: Store) -> None:
    def season_lines(store: Store, season: int) -> pa.Table:
        return store.delta("core.season_lines").to_pyarrow_table(filters=[("season", "=", season)])

    with altered_copy(league, preseason(SEASON)) as copy:
        for season in range(2014, SEASON):
            assert content_hash(season_lines(league, season)) == content_hash(season_lines(copy, season))
        real, changed = season_lines(league, SEASON), season_lines(copy, SEASON)
    assert set(real.column("mlbam_id").to_pylist()) != set(changed.column("mlbam_id").to_pylist())
    strikeouts = [
        dict(zip(table.column("mlbam_id").to_pylist(), table.column("so").to_pylist(), strict=True))
        for table in (real, changed)
    ]
    same = sum(strikeouts[0].get(player) == so for player, so in strikeouts[1].items())
    assert same < len(strikeouts[1]) / 2


def test_the_original_is_left_alone(league: Store) -> None:
    before = {file: file.stat().st_mtime_ns for file in league.root.rglob("*") if file.is_file()}
    assert audit_future(league, preseason(SEASON), real_builders(preseason(SEASON))).passed
    assert {file: file.stat().st_mtime_ns for file in league.root.rglob("*") if file.is_file()} == before
    assert [file.name for file in league.root.parent.iterdir()] == ["store"]


def test_a_store_without_a_future_cannot_be_audited(league: Store) -> None:
    with pytest.raises(UnauditableStoreError, match="2018-03-01"), altered_copy(league, preseason(2018)):
        pass


def test_tables_that_were_not_made_are_named(league: Store) -> None:
    wanted = Rebuild("features.archetypes", RATES, lambda store: assign_archetypes(store, "batter", SEASON))
    result = audit_future(league, preseason(SEASON), [wanted])
    assert result.passed
    assert "nothing to audit as of 2017-03-01: features.archetypes batter 2017" in result.summary
