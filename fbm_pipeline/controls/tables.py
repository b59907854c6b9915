"""The tables of the controls."""

from fbm_pipeline.store.columns import (
    AS_OF,
    MLBAM_ID,
    PLAYER_TYPE,
    SEASON,
    STATISTIC,
    SYSTEM,
    TRAINED_FROM,
    TRAINED_UNTIL,
    Column,
    N,
)
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import seasons_before, seasons_up_to, whole

PHYSICS_FROM = 2021  # the first target with measured batted balls (2020's) before it

# Behind the rows and columns of the control itself: what a ridge on some of its families reads as well.
FRAME_READS = {
    "core.season_lines": seasons_before(),
    "core.players": whole(),
    "raw.lahman_batting": whole(),
    "raw.lahman_appearances": whole(),
    "raw.lahman_people": whole(),
    "features.marcel_constants": whole(),
    "features.marcel_rates": seasons_up_to(),
    # Of either side, because only a pitcher's own counts tell his batting from the league's.
    "features.sequence_counts": seasons_before(both_types=True),
}

CONTROL_RATES = Table(
    "features.control_rates",
    grain="one row per player, side of the ball, as-of date, control and statistic",
    description="What ridge and boosted trees on season lines, pitch aggregates, parks and physics add to Marcel.",
    columns=(
        SEASON,
        PLAYER_TYPE,
        AS_OF,
        MLBAM_ID,
        SYSTEM,
        STATISTIC,
        Column("rate", "f64", "of the statistic", "the projected rate, in the statistic's own scale"),
        TRAINED_FROM,
        TRAINED_UNTIL,
        N,
    ),
    key=("player_type", "mlbam_id", "as_of", "system", "statistic"),
    partition_by=("player_type", "season"),
    reads={
        **FRAME_READS,
        "core.games": seasons_before(),
        "core.player_games": seasons_before(),
        "core.plate_appearances": seasons_before(),
        "raw.club_rosters": whole(optional=True, content="fbm_pipeline.parks.coming_clubs:rosters_content"),
        "features.park_factors": seasons_up_to(),
        "features.physics_counts": seasons_before(),
        "features.mle_rates": seasons_up_to(optional=True),
        # The physics of a season learns from what the controls of earlier ones missed.
        "features.control_rates": seasons_before(since=PHYSICS_FROM, optional=True),
    },
    build="fbm_pipeline.controls.control_rates:control_rates",
    seasons="fbm_pipeline.controls.control_rates:trainable_seasons",
)

TABLES = (CONTROL_RATES,)
