"""Assets of the aggregates: what a season's pitches and batted balls say of each player, as counts and sums."""

from fbm_pipeline.aggregates.tables import PHYSICS_COUNTS, SEQUENCE_COUNTS
from fbm_pipeline.defs.declared_assets import declared_assets

ASSETS = [*declared_assets(SEQUENCE_COUNTS), *declared_assets(PHYSICS_COUNTS)]
