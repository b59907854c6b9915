"""The tables of the controls: learned blocks, each kind of which is made by a builder of its own."""

from collections.abc import Mapping
from dataclasses import replace

from fbm_pipeline.store.columns import CUTOFF, MLBAM_ID, PLAYER_TYPE, SEASON, Column
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import whole

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

TABLES = (LEARNED_BLOCKS,)
