"""The tables of the prior."""

from fbm_pipeline.store.columns import PLAYER_RATE, PLAYER_TYPE, STATISTIC, Column, N
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import seasons_before, whole

MARCEL_CONSTANTS = Table(
    "features.marcel_constants",
    grain="one row per player type and statistic",
    description="How far each statistic regresses to the league and ages, fitted on the preset's tuning seasons.",
    columns=(
        PLAYER_TYPE,
        STATISTIC,
        Column("regression", "f64", "weighted denominators", "how much of the league's rate is mixed in"),
        Column("age_slope", "f64", "share a year", "change of the rate with each year from the peak age"),
        Column("fitted_from", "i16", "season", "the first target season it was fitted on"),
        Column("fitted_until", "i16", "season", "the last target season it was fitted on"),
        N,
        Column("rmse", "f64", "of the statistic", "error of the fitted seasons, weighted by opportunities"),
    ),
    key=("player_type", "statistic"),
    partition_by=("player_type",),
    reads={"core.season_lines": whole(until="tune_until"), "core.players": whole()},
    settings=("tune_until", "min_train_opportunities"),
    build="fbm_pipeline.marcel.constants:marcel_constants",
)

MARCEL_RATES = Table(
    "features.marcel_rates",
    grain="one row per player, side of the ball, as-of date, system and statistic",
    description="Every player's rates before the season by classic and by fitted Marcel: the prior of all else.",
    columns=(
        *PLAYER_RATE,
        Column("weight", "f64", "denominators", "the effective opportunities behind the rate, regression included"),
        Column("league_rate", "f64", "of the statistic", "the league's rate of the latest season, in the same scale"),
        Column("opportunities", "f64", "PA or BF", "the opportunities that classic Marcel expects"),
    ),
    key=("player_type", "mlbam_id", "as_of", "system", "statistic"),
    partition_by=("player_type", "season"),
    reads={"core.season_lines": seasons_before(3), "core.players": whole(), "features.marcel_constants": whole()},
    build="fbm_pipeline.marcel.rates:marcel_rates",
    seasons="fbm_pipeline.marcel.rates:projectable_seasons",
)

TABLES = (MARCEL_CONSTANTS, MARCEL_RATES)
