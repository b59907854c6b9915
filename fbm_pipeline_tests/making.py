"""Makes declared tables in tests as Dagster's assets do: by their declarations, whatever the builder is called."""

from fbm_pipeline.settings import PRESETS, Preset
from fbm_pipeline.store.making import make
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.months import make_months
from fbm_pipeline.warehouse.tables import GAME_TABLES


def make_table(store: Store, name: str, preset: Preset = PRESETS["real"], **partition: int | str) -> Written:
    """One partition of a table by its name."""
    return make(store, TABLES[name], partition, preset)


def fit_constants(store: Store, player_type: str, preset: Preset) -> Written:
    return make_table(store, "features.marcel_constants", preset, player_type=player_type)


def make_marcel_rates(store: Store, player_type: str, season: int) -> Written:
    return make_table(store, "features.marcel_rates", player_type=player_type, season=season)


def make_core(store: Store, name: str, season: int) -> list[Written]:
    """A core table of a season by its name without the schema: tables of games by the month, the others whole."""
    table = TABLES[f"core.{name}"]
    if table in GAME_TABLES:
        return make_months(store, table, season)
    partition = {"season": season} if table.partition_by else {}
    return [make_table(store, table.name, **partition)]
