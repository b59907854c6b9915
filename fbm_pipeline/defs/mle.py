"""Assets of the minors: what levels are worth, what debutants do, and every player's rates with them."""

from collections.abc import Callable, Collection

import dagster as dg

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.defs.partitions import BEFORE, UP_TO
from fbm_pipeline.defs.table_assets import dependency, season_table
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written

_CODE = ("mle", "marcel.season_lines", "baseball.statistics")


def _translatable(store: Store, settings: Settings) -> Collection[int]:
    from fbm_pipeline.mle.translations import translatable_seasons

    return translatable_seasons(store)


def _decides(player_type: str) -> list[dg.AssetDep]:
    """What `_translatable` asks beside the lines of the minors: made earlier, there would be no season to make."""
    return [dependency(f"{player_type}/marcel_rates", UP_TO)]


def _translations(player_type: str) -> dg.AssetsDefinition:
    def build(store: Store, settings: Settings, season: int) -> Written:
        from fbm_pipeline.mle.translations import build_translations

        return build_translations(store, player_type, season)

    def describe(store: Store, settings: Settings, season: int) -> Metadata:
        from fbm_pipeline.mle.minor_lines import LEVELS
        from fbm_pipeline.mle.translations import read_translations

        fitted = read_translations(store, player_type, season).fitted
        rows = [
            (item.component, level, round(item.factor(level), 3), round(item.worth(level), 2), item.n)
            for item in fitted for level in LEVELS
        ]  # fmt: skip
        return {"levels": markdown_table(("component", "level", "factor", "worth", "player-seasons"), rows)}

    other = [dependency("batter/mle_translations")] if player_type == "pitcher" else []
    return season_table(
        f"{player_type}/mle_translations", "features.mle_translations", build,
        group="features", code=_CODE, seasons=_translatable, describe=describe, kinds=("scipy", "deltalake"),
        description="How many times his multiple of a level's rate a player has in the majors, and what a line weighs.",
        deps=[
            *(dependency(f"core/{table}", BEFORE) for table in ("minor_lines", "season_lines")),
            dependency("core/players"), *_decides(player_type), *other,
        ],
    )  # fmt: skip


def _debut_means(player_type: str) -> dg.AssetsDefinition:
    def build(store: Store, settings: Settings, season: int) -> Written:
        from fbm_pipeline.mle.debut_means import build_debut_means

        return build_debut_means(store, player_type, season)

    return season_table(
        f"{player_type}/debut_means", "features.debut_means", build,
        group="features", code=_CODE, seasons=_translatable, kinds=("scipy", "deltalake"),
        description="The rates of first seasons by age and role: for a player of whom nothing else is known.",
        deps=[
            dependency("core/season_lines", BEFORE), dependency("core/players"),
            dependency("core/minor_lines", BEFORE), *_decides(player_type),
        ],
    )  # fmt: skip


def _mle_rates(player_type: str) -> dg.AssetsDefinition:
    def build(store: Store, settings: Settings, season: int) -> Written:
        from fbm_pipeline.mle.rates import build_mle_rates

        return build_mle_rates(store, player_type, season)

    return season_table(
        f"{player_type}/mle_rates", "features.mle_rates", build,
        group="features", code=_CODE, seasons=_translatable, kinds=("numpy", "deltalake"),
        description="Every player's rates before the season with his minor-league lines, newcomers among them.",
        deps=[
            *(dependency(f"core/{table}", BEFORE) for table in ("minor_lines", "season_lines")),
            dependency("core/players"), dependency(f"{player_type}/marcel_constants"),
            *(dependency(f"{player_type}/{name}") for name in ("marcel_rates", "mle_translations", "debut_means")),
        ],
    )  # fmt: skip


_MAKERS: tuple[Callable[[str], dg.AssetsDefinition], ...] = (
    _translations,
    _debut_means,
    _mle_rates,
)
ASSETS = [make(player_type) for player_type in PLAYER_TYPES for make in _MAKERS]
