"""Assets of the controls: what ridge and trees on ordinary aggregates make of each season, for batters and pitchers."""

from fbm_pipeline.controls.tables import CONTROL_RATES, LEARNED_BLOCKS
from fbm_pipeline.defs.declared_assets import declared_assets, declared_season_table
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store, Written

SUMMARY = "features/control_summary"


def summarize(store: Store, settings: Settings, player_type: str, season: int) -> Metadata:
    """A row for each control and statistic: how far it went from Marcel, and on how much it was trained."""
    with session(store, tables=["features.control_rates", "features.marcel_rates"]) as connection:
        rows = query(connection, SUMMARY, {"player_type": player_type, "season": season}).to_pylist()
    header = ("system", "statistic", "players", "mean rate", "RMS distance from Marcel", "trained on", "rows")
    return {"controls": markdown_table(header, [tuple(row.values()) for row in rows])}


def _blocks(store: Store, settings: Settings, cutoff: int) -> list[Written]:
    from fbm_pipeline.controls.learned_blocks import blocks_of, build_block

    return [build_block(store, settings.preset, block, cutoff) for block in blocks_of(settings.preset, cutoff)]


ASSETS = [
    *declared_assets(CONTROL_RATES, describe_season=summarize, kinds=("scikitlearn", "deltalake")),
    declared_season_table(LEARNED_BLOCKS, _blocks, kinds=("deltalake",)),
]
