"""Assets of the parks: what each does to strikeouts, walks, kinds of hits and runs."""

from fbm_pipeline.defs.declared_assets import declared_assets
from fbm_pipeline.parks.tables import PARK_FACTORS

ASSETS = declared_assets(PARK_FACTORS)
