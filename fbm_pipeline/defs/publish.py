"""Assets that people open: the projections and their files, the report page, the catalog of tables."""

import hashlib
from collections.abc import Collection

import dagster as dg

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.automation import WHEN_INPUTS_CHANGE
from fbm_pipeline.defs.code_versions import code_version
from fbm_pipeline.defs.metadata import Metadata
from fbm_pipeline.defs.partitions import BEFORE
from fbm_pipeline.defs.table_assets import OWNERS, dependency, season_table
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.catalog import write_catalog
from fbm_pipeline.store.tables import Store, Written


def _projection_season(store: Store, settings: Settings) -> Collection[int]:
    return [settings.preset.projection_season]


def _publish(store: Store, settings: Settings, season: int) -> Written:
    from fbm_pipeline.publish.projections import publish

    return publish(store, settings, season)


def _exports(store: Store, settings: Settings, season: int) -> Metadata:
    return {"exports": dg.MetadataValue.path(str(settings.exports))}


_PROJECTIONS = season_table(
    "publish/projections", "publish.projections", _publish,
    group="publish",
    code=("publish.projections", "publish.published_intervals", "publish.exports", "backtest.intervals"),
    seasons=_projection_season, describe=_exports,
    description="The season's projections with intervals, by player and system; also as CSV and Parquet files.",
    deps=[
        *(dependency(f"{name}/{table}") for name in PLAYER_TYPES
          for table in ("predictions", "marcel_rates", "control_rates", "mle_rates", "playing_time",
                        "newcomer_playing_time", "stat_profiles", "archetypes")),
        dependency("core/minor_lines", BEFORE), dependency("core/season_lines", BEFORE),
        dependency("raw/club_rosters"),
        dependency("evaluation/blend_weights"), dependency("evaluation/error_spread"), dependency("core/players"),
    ],
)  # fmt: skip


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


ASSETS = [_PROJECTIONS, report, catalog]
