"""The one partition dimension, `season`, and how the seasons of two assets depend on each other.

Belongs here: partitions and mappings between them. Not here: which seasons have data (each asset asks the store).
"""

import warnings
from collections.abc import Mapping

import dagster as dg

from fbm_pipeline.baseball.calendar import SEASONS

# The backfill policy is marked beta in the pinned release, and Dagster would say so once for every asset.
warnings.filterwarnings("ignore", category=dg.BetaWarning)

SEASON = dg.StaticPartitionsDefinition([str(season) for season in SEASONS])

# One run over a range of seasons: opening a session and the store once is cheaper than a process per season.
ONE_RUN = dg.BackfillPolicy.single_run()

# A projection for T reads the seasons before T; what follows it within T (a profile at midseason, a window) also T.
BEFORE = dg.StaticPartitionMapping({str(s): [str(t) for t in SEASONS if t > s] for s in SEASONS[:-1]})
# What is fitted once, or over everything: all seasons of the one behind each season of the other.
EVERY_SEASON = dg.AllPartitionMapping()
UP_TO = dg.StaticPartitionMapping({str(s): [str(t) for t in SEASONS if t >= s] for s in SEASONS})


def seasons_of(context: dg.AssetExecutionContext) -> list[int]:
    """The seasons of the run in order: Dagster promises none."""
    return sorted(int(key) for key in context.partition_keys)


def seasons_of_run(tags: Mapping[str, str]) -> list[int]:
    """The seasons that a run's tags name, and all of the calendar when they name none.

    For asset checks: partitions of checks are a preview in the pinned release.
    """
    single = tags.get("dagster/partition")
    first = single or tags.get("dagster/asset_partition_range_start") or str(SEASONS[0])
    last = single or tags.get("dagster/asset_partition_range_end") or str(SEASONS[-1])
    return [season for season in SEASONS if int(first) <= season <= int(last)]
