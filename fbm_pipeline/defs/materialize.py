"""`python -m fbm_pipeline.defs.materialize`: a job in one Dagster run, in this process, with visible progress.

The run is recorded in DAGSTER_HOME like any other, so that the UI shows it. Not here: what the assets do.
"""

import argparse
import logging
import os
import resource
import sys
import time
import warnings
from collections.abc import Sequence
from uuid import uuid4

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from fbm_pipeline.defs.code_location import compose
from fbm_pipeline.defs.dead_runs import HomeInUseError, bury_dead_runs, process_tag
from fbm_pipeline.defs.home import prepare_home
from fbm_pipeline.defs.jobs import full_pipeline, level1_job, yardstick
from fbm_pipeline.defs.progress import Progress, ProgressHandler, label
from fbm_pipeline.defs.run_record import write_record
from fbm_pipeline.settings import Settings, SettingsError, load_settings
from fbm_pipeline.warehouse.raw import available_seasons

# Standard output and error stay the terminal's: the lines that matter are in the event log already.
_OWN_OUTPUT = {
    "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
}
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def materialize(settings: Settings, seasons: tuple[int, int], job_name: str, select: str | None) -> int:
    """Run the job (or the assets that `select` names) over the seasons; 0 when all of it succeeded."""
    home = prepare_home(settings)
    os.environ["DAGSTER_HOME"] = str(home)
    job = _job(compose(settings), job_name, select)
    tags = {
        "dagster/asset_partition_range_start": str(seasons[0]),
        "dagster/asset_partition_range_end": str(seasons[1]),
    } | process_tag()
    run_id = str(uuid4())
    progress = Progress(len(job.graph.node_dict), sys.stdout)
    handler = ProgressHandler(progress)
    _speak(handler)
    began = time.monotonic()
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=_OWN_OUTPUT)) as instance:
        for dead in bury_dead_runs(instance):
            print(f"run {dead} had ended without a word: told as failed, its place in the queue freed")
        instance.add_event_listener(run_id, progress.see)
        try:
            result = job.execute_in_process(
                instance=instance, tags=tags, run_config=_QUIET, run_id=run_id, raise_on_error=False
            )
        finally:
            logging.getLogger("fbm_pipeline").removeHandler(handler)
    _write_record(settings, seasons, progress, time.monotonic() - began, run_id, result.success)
    if not result.success:
        for step, message in progress.failures.items():
            print(f"\n{label(step)} failed:\n{message}", file=sys.stderr)
        return 1
    return 0


def _job(defs: dg.Definitions, name: str, select: str | None) -> dg.JobDefinition:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if select is None:
            return defs.resolve_job_def(name)
        chosen = dg.define_asset_job("selected_assets", selection=dg.AssetSelection.from_string(select))
        return dg.Definitions.merge(defs, dg.Definitions(jobs=[chosen])).resolve_job_def("selected_assets")


def _speak(handler: logging.Handler) -> None:
    logger = logging.getLogger("fbm_pipeline")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    for noisy in ("dagster", "alembic", "matplotlib"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _write_record(
    settings: Settings, seasons: tuple[int, int], progress: Progress, spent: float, run_id: str, success: bool
) -> None:
    record = {
        "success": success, "run_id": run_id, "preset": settings.preset.name, "data": settings.data_kind,
        "seasons": list(seasons), "steps": {label(step): seconds for step, seconds in progress.seconds.items()},
        "wall_s": round(spent, 1), "peak_mb": round(_peak_mb(), 1),
    }  # fmt: skip
    write_record(settings.home / "run.json", record, {label(step) for step in progress.unchanged})


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts kibibytes


def season_range(settings: Settings, text: str | None) -> tuple[int, int]:
    """`2021-2024` or `2024` as bounds; without a text the seasons of the data folder and the projected one.

    Raises SettingsError when the folder holds no season or the text is no range.
    """
    if text is not None:
        first, _, last = text.partition("-")
        if not (first.isdigit() and (last or first).isdigit() and int(first) <= int(last or first)):
            raise SettingsError(f"--seasons {text!r} is no range: write it as 2021-2024 or 2024")
        return int(first), int(last or first)
    found = available_seasons(settings.data)
    if not found:
        raise SettingsError(
            f"no plays and no Statcast pitches in {settings.data}: run `fbm simulate` to write a simulated league, "
            "or set FBM_DATA to the folder of source files"
        )
    return found[0], max(found[-1], settings.preset.projection_season)


def _tell_where(settings: Settings) -> None:
    from fbm_pipeline.publish.page import page_path

    print(
        f"\nprojections  {settings.exports}\n"
        f"report       {page_path(settings, settings.preset.projection_season)}\n"
        f"tables       {settings.catalog}\n"
        f"times        {settings.home}/run.json\n"
        "docs         docs/\n"
        "both UIs     make dev, then Dagster at http://127.0.0.1:3000 and MLflow at http://127.0.0.1:5000"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m fbm_pipeline.defs.materialize", description=__doc__)
    parser.add_argument("--seasons", help="a range such as 2021-2024; without it all seasons of the data folder")
    parser.add_argument(
        "--job", choices=[full_pipeline.name, yardstick.name, level1_job.name], default=full_pipeline.name,
        help="full_pipeline; yardstick: without encoders, networks, report; level1: encoders and what they add",
    )  # fmt: skip
    parser.add_argument("--select", help="an asset selection such as 'group:warehouse' or 'key:publish/report'")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings()
        seasons = season_range(settings, options.seasons)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    kind, bounds = settings.data_kind, f"{seasons[0]}-{seasons[1]}"
    print(f"{kind} data in {settings.data}, seasons {bounds}, preset {settings.preset.name}")
    try:
        status = materialize(settings, seasons, options.job, options.select)
    except HomeInUseError as error:
        print(error, file=sys.stderr)
        return 2
    if status == 0 and options.select is None and options.job == full_pipeline.name:
        _tell_where(settings)
    return status


if __name__ == "__main__":
    sys.exit(main())
