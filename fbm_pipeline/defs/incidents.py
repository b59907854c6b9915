"""What a failed run leaves for people: one Markdown file with what failed, why, and where to look."""

import re
from pathlib import Path

import dagster as dg

from fbm_pipeline.defs.workplace import Workplace


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING, description="Writes an incident file for every failed run."
)
def incident_file(context: dg.RunFailureSensorContext, workplace: Workplace) -> None:
    """Write `incidents/<run id>.md` under the settings' home."""
    failures = [(event.step_key or "", _message(event)) for event in context.get_step_failure_events()] or [
        ("", context.failure_event.message or "no step failed: the run's process was lost")
    ]
    write_incident(workplace.settings.home / "incidents", context.dagster_run, failures)


def write_incident(folder: Path, run: dg.DagsterRun, failures: list[tuple[str, str]]) -> Path:
    """One file per run: its job, seasons and tags that matter, and each failed step with its first lines."""
    tags = run.tags
    seasons = tags.get("dagster/partition") or "-".join(
        tags[name] for name in sorted(tags, reverse=True) if name.startswith("dagster/asset_partition_range_")
    )
    lines = [
        f"# {run.job_name} failed",
        "",
        f"- run: {run.run_id}",
        f"- seasons: {seasons or 'none'}",
        f"- look at: http://127.0.0.1:3000/runs/{run.run_id}",
        "",
    ]
    for step, message in failures:
        lines += [f"## {step or 'the run'}", "", "```", message.strip()[:4000], "```", ""]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{re.sub(r'[^0-9a-zA-Z-]', '_', run.run_id)}.md"
    target.write_text("\n".join(lines), encoding="utf-8")
    return target


def _message(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    if error is None:
        return event.message or "no message"
    return (error.cause or error).message
