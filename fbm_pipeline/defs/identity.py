"""Assets of player identity: stat profiles as of a date, archetype centroids and assignments."""

import dagster as dg

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.defs.partitions import BEFORE, UP_TO
from fbm_pipeline.defs.table_assets import dependency, season_table, whole
from fbm_pipeline.marcel.rates import projectable_seasons
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written

_CODE = ("identity", "baseball.statistics")


def _profiles(player_type: str) -> dg.AssetsDefinition:
    def build(store: Store, settings: Settings, season: int) -> Written:
        from fbm_pipeline.identity.profiles import build_stat_profiles

        return build_stat_profiles(store, player_type, season)

    return season_table(
        f"{player_type}/stat_profiles", "features.stat_profiles", build,
        group="features", code=_CODE, seasons=projectable_seasons,
        description="Career, 3-year, 1-year and 30-day rates before the season and at midseason, with opportunities.",
        deps=[
            dependency("core/player_games", UP_TO), dependency("core/season_lines", BEFORE), dependency("core/players"),
            dependency("core/minor_lines", BEFORE), dependency(f"{player_type}/marcel_constants"),
            dependency(f"{player_type}/mle_rates"),
        ],
    )  # fmt: skip


def _centroids(player_type: str) -> dg.AssetsDefinition:
    def build(store: Store, settings: Settings) -> Written:
        from fbm_pipeline.identity.archetypes import fit_archetypes

        return fit_archetypes(store, player_type, settings.preset)

    return whole(
        f"{player_type}/archetype_centroids", "features.archetype_centroids", build,
        group="features", code=_CODE, kinds=("scikitlearn", "deltalake"),
        description="Centres of the k-means archetypes, fitted on profiles of the preset's tuning seasons.",
        deps=[dependency(f"{player_type}/stat_profiles")],
    )  # fmt: skip


def _archetypes(player_type: str) -> dg.AssetsDefinition:
    def build(store: Store, settings: Settings, season: int) -> Written:
        from fbm_pipeline.identity.archetypes import assign_archetypes

        return assign_archetypes(store, player_type, season)

    def describe(store: Store, settings: Settings, season: int) -> Metadata:
        from fbm_pipeline.identity.archetypes import exemplars

        members: dict[int, list[str]] = {}
        for row in exemplars(store, player_type, season).to_pylist():
            members.setdefault(row["archetype"], []).append(row["name"])
        rows = [(archetype, ", ".join(names)) for archetype, names in sorted(members.items())]
        return {"exemplars": markdown_table(("archetype", "nearest to its centre"), rows)}

    return season_table(
        f"{player_type}/archetypes", "features.archetypes", build,
        group="features", code=_CODE, seasons=projectable_seasons, describe=describe,
        kinds=("scikitlearn", "deltalake"),
        description="Each player's nearest archetype and how near it is.",
        deps=[
            dependency(f"{player_type}/archetype_centroids"), dependency(f"{player_type}/stat_profiles"),
            dependency("core/players"),
        ],
    )  # fmt: skip


ASSETS = [make(player_type) for player_type in PLAYER_TYPES for make in (_profiles, _centroids, _archetypes)]
