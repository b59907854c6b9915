"""The one automation condition, its sensor, and why it reads as it does."""

import dagster as dg


def _when_inputs_change() -> dg.AutomationCondition:
    """Make an asset again when what it reads changed in content, once, and when nothing it reads is being made.

    - `data_version_changed`, not `eager`: eager makes everything again after each upstream materialization, even
      when not a byte changed; here a nightly run that finds nothing new requests nothing.
    - `since(newly_requested | newly_updated)`: the change is visible on one tick only. Latched, it survives a tick
      on which the asset had to wait for another of its inputs; the request, or an update by hand, clears it. A
      request that fails is not repeated by the condition (a broken asset would be requested on every tick, hundreds
      of times a night); its retries are the run's own, and bounded.
    - `~waiting`: what reads a changed table and another one that is made from it waits for the second, else it would
      be made twice. Only direct inputs are looked at: along longer ways an asset may still be made twice, the second
      time with all that is new.
    - no `any_deps_missing`: seasons without data are missing for good, and would block what reads all seasons.
    - no `newly_missing`: the first materialization is a person's, by `full_pipeline` or `make demo`.
    - no `~missing`: a new season must begin by itself. So a season of the calendar that has no data yet is asked
      too, and makes nothing.
    """
    changed = dg.AutomationCondition.any_deps_match(dg.AutomationCondition.data_version_changed())
    handled = dg.AutomationCondition.newly_requested() | dg.AutomationCondition.newly_updated()
    pending = changed.since(handled)
    busy = dg.AutomationCondition.any_deps_in_progress() | dg.AutomationCondition.in_progress()
    waiting = dg.AutomationCondition.any_deps_match(pending) | busy
    return (pending & ~waiting).with_label("when inputs change in content")


WHEN_INPUTS_CHANGE = _when_inputs_change()

# Dagster starts its own default sensor stopped: nothing would follow the nightly run until a person flips it.
SENSOR = dg.AutomationConditionSensorDefinition(
    "follow_changed_inputs",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=60,
    description="Requests what reads changed content; unchanged content stops the chain.",
)
