"""The tables of the controls: rates by season, and learned blocks, each kind of which has a builder of its own."""

from collections.abc import Mapping
from dataclasses import replace

from fbm_pipeline.store.columns import (
    CUTOFF,
    MLBAM_ID,
    PLAYER_RATE,
    PLAYER_TYPE,
    SEASON,
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
    # Of either side, because only a pitcher's own counts separate his batting from the league's.
    "features.sequence_counts": seasons_before(both_types=True),
}

CONTROL_RATES = Table(
    "features.control_rates",
    grain="one row per player, side of the ball, as-of date, control and statistic",
    description="What ridge and boosted trees on season lines, pitch aggregates, parks and physics add to Marcel.",
    columns=(*PLAYER_RATE, TRAINED_FROM, TRAINED_UNTIL, N),
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

_BLOCKS = "fbm_pipeline.controls.learned_blocks"
_COUNTED = ("core.batted_balls", "core.pitches", "core.plate_appearances")

LEARNED_BLOCKS = Table(
    "features.learned_blocks",
    grain="one row per block, encoder's cutoff, season, side of the ball and player: what his season's games say",
    description="What the games of every season say of each player, in at most 24 numbers, by block and cutoff.",
    columns=(
        Column("block", "str", "word", "what it is made of: an encoder's arm, `histogram` of tokens, `vectors`"),
        CUTOFF,
        SEASON,
        PLAYER_TYPE,
        MLBAM_ID,
        Column("plate_appearances", "f32", "PA or BF", "the plate appearances behind the vector"),
        Column("vector", "[f32]", "deviations of player-seasons", "beyond the season's league, widest direction first"),
    ),
    key=("block", "cutoff", "season", "player_type", "mlbam_id"),
    partition_by=("block", "cutoff"),
    reads={
        "models.player_vectors": whole(),
        "models.season_embeddings": whole(),
        **dict.fromkeys(_COUNTED, whole(until="last_served")),
    },
    settings=("last_served",),
    code=tuple(f"{_BLOCKS}:{name}" for name in ("embedded_block", "histogram_block", "vectors_block")),
    seasons="fbm_pipeline.player_vectors.meetings:cutoffs_with_meetings",
)


def _block(builder: str, settings: tuple[str, ...], *reads: str, **only: str) -> Table:
    windows = {name: replace(LEARNED_BLOCKS.reads[name], only=tuple(only.items())) for name in reads}
    return replace(LEARNED_BLOCKS, reads=windows, settings=settings, build=f"{_BLOCKS}:{builder}", code=())


# Each block reads a part of what the table reads, so that new embeddings make no histogram again.
BLOCK_TABLES: Mapping[str, Table] = {
    "masked": _block("embedded_block", (), "models.season_embeddings", arm="masked"),
    "untrained": _block("embedded_block", (), "models.season_embeddings", arm="untrained"),
    "histogram": _block("histogram_block", ("last_served",), *_COUNTED),
    "vectors": _block("vectors_block", (), "models.player_vectors"),
}

TABLES = (CONTROL_RATES, LEARNED_BLOCKS)
