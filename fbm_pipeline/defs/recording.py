"""How a run tells Dagster what it made: one materialization per season, each with the hash of its own content.

Dagster gives an output one data version, also when a run covers a range of seasons: every season would then look
changed whenever one is. So the seasons are logged one by one, with the same provenance tags that Dagster writes, and
the output itself carries the mark by which Dagster knows that its events have been logged already. Both are internals
of the pinned release; fbm_pipeline_tests/dagster/test_recording.py fails when they move.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import dagster as dg
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION
from dagster._core.execution.plan.execute_step import _build_data_version_tags, _get_input_provenance_data

from fbm_pipeline.defs.metadata import Metadata, table_metadata
from fbm_pipeline.store.tables import Store, Written


def version_of(written: Sequence[Written]) -> dg.DataVersion:
    """The hash of what the partitions hold now, whoever wrote them and in whatever order."""
    parts = sorted(f"{item.table} {sorted(item.partition.items())} {item.content_hash}" for item in written)
    return dg.DataVersion(hashlib.sha256("\n".join(parts).encode()).hexdigest())


def record_season(context: dg.AssetExecutionContext, season: int, version: dg.DataVersion, metadata: Metadata) -> None:
    """Log the materialization of one season with its own data version."""
    step = context.get_step_execution_context()
    key = context.asset_key
    code = context.assets_def.code_versions_by_key[key] or context.run_id
    tags = _build_data_version_tags(version, code, _get_input_provenance_data(key, step), True)
    context.log_event(dg.AssetMaterialization(asset_key=key, partition=str(season), metadata=dict(metadata), tags=tags))


def seasons_recorded() -> dg.MaterializeResult:
    """The result of an asset whose seasons were recorded one by one; seasons without data have no materialization."""
    return dg.MaterializeResult(metadata={SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION: True})


def whole_table(store: Store, written: Sequence[Written], extra: Metadata | None = None) -> dg.MaterializeResult:
    """The result of an asset without seasons."""
    metadata: dict[str, Any] = {**(extra or {}), **table_metadata(store, written)}
    return dg.MaterializeResult(metadata=metadata, data_version=version_of(written))
