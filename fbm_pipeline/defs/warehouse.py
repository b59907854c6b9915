"""Assets of the warehouse: the raw tables as their files hold them, and the core tables made of them."""

import dagster as dg

from fbm_pipeline.defs.declared_assets import declared_assets, declared_season_table, declared_whole_table
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.warehouse.core_tables import MINOR_LINES, PLAYERS, SEASON_LINES
from fbm_pipeline.warehouse.months import make_months
from fbm_pipeline.warehouse.raw import RawTable, ingest
from fbm_pipeline.warehouse.tables import GAME_TABLES, RAW_TABLES


def _raw(table: RawTable) -> dg.AssetsDefinition:
    """A raw table follows nothing: it is made when a person or the nightly job asks, of the files that are there."""

    def build_season(store: Store, settings: Settings, season: int) -> list[Written]:
        return ingest(store, settings.data, table.name, season)

    def build(store: Store, settings: Settings) -> list[Written]:
        return ingest(store, settings.data, table.name)

    kinds = ("deltalake", "parquet")
    if table.game:
        return declared_season_table(table, build_season, kinds=kinds, automatic=False)
    return declared_whole_table(table, build, kinds=kinds, automatic=False)


def _of_games(table: Table) -> dg.AssetsDefinition:
    return declared_season_table(table, lambda store, settings, season: make_months(store, table, season))


ASSETS = [
    *(_raw(table) for table in RAW_TABLES),
    *declared_assets(PLAYERS),
    *(_of_games(table) for table in GAME_TABLES),
    *declared_assets(SEASON_LINES),
    *declared_assets(MINOR_LINES),
]
