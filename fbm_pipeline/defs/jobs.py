"""The jobs and the nightly schedule.

The schedule starts stopped: a clone on a laptop must not begin to work at night by itself. Turn it on in the UI.
What reads the night's games follows by the automation sensor, which does run by default.
"""

import dagster as dg

from fbm_pipeline.baseball.calendar import SEASONS

# The ablations are trainings by the dozen: a person asks for them, and nothing else reads them.
_EVERYTHING = dg.AssetSelection.all() - dg.AssetSelection.groups("ablations")
_NETWORK = dg.AssetSelection.groups("network", "publish")
# All that is learnt from single pitches, and what it adds to the controls.
_LEVEL1 = dg.AssetSelection.groups("level1", "player_vectors", "results") | dg.AssetSelection.assets(
    "features/learned_blocks", "evaluation/level1"
)

full_pipeline = dg.define_asset_job(
    "full_pipeline", selection=_EVERYTHING, description="Every asset, from source files to the report."
)

yardstick = dg.define_asset_job(
    "yardstick",
    selection=_EVERYTHING - _NETWORK - _LEVEL1,
    description="Priors, controls and their evaluation, without any network.",
)

level1_job = dg.define_asset_job(
    "level1",
    selection=_EVERYTHING - _NETWORK,
    description="The yardstick, encoders, player vectors and all embeddings, and what these add to the controls.",
)

nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.groups("warehouse"),
    description="Ingest what is new in the data folder and rebuild the core tables of one season.",
)


@dg.schedule(
    job=nightly,
    cron_schedule="0 5 * * *",
    execution_timezone="America/New_York",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="05:00 in New York, when the last game in the west has been over for hours: the current season.",
)
def nightly_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """A run for the season of the tick's year, one a night; nothing for a year outside the calendar."""
    season = context.scheduled_execution_time.year
    if season not in SEASONS:
        return dg.SkipReason(f"{season} is not in the calendar of seasons, which ends with {SEASONS[-1]}")
    night = context.scheduled_execution_time.date().isoformat()
    return dg.RunRequest(run_key=night, partition_key=str(season))
