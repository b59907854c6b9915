"""The encoder of pitches and the tables made with it: embeddings of plate appearances, and their means by player."""

from fbm_pipeline.store.columns import (
    CUTOFF,
    GAME_ID,
    MLBAM_ID,
    MONTH,
    PLATE_APPEARANCE,
    PLATE_APPEARANCES,
    PLAYER_TYPE,
    SEASON,
    Column,
    for_people,
)
from fbm_pipeline.store.declarations import Table, Training
from fbm_pipeline.store.windows import same_season, seasons_up_to

# What outings are made of.
OUTINGS = ("core.plate_appearances", "core.pitches", "core.plate_appearance_details", "core.batted_balls")
_ENCODER_HASH = Column("encoder", "str", "id", "the encoder that made it: the hash that its checkpoint's folder bears")

ENCODER = Training(
    "models.encoder",
    description="The pitch encoder of a cutoff, pre-trained on masked gamestates, and those it is compared with.",
    reads={
        **dict.fromkeys(OUTINGS, seasons_up_to(since="first_season")),
        "core.games": same_season(),  # which games of the cutoff's season are held out
    },
    settings=("first_season", "size", "device"),
    code=("fbm_pipeline.level1.encoder:pretraining_of", "fbm_pipeline.nn.trainer:run_training"),
    current="fbm_pipeline.level1.encoder:current_encoder",
    plan="fbm_pipeline.level1.encoder:planned",
    seasons="fbm_pipeline.level1.outings:cutoffs_with_outings",
)

PA_EMBEDDINGS = Table(
    "models.pa_embeddings",
    grain="one row per encoder's cutoff and plate appearance; embedding is little-endian float16",
    description="Each plate appearance of the season as the frozen encoders of later use see it.",
    columns=(
        CUTOFF,
        SEASON,
        MONTH,
        GAME_ID,
        PLATE_APPEARANCE,
        _ENCODER_HASH,
        Column("embedding", "bin", "none", "the plate appearance's embedding, float16 numbers, little-endian"),
    ),
    key=("cutoff", "game_id", "plate_appearance"),
    partition_by=("cutoff", "season", "month"),
    reads=dict.fromkeys(OUTINGS, same_season(month=True)),
    settings=("threads", "device"),
    code=("fbm_pipeline.level1.embeddings:embed_season",),
    trained=(ENCODER,),
    seasons="fbm_pipeline.level1.outings:seasons_with_outings",
)

SEASON_EMBEDDINGS = Table(
    "models.season_embeddings",
    grain="one row per encoder, season, side of the ball and player; the mean over his plate appearances",
    description="The mean of each player's plate appearances, by the encoder in use and by those beside it.",
    columns=(
        Column("arm", "str", "word", "the encoder: `masked` is the one in use, `untrained` as it was initialised"),
        CUTOFF,
        SEASON,
        PLAYER_TYPE,
        MLBAM_ID,
        PLATE_APPEARANCES,
        *for_people((_ENCODER_HASH,)),
        Column("embedding", "[f32]", "none", "the mean of the embeddings of the player's plate appearances"),
    ),
    key=("arm", "cutoff", "season", "player_type", "mlbam_id"),
    partition_by=("arm", "cutoff", "season"),
    # Only the arm in use is stored by plate appearance: the others are embedded on the way.
    reads={**dict.fromkeys(OUTINGS, same_season()), "models.pa_embeddings": same_season(optional=True)},
    settings=("threads", "device"),
    build="fbm_pipeline.level1.season_embeddings:season_embeddings",
    trained=(ENCODER,),
    seasons="fbm_pipeline.level1.outings:seasons_with_outings",
)

TABLES = (PA_EMBEDDINGS, SEASON_EMBEDDINGS)
