"""Assets of player identity: stat profiles as of a date, archetype centroids and assignments."""

from fbm_pipeline.defs.declared_assets import declared_assets
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.identity.tables import ARCHETYPE_CENTROIDS, ARCHETYPES, STAT_PROFILES
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store


def _exemplars(store: Store, settings: Settings, player_type: str, season: int) -> Metadata:
    from fbm_pipeline.identity.archetypes import exemplars

    members: dict[int, list[str]] = {}
    for row in exemplars(store, player_type, season).to_pylist():
        members.setdefault(row["archetype"], []).append(row["name"])
    rows = [(archetype, ", ".join(names)) for archetype, names in sorted(members.items())]
    return {"exemplars": markdown_table(("archetype", "nearest to its centre"), rows)}


ASSETS = [
    *declared_assets(STAT_PROFILES),
    *declared_assets(ARCHETYPE_CENTROIDS, kinds=("scikitlearn", "deltalake")),
    *declared_assets(ARCHETYPES, describe_season=_exemplars, kinds=("scikitlearn", "deltalake")),
]
