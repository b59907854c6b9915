"""The table of the network: what each fold says of its validation and its test season."""

from fbm_pipeline.store.columns import AS_OF, MLBAM_ID, PLAYER_TYPE, SEASON, STATISTIC, SYSTEM, TRAINED_UNTIL, Column
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import seasons_before, seasons_up_to

PREDICTIONS = Table(
    "models.predictions",
    grain="one row per fold, season, player, side of the ball, system and statistic",
    description="What Marcel and the network say of the validation and the test season of a fold.",
    columns=(
        Column("fold", "i16", "season", "the test season of the fold"),
        Column("split", "str", "word", "`validation`, on which the network was stopped, or `test`"),
        SEASON,
        PLAYER_TYPE,
        AS_OF,
        MLBAM_ID,
        SYSTEM,
        STATISTIC,
        Column("rate", "f64", "of the statistic", "the projected rate, in the statistic's own scale"),
        Column("concentration", "f64", "denominators", "how sure the rate is, as opportunities", nullable=True),
        TRAINED_UNTIL,
    ),
    key=("fold", "season", "player_type", "mlbam_id", "system", "statistic"),
    partition_by=("player_type", "fold"),
    reads={
        "models.pa_embeddings": seasons_before(),
        "features.marcel_rates": seasons_up_to(),
        "features.stat_profiles": seasons_up_to(),
        "features.archetypes": seasons_up_to(),
    },
    code=("fbm_pipeline.network.projection:fold_predictions",),
)

TABLES = (PREDICTIONS,)
