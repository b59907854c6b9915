"""Assets of the minors: what levels are worth, what debutants do, and every player's rates with them."""

from fbm_pipeline.defs.declared_assets import declared_assets
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.mle.tables import DEBUT_MEANS, MLE_RATES, MLE_TRANSLATIONS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store


def _levels(store: Store, settings: Settings, player_type: str, season: int) -> Metadata:
    from fbm_pipeline.mle.minor_lines import LEVELS
    from fbm_pipeline.mle.translations import read_translations

    fitted = read_translations(store, player_type, season).fitted
    rows = [
        (item.component, level, round(item.factor(level), 3), round(item.worth(level), 2), item.n)
        for item in fitted
        for level in LEVELS
    ]
    return {"levels": markdown_table(("component", "level", "factor", "worth", "player-seasons"), rows)}


ASSETS = [
    *declared_assets(MLE_TRANSLATIONS, describe_season=_levels, kinds=("scipy", "deltalake")),
    *declared_assets(DEBUT_MEANS, kinds=("scipy", "deltalake")),
    *declared_assets(MLE_RATES, kinds=("numpy", "deltalake")),
]
