"""Assets of the controls: what ridge and trees on ordinary aggregates make of each season, for batters and pitchers."""

from collections.abc import Collection

import dagster as dg

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.controls.tables import LEARNED_BLOCKS
from fbm_pipeline.defs.declared_assets import declared_season_table
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.defs.partitions import BEFORE, UP_TO
from fbm_pipeline.defs.table_assets import dependency, season_table
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written


def _seasons(store: Store, settings: Settings) -> Collection[int]:
    from fbm_pipeline.controls.control_rates import trainable_seasons

    return trainable_seasons(store, settings)


def _control_rates(player_type: str) -> dg.AssetsDefinition:
    def build(store: Store, settings: Settings, season: int) -> Written:
        from fbm_pipeline.controls.control_rates import build_control_rates

        return build_control_rates(store, player_type, season)

    def describe(store: Store, settings: Settings, season: int) -> Metadata:
        from fbm_pipeline.controls.summary import summarize

        header = ("system", "statistic", "players", "mean rate", "RMS distance from Marcel", "trained on", "rows")
        return {"controls": markdown_table(header, summarize(store, player_type, season))}

    return season_table(
        f"{player_type}/control_rates", "features.control_rates", build,
        group="features", code=("marcel", "baseball.statistics"), seasons=_seasons, describe=describe,
        kinds=("scikitlearn", "deltalake"),
        description="What ridge and boosted trees on season lines, pitch aggregates, parks and physics add to Marcel.",
        deps=[
            dependency("core/season_lines", BEFORE), dependency("core/players"),
            *(dependency(f"raw/lahman_{table}") for table in ("batting", "appearances", "people")),
            dependency(f"{player_type}/marcel_constants"), dependency(f"{player_type}/marcel_rates", UP_TO),
            *(dependency(f"{side}/sequence_counts", BEFORE) for side in PLAYER_TYPES),
            dependency("features/park_factors", UP_TO), dependency("features/physics_counts", BEFORE),
            *(dependency(f"core/{table}", BEFORE) for table in ("games", "player_games", "plate_appearances")),
            dependency("raw/club_rosters"), dependency(f"{player_type}/mle_rates", UP_TO),
        ],
    )  # fmt: skip


def _blocks(store: Store, settings: Settings, cutoff: int) -> list[Written]:
    from fbm_pipeline.controls.learned_blocks import blocks_of, build_block

    return [build_block(store, settings.preset, block, cutoff) for block in blocks_of(settings.preset, cutoff)]


ASSETS = [
    *(_control_rates(player_type) for player_type in PLAYER_TYPES),
    declared_season_table(LEARNED_BLOCKS, _blocks, kinds=("deltalake",)),
]
