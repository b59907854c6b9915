"""One run over a range of seasons: each season has its own data version; only changed content makes others stale."""

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver
from dagster._core.loader import LoadingContextForTest

from fbm_pipeline.defs.recording import version_of
from fbm_pipeline.store.tables import Written
from fbm_pipeline_tests.dagster.conftest import LINES, RATES, SCORES


@pytest.fixture
def instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


def _stale(defs: dg.Definitions, instance: dg.DagsterInstance) -> set[str]:
    resolver = CachingStaleStatusResolver(instance, defs.resolve_asset_graph(), LoadingContextForTest(instance))
    states = {
        f"{key.to_user_string()}/{season}": resolver.get_status(key, str(season)).value
        for key in (LINES, RATES)
        for season in range(2015, 2020)
    }
    states["scores"] = resolver.get_status(SCORES).value
    return {name for name, state in states.items() if state == "STALE"}


def _version(instance: dg.DagsterInstance, key: dg.AssetKey, season: int) -> str | None:
    record = instance.get_latest_data_version_record(key, partition_key=str(season))
    return record.asset_materialization.tags["dagster/data_version"] if record else None


def test_each_season_of_a_range_has_its_own_version_and_rows(folder, instance, run_range) -> None:
    result = run_range(instance)
    for season in folder.content:
        expected = version_of(folder.lines(None, None, season)).value
        assert _version(instance, LINES, season) == expected
    assert len({_version(instance, LINES, season) for season in folder.content}) == 3
    events = [event.event_specific_data.materialization for event in result.get_asset_materialization_events()]
    assert sum(event.asset_key == LINES for event in events) == 3
    assert all(event.metadata["dagster/row_count"].value == 3 for event in events if event.asset_key == LINES)


def test_seasons_without_data_have_no_materialization_and_stop_nobody(instance, run_range) -> None:
    run_range(instance)
    assert _version(instance, LINES, 2015) is None
    assert _version(instance, LINES, 2019) is None
    assert instance.get_latest_materialization_event(SCORES) is not None


def test_unchanged_content_leaves_everything_downstream_fresh(small_graph, instance, run_range) -> None:
    run_range(instance)
    run_range(instance, LINES)
    assert _stale(small_graph, instance) == set()


def test_a_changed_season_makes_stale_only_what_reads_it(small_graph, folder, instance, run_range) -> None:
    run_range(instance)
    folder.content[2017] = "changed"
    run_range(instance, LINES)
    assert _stale(small_graph, instance) == {"batter/rates/2017", "batter/rates/2018", "scores"}


def test_a_single_season_is_recorded_alike(small_graph, folder, instance, run_range) -> None:
    run_range(instance)
    before = _version(instance, LINES, 2017)
    run_range(instance, LINES, first=2017, last=2017)
    assert _version(instance, LINES, 2017) == before
    assert _stale(small_graph, instance) == set()


def test_the_version_is_of_the_content_not_of_the_order_or_the_writing() -> None:
    may = Written("core.games", {"season": 2016, "month": 5}, 3, "x", True)
    june = Written("core.games", {"season": 2016, "month": 6}, 3, "y", False)
    assert version_of([may, june]) == version_of([june, may])
    assert version_of([may]) != version_of([june])
