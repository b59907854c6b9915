"""A failed check stops what would read its asset, and the terminal names it with its reason."""

import io
import json
from pathlib import Path

import dagster as dg
import pytest

from fbm_pipeline.defs import checks
from fbm_pipeline.defs.partitions import seasons_of_run
from fbm_pipeline.defs.progress import Progress
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import CheckResult
from fbm_pipeline_tests.dagster.conftest import LINES, RATES

RANGE = {"dagster/asset_partition_range_start": "2016", "dagster/asset_partition_range_end": "2018"}


def _agrees(store: Store, season: int) -> CheckResult:
    return CheckResult("agree", season != 2017, f"{season}: so -3", {"off": {"so": -3 if season == 2017 else 0}})


@pytest.fixture
def guarded(small_graph: dg.Definitions, tmp_path: Path) -> dg.Definitions:
    check = checks._season_check("core/lines", "agree", _agrees, "Totals agree.", lambda store, settings: {2016, 2017})
    settings = Settings(home=tmp_path, data=tmp_path, preset=PRESETS["large"])
    resources = {"workplace": Workplace.from_settings(settings)}
    return dg.Definitions(
        assets=small_graph.assets, asset_checks=[check], resources=resources, jobs=[dg.define_asset_job("guarded")]
    )


def test_a_failed_check_blocks_and_is_told_by_season(guarded: dg.Definitions) -> None:
    instance = dg.DagsterInstance.ephemeral()
    out = io.StringIO()
    progress = Progress(4, out)
    run_id = "0c6f1a1e-7e0b-4a46-8b46-2f2a3e6d2a10"
    instance.add_event_listener(run_id, progress.see)
    result = guarded.resolve_job_def("guarded").execute_in_process(
        instance=instance,
        tags=RANGE,
        run_id=run_id,
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    assert not result.success
    assert instance.get_latest_materialization_event(LINES) is not None
    assert instance.get_latest_materialization_event(RATES) is None
    (evaluation,) = result.get_asset_check_evaluations()
    assert not evaluation.passed
    assert evaluation.metadata["seasons"].value == {"2016": "2016: so -3", "2017": "2017: so -3"}
    assert json.loads(json.dumps(evaluation.metadata["details"].value))["2017"] == {"off": {"so": -3}}
    assert "core/lines_agree" in out.getvalue()
    assert "FAILED: 2017: so -3" in out.getvalue()
    assert list(progress.failures) == ["core__lines_agree"]


def test_the_seasons_of_a_run_are_those_of_its_tags() -> None:
    assert seasons_of_run(RANGE) == [2016, 2017, 2018]
    assert seasons_of_run({"dagster/partition": "2021"}) == [2021]
    assert seasons_of_run({})[0] == 2000
