"""Assets of playing time: how much players will play whom Marcel projects, and those whom only the minors know."""

from fbm_pipeline.defs.declared_assets import declared_assets
from fbm_pipeline.playing_time.tables import NEWCOMER_PLAYING_TIME, PLAYING_TIME

ASSETS = [
    *declared_assets(PLAYING_TIME, kinds=("scikitlearn", "deltalake")),
    *declared_assets(NEWCOMER_PLAYING_TIME, kinds=("scikitlearn", "deltalake")),
]
