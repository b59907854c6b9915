"""The decoder conditioned on players, and the table of vectors that its weights make of all seasons."""

from fbm_pipeline.store.columns import (
    AS_OF,
    CUTOFF,
    MLBAM_ID,
    PLATE_APPEARANCES,
    PLAYER_TYPE,
    SEASON,
    Column,
    for_people,
)
from fbm_pipeline.store.declarations import Table, Training
from fbm_pipeline.store.windows import seasons_up_to, whole

# What meetings of batters and pitchers are counted from.
MEETINGS = ("core.pitches", "core.plate_appearances", "core.batted_balls")

DECODER = Training(
    "models.decoder",
    description="What every pitch and plate appearance says through a batter's and a pitcher's vector, by cutoff.",
    reads=dict.fromkeys(MEETINGS, seasons_up_to(since="first_season")),
    settings=("first_season", "width", "device"),
    code=("fbm_pipeline.player_vectors.decoder_training:DecoderTraining", "fbm_pipeline.nn.trainer:run_training"),
    current="fbm_pipeline.player_vectors.decoder:current_decoder",
    plan="fbm_pipeline.player_vectors.decoder:planned",
    seasons="fbm_pipeline.player_vectors.meetings:cutoffs_with_meetings",
)

PLAYER_VECTORS = Table(
    "models.player_vectors",
    grain="one row per cutoff, player, side of the ball and as-of date; from plate appearances before as_of only",
    description="Each player's vector and its uncertainty as of 1 March of every season, by the decoder of a cutoff.",
    columns=(
        CUTOFF,
        SEASON,
        PLAYER_TYPE,
        AS_OF,
        MLBAM_ID,
        PLATE_APPEARANCES,
        Column("last_season", "i16", "season", "the latest season before that he played in"),
        Column("mean", "[f32]", "deviations of all players", "the vector, the dimension that explains most first"),
        *for_people(
            (
                Column(
                    "sd",
                    "[f32]",
                    "deviations of all players",
                    "the doubt of each dimension, the winter's drift included",
                ),
                Column("decoder", "str", "id", "the decoder that made it: the hash that its checkpoint's folder bears"),
            )
        ),
    ),
    key=("cutoff", "player_type", "mlbam_id", "as_of"),
    partition_by=("cutoff",),
    # The weights are frozen: every season that is over is filtered with them, those after the cutoff too.
    reads=dict.fromkeys(MEETINGS, whole()),
    build="fbm_pipeline.player_vectors.player_vectors:player_vectors",
    trained=(DECODER,),
    seasons="fbm_pipeline.player_vectors.meetings:cutoffs_with_meetings",
)

TABLES = (PLAYER_VECTORS,)
