"""Assets of the prior: Marcel's fitted constants and every player's rates, for batters and pitchers."""

from collections.abc import Collection

import dagster as dg

from fbm_pipeline.aggregates.physics_counts import build_physics_counts
from fbm_pipeline.aggregates.sequence_counts import READS, build_sequence_counts
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.declared_assets import declared_assets
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.defs.partitions import BEFORE
from fbm_pipeline.defs.table_assets import dependency, season_table
from fbm_pipeline.marcel.constants import read_constants
from fbm_pipeline.marcel.rates import projectable_seasons
from fbm_pipeline.marcel.tables import MARCEL_CONSTANTS, MARCEL_RATES
from fbm_pipeline.parks.park_factors import build_park_factors
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.warehouse.season_games import played_seasons

_CODE = ("marcel", "baseball.statistics")


def _constants(store: Store, settings: Settings, player_type: str) -> Metadata:
    fits = read_constants(store, player_type).values()
    rows = [(fit.statistic, fit.regression, fit.age_slope, fit.n, fit.rmse) for fit in fits]
    header = ("statistic", "regression", "change per year of age", "player-seasons", "RMSE")
    return {"constants": markdown_table(header, rows)}


def counted_seasons(store: Store, settings: Settings) -> Collection[int]:
    """Seasons whose batted balls are held."""
    return {int(part["season"]) for part in store.partitions("core.batted_balls")}


def _sequence_counts(player_type: str) -> dg.AssetsDefinition:
    return season_table(
        f"{player_type}/sequence_counts", "features.sequence_counts",
        lambda store, settings, season: build_sequence_counts(store, player_type, season),
        group="features", code=("aggregates.sequence_counts",), seasons=counted_seasons,
        description="What a season's pitches and batted balls say of each player, as counts: the controls' aggregates.",
        deps=[dependency(table.replace(".", "/")) for table in READS],
    )  # fmt: skip


def _playing_time(player_type: str) -> dg.AssetsDefinition:
    def teachable_seasons(store: Store, settings: Settings) -> Collection[int]:
        from fbm_pipeline.playing_time.model import training_seasons

        preset = settings.preset
        wanted = {*preset.development_seasons, *preset.test_seasons, preset.projection_season}
        held = [int(part["season"]) for part in store.partitions("core.season_lines")]
        return {
            season for season in wanted & set(projectable_seasons(store, settings)) if training_seasons(held, season)
        }

    def build(store: Store, settings: Settings, season: int) -> Written:
        from fbm_pipeline.playing_time.model import build_playing_time

        return build_playing_time(store, player_type, season)

    return season_table(
        f"{player_type}/playing_time", "features.playing_time", build,
        group="features", code=_CODE, seasons=teachable_seasons, kinds=("scikitlearn", "deltalake"),
        description="How much every player Marcel projects will play, zero included, learned from earlier seasons.",
        deps=[
            *(dependency(f"core/{table}", BEFORE) for table in ("season_lines", "games", "player_games")),
            dependency("core/players"),
            *(dependency(f"raw/lahman_{table}") for table in ("appearances", "pitching", "people")),
        ],
    )  # fmt: skip


def seasons_after_games(store: Store, settings: Settings) -> Collection[int]:
    """Seasons that follow one whose plate appearances are held."""
    return {int(part["season"]) + 1 for part in store.partitions("core.plate_appearances")}


_PARKS = season_table(
    "features/park_factors", "features.park_factors",
    lambda store, settings, season: build_park_factors(store, season),
    group="features", code=_CODE, seasons=seasons_after_games,
    description="What each park does to strikeouts, walks, kinds of hits and runs, regressed to 1.",
    deps=[dependency("core/plate_appearances", BEFORE)],
)  # fmt: skip
_PHYSICS = season_table(
    "features/physics_counts", "features.physics_counts",
    lambda store, settings, season: build_physics_counts(store, season),
    group="features", code=_CODE, seasons=played_seasons,
    description="Exit velocity, launch angle, spray, velocity, movement and spin of each player, as sums and counts.",
    deps=[
        dependency(key) for key in ("core/games", "core/pitches", "core/plate_appearances", "raw/partial_pitches")
    ],
)  # fmt: skip

ASSETS = [
    *declared_assets(MARCEL_CONSTANTS, describe=_constants, kinds=("numpy", "deltalake")),
    *declared_assets(MARCEL_RATES, kinds=("numpy", "deltalake")),
    *(make(player_type) for player_type in PLAYER_TYPES for make in (_sequence_counts, _playing_time)),
    _PARKS,
    _PHYSICS,
]
