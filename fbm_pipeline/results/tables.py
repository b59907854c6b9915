"""The table of what is measured of Level 1, which docs/results shows."""

from fbm_pipeline.store.columns import DATA, SEASONS, Column
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import whole

LEVEL1 = Table(
    "evaluation.level1",
    grain="one row per section, cutoff, arm, reference, seasons, player type, statistic and measure",
    description="Whether anything learnt makes the control better, and what the encoders and decoders have learnt.",
    columns=(
        DATA,
        Column("section", "str", "word", "what is measured: pre-training, decoder, useful test or collapse"),
        Column("cutoff", "i16", "season", "the last season that the encoder or decoder has seen anything of"),
        Column("arm", "str", "word", "the encoder, block or table of frequencies measured"),
        Column("reference", "str", "word", "the arm that it is measured against; empty for a figure of its own"),
        SEASONS,
        Column("player_type", "str", "word", "`batter`, `pitcher`, or `both` for the mean over all; else empty"),
        Column("stat", "str", "word", "the statistic, field or epoch"),
        Column("measure", "str", "word", "the figure: nats, r, rmse, their differences, a measure of collapse"),
        Column("n", "i32", "rows", "player-seasons, hidden plate appearances or statistics behind it; 0 if not told"),
        Column("value", "f64", "of the measure", "the figure"),
        *(
            column.nullable_with()
            for column in (
                Column("low", "f64", "of the measure", "lower end of a difference's 95 % interval over players"),
                Column("high", "f64", "of the measure", "upper end of a difference's 95 % interval over players"),
                Column("holm", "f64", "probability", "p-value of the difference, adjusted over the statistics"),
                Column("verdict", "str", "word", "`better`, `worse` or `undecided`, of a difference in RMSE"),
            )
        ),
    ),
    key=("data", "section", "cutoff", "arm", "reference", "seasons", "player_type", "stat", "measure"),
    reads={
        "core.batted_balls": whole(),
        "core.pitches": whole(),
        "core.plate_appearance_details": whole(),
        "core.plate_appearances": whole(),
        "core.players": whole(),
        "core.season_lines": whole(),
        "features.control_rates": whole(),
        "features.learned_blocks": whole(),
        "features.marcel_rates": whole(),
        "features.sequence_counts": whole(),
    },
    code=("fbm_pipeline.results.level1_measurement:measure_level1",),
)

TABLES = (LEVEL1,)
