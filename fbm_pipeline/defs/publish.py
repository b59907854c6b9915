"""Assets that people open: the projections and their files, the report page, the catalog of tables."""

import hashlib

import dagster as dg

from fbm_pipeline.defs.automation import WHEN_INPUTS_CHANGE
from fbm_pipeline.defs.code_versions import code_version
from fbm_pipeline.defs.declared_assets import declared_assets
from fbm_pipeline.defs.metadata import Metadata
from fbm_pipeline.defs.table_assets import OWNERS, dependency
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.publish.tables import PROJECTIONS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.catalog import write_catalog
from fbm_pipeline.store.tables import Store


def _exports(store: Store, settings: Settings, player_type: str, season: int) -> Metadata:
    """The files are written with the table, made now or before: one that was damaged is mended."""
    from fbm_pipeline.publish.projections import export

    export(store, settings, season)
    return {"exports": dg.MetadataValue.path(str(settings.exports))}


@dg.asset(
    key=["publish", "report"],
    group_name="publish",
    owners=OWNERS,
    kinds={"html", "matplotlib"},
    description="The report page: leader boards, a player's card, how good the projections have been.",
    code_version=code_version(("publish",)),
    deps=[dependency("publish/projections"), dependency("evaluation/scores")],
    automation_condition=WHEN_INPUTS_CHANGE,
)
def report(workplace: Workplace) -> dg.MaterializeResult:
    from fbm_pipeline.publish.page import write_page

    settings = workplace.settings
    page = write_page(workplace.store, settings, settings.preset.projection_season)
    content = page.read_bytes()
    return dg.MaterializeResult(
        metadata={"page": dg.MetadataValue.path(str(page)), "bytes": len(content)},
        data_version=dg.DataVersion(hashlib.sha256(content).hexdigest()),
    )


@dg.asset(
    key=["publish", "catalog"],
    group_name="publish",
    owners=OWNERS,
    kinds={"duckdb"},
    description="`feature_store.duckdb`: views of all tables as they are now, for people and their tools.",
    code_version=code_version(("store.catalog", "store.engine")),
    deps=[dependency("publish/projections"), dependency("evaluation/scores"), dependency("core/plate_appearances")],
    automation_condition=WHEN_INPUTS_CHANGE,
)
def catalog(workplace: Workplace) -> dg.MaterializeResult:
    store = workplace.store
    views = write_catalog(store, workplace.settings.catalog)
    versions = {name: store.content(name) for name in views}
    return dg.MaterializeResult(
        metadata={"file": dg.MetadataValue.path(str(workplace.settings.catalog)), "views": views},
        data_version=dg.DataVersion(hashlib.sha256(repr(sorted(versions.items())).encode()).hexdigest()),
    )


ASSETS = [*declared_assets(PROJECTIONS, describe_season=_exports), report, catalog]
