"""The tables of the evaluation: every system's scores, the differences of two systems, and what Level 1 is worth."""

from dataclasses import replace

from fbm_pipeline.controls.tables import FRAME_READS
from fbm_pipeline.level1.tables import ENCODER, OUTINGS
from fbm_pipeline.player_vectors.tables import DECODER
from fbm_pipeline.store.columns import (
    DATA,
    PLAYER_TYPE,
    PLAYERS,
    SEASONS,
    STAT,
    SYSTEM,
    UNIVERSE,
    VERDICT,
    Column,
    paired_difference,
)
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import whole

_N = Column("n", "i32", "player-seasons", "how many were scored")
_KIND = Column("kind", "str", "word", "a rate, playing time or a count, by its name in `evaluation.sheets`")
_CELL = (
    DATA,
    Column("comparison", "str", "word", "the systems side by side, by its name in `evaluation.comparisons`"),
    UNIVERSE,
    SEASONS,
    PLAYER_TYPE,
    _KIND,
    STAT,
)
_READS = {"evaluation.backtest": whole(), "core.season_lines": whole()}
_SETTINGS = ("data_kind", "development_seasons", "test_seasons")

SCORES = Table(
    "evaluation.scores",
    grain="one row per comparison, universe, seasons, player type, kind, statistic and system",
    description="Every registered comparison: r, errors, spread, ranks and intervals by universe and seasons.",
    columns=(
        *_CELL,
        SYSTEM,
        _N,
        *(
            column.nullable_with()
            for column in (
                Column("r", "f64", "correlation", "with the actual, season means removed, weighted by opportunities"),
                Column("rmse", "f64", "of the statistic", "root mean squared error, season means removed"),
                Column("rmse_raw", "f64", "of the statistic", "root mean squared error, season means left in"),
                Column("slope", "f64", "ratio", "actual by projected; below 1 the system spreads its players too far"),
                Column("sd_ratio", "f64", "ratio", "standard deviation of the projected over that of the actual"),
                Column("attainable", "f64", "share", "of the error that luck does not explain, the share removed"),
                Column("rank_r", "f64", "correlation", "of ranks, the mean over seasons"),
                Column("top20", "f64", "share", "of the best 20 by the system, those who then were among the best 20"),
                Column("coverage", "f64", "share", "of player-seasons whose actual lies between p10 and p90"),
                Column("width", "f64", "of the statistic", "mean distance from p10 to p90"),
                Column("crps", "f64", "of the statistic", "mean continuous ranked probability score"),
            )
        ),
    ),
    key=("data", "comparison", "universe", "seasons", "player_type", "kind", "stat", "system"),
    reads=_READS,
    settings=_SETTINGS,
    build="fbm_pipeline.evaluation.standings:scores",
)

PAIRS = Table(
    "evaluation.pairs",
    grain="one row per comparison, universe, seasons, player type, kind, statistic and two systems",
    description="Differences of two systems in r and RMSE, with intervals over players and Holm's adjustment.",
    columns=(
        *_CELL,
        Column("base", "str", "word", "the system that the other is measured against"),
        Column("new", "str", "word", "the system whose figure is the minuend"),
        _N,
        PLAYERS,
        *paired_difference("r"),
        *paired_difference("rmse"),
        VERDICT,
    ),
    key=("data", "comparison", "universe", "seasons", "player_type", "kind", "stat", "base", "new"),
    reads=_READS,
    settings=_SETTINGS,
    build="fbm_pipeline.evaluation.pairs:pairs",
)

_MEASUREMENT = "fbm_pipeline.evaluation.level1_measurement"

LEVEL1 = Table(
    "evaluation.level1",
    grain="one row per section, cutoff, arm, reference, seasons, player type, statistic and measure",
    description="Whether anything learnt makes the control better, and what the encoders and decoders have learnt.",
    columns=(
        DATA,
        Column(
            "section", "str", "word", "what is measured: pre-training, decoder, gains of learned blocks or collapse"
        ),
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
    reads=dict.fromkeys((*OUTINGS, *FRAME_READS, "features.control_rates", "features.learned_blocks"), whole()),
    settings=("name", "encoders", "development_seasons", "test_seasons", "seed", "threads", "device", "data_kind"),
    build=f"{_MEASUREMENT}:level1",
    # Of every cutoff.
    trained=(
        replace(ENCODER, current=f"{_MEASUREMENT}:current_encoders"),
        replace(DECODER, current=f"{_MEASUREMENT}:current_decoders"),
    ),
)

TABLES = (SCORES, PAIRS, LEVEL1)
