"""Two factories for assets that are tables: by season, and whole.

Belongs here: the wiring that every table shares. Not here: which tables there are (one module per room).
A room whose import is heavy (torch, MLflow, scikit-learn, matplotlib) is imported inside its `build` function and
nowhere else in defs: definitions are loaded by every process that Dagster starts.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import dagster as dg

from fbm_pipeline.defs.automation import WHEN_INPUTS_CHANGE
from fbm_pipeline.defs.code_versions import code_version, reference
from fbm_pipeline.defs.metadata import Metadata, table_definition, table_metadata
from fbm_pipeline.defs.partitions import ONE_RUN, SEASON, seasons_of
from fbm_pipeline.defs.recording import record_season, seasons_recorded, version_of, whole_table
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.tables import TABLES

Built = Written | Sequence[Written]
BuildSeason = Callable[[Store, Settings, int], Built]
BuildTable = Callable[[Store, Settings], Built]
DescribeSeason = Callable[[Store, Settings, int], Metadata]
DescribeTable = Callable[[Store, Settings], Metadata]
SeasonsWithInput = Callable[[Store, Settings], Collection[int]]
OWNERS = ["team:fbm"]
DESCRIBED_FROM = "described from"  # what the figures and tables beside a table were made from, as a hash


def as_list(built: Built) -> list[Written]:
    return [built] if isinstance(built, Written) else list(built)


def dependency(key: str, mapping: dg.PartitionMapping | None = None) -> dg.AssetDep:
    """A dependency by its path, such as `core/pitches`; without a mapping, season on season."""
    return dg.AssetDep(key.split("/"), partition_mapping=mapping)


def arguments(key: str, table: str, group: str, description: str, code: Sequence[str]) -> dict[str, Any]:
    """What both factories hand to `dg.asset`."""
    contract = TABLES[table]
    return {
        "key": key.split("/"),
        "group_name": group,
        "owners": OWNERS,
        "description": f"{description}\n\nGrain: {contract.grain}.",
        "metadata": table_definition(contract),
        "code_version": code_version(code),
    }


def season_table(
    key: str,
    table: str,
    build: BuildSeason,
    *,
    group: str,
    description: str,
    code: Sequence[str],
    deps: Sequence[dg.AssetDep] = (),
    seasons: SeasonsWithInput | None = None,
    describe: DescribeSeason | None = None,
    kinds: Sequence[str] = ("duckdb", "deltalake"),
    automatic: bool = True,
) -> dg.AssetsDefinition:
    """A table by season. `seasons` tells which seasons have what they need; the others are named in the log.

    `build` may also return nothing for a season without data.
    """

    @dg.asset(
        **arguments(key, table, group, description, code),
        partitions_def=SEASON,
        backfill_policy=ONE_RUN,
        deps=list(deps),
        kinds=set(kinds),
        automation_condition=WHEN_INPUTS_CHANGE if automatic else None,
    )
    def build_seasons(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:
        store, settings = workplace.store, workplace.settings
        wanted = seasons_of(context)
        possible = set(wanted if seasons is None else seasons(store, settings))
        absent = []
        for season in wanted:
            written = as_list(build(store, settings, season)) if season in possible else []
            if not written:
                absent.append(season)
                continue
            extra = describe(store, settings, season) if describe else {}
            record_season(context, season, version_of(written), {**table_metadata(store, written), **extra})
        if absent:
            context.log.info(f"{key}: nothing to make for seasons {absent}: no input for them")
        return seasons_recorded()

    return build_seasons


def whole(
    key: str,
    table: str,
    build: BuildTable,
    *,
    group: str,
    description: str,
    code: Sequence[str],
    deps: Sequence[dg.AssetDep] = (),
    describe: DescribeTable | None = None,
    kinds: Sequence[str] = ("duckdb", "deltalake"),
    automatic: bool = True,
) -> dg.AssetsDefinition:
    """A table without seasons. An empty list of builds means that its optional source is absent."""

    @dg.asset(
        **arguments(key, table, group, description, code),
        deps=list(deps),
        kinds=set(kinds),
        automation_condition=WHEN_INPUTS_CHANGE if automatic else None,
    )
    def build_whole(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:
        store, settings = workplace.store, workplace.settings
        written = as_list(build(store, settings))
        if not written:
            context.log.info(f"{key}: its source is absent from {settings.data}")
            nothing: dict[str, Any] = {"dagster/row_count": 0, "written": "source absent"}
            return dg.MaterializeResult(metadata=nothing, data_version=dg.DataVersion("absent"))
        return whole_table(store, written, _described(context, store, table, describe, settings))

    return build_whole


def _described(
    context: dg.AssetExecutionContext, store: Store, table: str, describe: DescribeTable | None, settings: Settings
) -> Metadata:
    """What a person reads beside the table: as it was, where the table is made of the same by the same code."""
    if describe is None:
        return {}
    described_from = inputs_key(state=store.state(table), code=code_version([reference(describe)]))
    event = context.instance.get_latest_materialization_event(context.asset_key)
    before = event.asset_materialization.metadata if event and event.asset_materialization else {}
    if before.get(DESCRIBED_FROM) == dg.MetadataValue.text(described_from):
        return before
    return {**describe(store, settings), DESCRIBED_FROM: described_from}
