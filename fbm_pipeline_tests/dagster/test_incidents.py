"""A failed run leaves a file that says what failed and why."""

from pathlib import Path

import dagster as dg

from fbm_pipeline.defs import incidents
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.settings import load_settings


def test_a_failed_run_leaves_an_incident_file(tmp_path: Path) -> None:
    @dg.op
    def throws() -> None:
        raise ValueError("the ball went | over the fence")

    @dg.job
    def game() -> None:
        throws()

    settings = load_settings({"FBM_HOME": str(tmp_path)})
    instance = dg.DagsterInstance.ephemeral()
    result = game.execute_in_process(instance=instance, raise_on_error=False)
    (failure,) = [event for event in result.all_events if event.is_run_failure]
    context = dg.build_run_status_sensor_context(
        sensor_name="incident_file",
        dagster_event=failure,
        dagster_instance=instance,
        dagster_run=result.dagster_run,
        resources={"workplace": Workplace.from_settings(settings)},
    ).for_run_failure()
    incidents.incident_file(context)
    (written,) = (tmp_path / "incidents").iterdir()
    text = written.read_text(encoding="utf-8")
    assert text.startswith("# game failed")
    assert "## throws" in text
    assert "the ball went | over the fence" in text
    assert result.dagster_run.run_id in text
