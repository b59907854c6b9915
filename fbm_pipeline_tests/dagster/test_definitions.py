"""The graph as production loads it: keys, groups, partitions, jobs, schedules, sensors; and `dg check defs`."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from syrupy.assertion import SnapshotAssertion

from fbm_pipeline.defs.partitions import BEFORE, SEASON
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.network.tables import NETWORK
from fbm_pipeline.settings import REPOSITORY, Settings, load_settings
from fbm_pipeline.store.declarations import Declared
from fbm_pipeline.tables import TABLES


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    from fbm_pipeline.definitions import defs

    return defs


def test_asset_keys_by_group(defs: dg.Definitions, snapshot: SnapshotAssertion) -> None:
    graph = defs.resolve_asset_graph()
    groups: dict[str, list[str]] = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        label = key.to_user_string() + (" by season" if node.is_partitioned else "")
        groups.setdefault(node.group_name, []).append(label)
    assert {name: sorted(keys) for name, keys in groups.items()} == snapshot


def test_dependencies(defs: dg.Definitions, snapshot: SnapshotAssertion) -> None:
    graph = defs.resolve_asset_graph()
    assert {
        key.to_user_string(): sorted(parent.to_user_string() for parent in graph.get(key).parent_keys)
        for key in sorted(graph.get_all_asset_keys(), key=str)
    } == snapshot


def test_dependencies_are_what_is_read_awaited_and_taken(defs: dg.Definitions) -> None:
    """From the keys that Dagster has back to names: of a declaration nothing is missing, and nothing is added."""
    graph = defs.resolve_asset_graph()
    trainings = {each.name: each for table in TABLES.values() for each in table.trained}
    for item in (*TABLES.values(), *trainings.values()):
        keys = {name: _key(item, name) for name in ("batter", "pitcher")}
        declared = {*item.reads, *item.awaits, *(each.name for each in item.trained)} - {item.name}
        parents = {parent for key in keys.values() for parent in graph.get(key).parent_keys}
        assert {_name(parent) for parent in parents} - {item.name} == declared, item.name


def _key(item: Declared, player_type: str) -> dg.AssetKey:
    schema, name = item.name.split(".")
    return dg.AssetKey([player_type if "player_type" in item.partition_by else schema, name])


def _name(key: dg.AssetKey) -> str:
    first, name = key.path
    if first not in ("batter", "pitcher"):
        return f"{first}.{name}"
    (schema,) = {table.split(".")[0] for table in (*TABLES, "models.network") if table.split(".")[1] == name}
    return f"{schema}.{name}"


def test_a_network_waits_for_the_seasons_before_its_own(defs: dg.Definitions) -> None:
    node = defs.resolve_asset_graph().get(dg.AssetKey(["batter", "network"]))
    assert all(node.partition_mappings[key] == BEFORE for key in node.parent_keys)
    assert len(node.parent_keys) == len(NETWORK.reads) + len(NETWORK.trained)


def test_checks(defs: dg.Definitions, snapshot: SnapshotAssertion) -> None:
    graph = defs.resolve_asset_graph()
    blocking = {check.to_user_string(): graph.get(check).blocking for check in graph.asset_check_keys}
    assert dict(sorted(blocking.items())) == snapshot


def test_jobs_schedules_and_sensors(defs: dg.Definitions, snapshot: SnapshotAssertion) -> None:
    repository = defs.get_repository_def()
    assert {
        "jobs": {
            name: len(defs.resolve_job_def(name).asset_layer.executable_asset_keys)
            for name in ("full_pipeline", "yardstick", "nightly")
        },
        "schedules": [
            (item.name, item.cron_schedule, item.execution_timezone, item.default_status.value, item.job_name)
            for item in repository.schedule_defs
        ],
        "sensors": sorted((item.name, item.default_status.value) for item in repository.sensor_defs),
    } == snapshot


def test_every_asset_says_what_it_is(defs: dg.Definitions) -> None:
    for spec in defs.resolve_all_asset_specs():
        assert spec.description, spec.key
        assert spec.owners == ["team:fbm"], spec.key
        assert spec.kinds, spec.key
        assert spec.code_version, spec.key
        if "dagster/table_name" in spec.metadata:
            assert "Grain: one row per" in spec.description, spec.key
            assert spec.metadata["dagster/column_schema"].columns, spec.key


def test_the_nightly_schedule_asks_for_the_season_of_its_day(defs: dg.Definitions) -> None:
    schedule = defs.resolve_schedule_def("nightly_schedule")

    def tick(moment: str) -> dg.RunRequest | dg.SkipReason:
        at = dt.datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("America/New_York"))
        repository = defs.get_repository_def()
        with dg.build_schedule_context(scheduled_execution_time=at, repository_def=repository) as context:
            data = schedule.evaluate_tick(context)
        return data.run_requests[0] if data.run_requests else dg.SkipReason(data.skip_message)

    assert tick("2025-07-04T05:00").partition_key == "2025"
    assert "2099" in tick("2099-07-04T05:00").skip_message
    assert defs.resolve_job_def("nightly").partitions_def is SEASON


def test_the_workplace_mirrors_the_settings(tmp_path: Path) -> None:
    settings = load_settings({"FBM_HOME": str(tmp_path), "FBM_PRESET": "tiny"})
    assert Workplace.from_settings(settings).settings == settings
    assert Workplace.from_settings(settings).store.root == settings.store_root
    assert set(Workplace.model_fields) == set(Settings.__dataclass_fields__)


def test_dg_check_defs_passes(tmp_path: Path) -> None:
    dg_command = Path(sys.executable).with_name("dg")
    environment = {**os.environ, "FBM_HOME": str(tmp_path), "DG_CLI_NO_TELEMETRY": "1", "VIRTUAL_ENV": sys.prefix}
    done = subprocess.run(
        [dg_command, "check", "defs"], cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All definitions loaded successfully" in done.stdout + done.stderr
