"""All that the code location defines, put together for given settings. Nothing is defined here."""

import dagster as dg

from fbm_pipeline.defs import (
    ablations,
    aggregates,
    audits,
    backtest,
    checks,
    controls,
    evaluation,
    identity,
    level1,
    marcel,
    mle,
    network,
    parks,
    player_vectors,
    playing_time,
    publish,
    results,
    warehouse,
)
from fbm_pipeline.defs.automation import SENSOR
from fbm_pipeline.defs.incidents import incident_file
from fbm_pipeline.defs.jobs import full_pipeline, level1_job, nightly, nightly_schedule, yardstick
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.settings import Settings


def compose(settings: Settings) -> dg.Definitions:
    """Assets, checks, jobs, the schedule and the sensors, over the settings' folders."""
    rooms = (
        *(warehouse, marcel, mle, aggregates, parks, playing_time, controls, identity, level1, player_vectors),
        *(network, backtest, evaluation, publish, results, ablations),
    )
    return dg.Definitions(
        assets=[asset for room in rooms for asset in room.ASSETS],
        asset_checks=[*checks.CHECKS, *audits.AUDITS],
        jobs=[full_pipeline, yardstick, level1_job, nightly, ablations.ablations_job],
        schedules=[nightly_schedule],
        sensors=[SENSOR, incident_file],
        resources={"workplace": Workplace.from_settings(settings)},
        # Two steps at once: the machine that this is sized for has two cores.
        executor=dg.multiprocess_executor.configured({"max_concurrent": 2}),
    )
