"""The table of the ablations: what taking one thing away costs."""

from fbm_pipeline.store.columns import (
    DATA,
    PLAYER_TYPE,
    PLAYERS,
    SEASONS,
    STAT,
    UNIVERSE,
    VERDICT,
    Column,
    for_people,
    paired_difference,
)
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import whole


def _both(measure: str, unit: str, meaning: str) -> tuple[Column, ...]:
    """A figure of the ablation, and its reference's, which people read beside the difference."""
    figure = Column(measure, "f64", unit, f"{meaning} of the ablation, the mean over its seeds").nullable_with()
    reference = Column(f"{measure}_reference", "f64", unit, f"{meaning} of the reference, likewise").nullable_with()
    return (figure, *for_people((reference,)))


# A plan is a person's question, not a partition: its rows replace the same plan's and stand beside all others'.
ABLATIONS = Table(
    "evaluation.ablations",
    grain="one row per plan, ablation, universe, seasons, player type and statistic, against its reference",
    description="What taking one thing away costs: every ablation of a plan against its reference, with paired "
    "intervals.",
    columns=(
        DATA,
        Column("plan", "str", "word", "the plan that asked, by its name in `ablations.plan`"),
        Column("ablation", "str", "word", "what was changed, by its name in `ablations.registry`"),
        Column("reference", "str", "word", "the untouched arm that it is measured against"),
        UNIVERSE,
        SEASONS,
        PLAYER_TYPE,
        STAT,
        Column("seeds", "i16", "seeds", "over how many trainings the figures are averaged"),
        Column("n", "i32", "player-seasons", "how many were scored"),
        PLAYERS,
        *_both("r", "correlation", "correlation with the actual, season means removed,"),
        *paired_difference("r"),
        *_both("rmse", "of the statistic", "root mean squared error, season means removed,"),
        *paired_difference("rmse"),
        VERDICT,
    ),
    key=("data", "plan", "ablation", "reference", "universe", "seasons", "player_type", "stat"),
    reads={
        "core.batted_balls": whole(),
        "core.games": whole(),
        "core.pitches": whole(),
        "core.plate_appearance_details": whole(),
        "core.players": whole(),
        "core.player_games": whole(),
        "core.plate_appearances": whole(),
        "core.season_lines": whole(),
        "features.marcel_constants": whole(),
        "features.marcel_rates": whole(),
        "features.sequence_counts": whole(),
        "features.stat_profiles": whole(),
        "features.archetype_centroids": whole(),
        "features.archetypes": whole(),
        "features.mle_rates": whole(optional=True),
        "models.pa_embeddings": whole(optional=True),
    },
    code=("fbm_pipeline.ablations.runner:run_cells", "fbm_pipeline.ablations.comparison:compare_plan"),
)

TABLES = (ABLATIONS,)
