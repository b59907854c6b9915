"""The tables of the backtest: what each system projected beside what happened, and how far each has missed."""

from collections.abc import Callable

from fbm_pipeline.store.columns import MLBAM_ID, PLAYER_TYPE, SEASON, STATISTIC, SYSTEM, Column, for_people
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import Window, same_season, seasons_before, seasons_up_to, whole


def own_rates(window: Callable[..., Window]) -> dict[str, Window]:
    """What the rates of all our systems are read from: Marcel's, and the others' where they were made."""
    others = ("features.control_rates", "features.mle_rates", "models.predictions", "evaluation.blend_weights")
    return {"features.marcel_rates": window(), **{name: window(optional=True) for name in others}}


BLEND_WEIGHTS = Table(
    "evaluation.blend_weights",
    grain="one row per season, player type and statistic",
    description="How far the ensemble moves from Marcel toward the network, chosen on earlier seasons only.",
    columns=(
        SEASON,
        PLAYER_TYPE,
        STATISTIC,
        Column("weight", "f64", "share", "0 is Marcel, 1 the contextual projection"),
        Column("chosen_on", "str", "season", "the validation seasons that it was chosen on, with commas between"),
        Column("n", "i32", "player-seasons", "how many it was chosen on", for_people=True),
        Column("rmse", "f64", "of the statistic", "error with this weight, weighted by opportunities", for_people=True),
        Column("rmse_marcel", "f64", "of the statistic", "error of Marcel on the same player-seasons", for_people=True),
    ),
    key=("season", "player_type", "statistic"),
    partition_by=("season",),
    reads={"models.predictions": seasons_up_to(), "core.season_lines": seasons_before()},
    build="fbm_pipeline.backtest.blending:blend_weights",
    seasons="fbm_pipeline.backtest.blending:predicted_seasons",
)

ERROR_SPREAD = Table(
    "evaluation.error_spread",
    grain="one row per season, player type, statistic, system and tier of history",
    description="How far each system missed beyond luck on the backtest seasons before, by tier of history. It "
    "reads rates and outcomes where they are made, not the backtest, which takes its intervals from here.",
    columns=(
        SEASON,
        PLAYER_TYPE,
        STATISTIC,
        SYSTEM,
        Column("tier", "str", "word", "the player's history: a range of PA or BF of the three seasons before"),
        Column("variance", "f64", "of the statistic, squared", "what is left of the squared error without luck"),
        Column("luck_scale", "f64", "of the statistic, squared", "the luck of one opportunity; see `luck_scales`"),
        Column("n", "i32", "player-seasons", "how many errors it was measured on", for_people=True),
        Column("fitted_from", "i16", "season", "the first season whose errors count", for_people=True),
        Column("fitted_until", "i16", "season", "the last season whose errors count"),
    ),
    key=("season", "player_type", "statistic", "system", "tier"),
    partition_by=("season",),
    reads={
        **own_rates(seasons_before),
        "raw.public_projections": whole(optional=True),
        "core.players": whole(),
        "core.season_lines": seasons_before(),
        "core.player_games": seasons_before(),
    },
    settings=("development_seasons", "test_seasons"),
    build="fbm_pipeline.backtest.error_spread:error_spread",
    seasons="fbm_pipeline.backtest.error_spread:spread_seasons",
)

BACKTEST = Table(
    "evaluation.backtest",
    grain="one row per season, player, side of the ball, statistic and system",
    description="What every system said before a development or test season beside what happened.",
    columns=(
        SEASON,
        PLAYER_TYPE,
        MLBAM_ID,
        Column("statistic", "str", "word", "a statistic, or playing time: PA or BF, those of a regular, outs"),
        SYSTEM,
        Column("projected", "f64", "of the statistic", "what the system said before the season"),
        Column("actual", "f64", "of the statistic", "what the player then did"),
        Column("opportunities", "i32", "PA or BF", "how often he then played; 0 for who did not"),
        Column("prior_opportunities", "i32", "PA or BF", "how often he played in the three seasons before"),
        Column("luck_variance", "f64", "of the statistic, squared", "variance of the actual by luck").nullable_with(),
        Column("p10", "f64", "of the statistic", "lower end of the system's interval for the actual").nullable_with(),
        Column("p90", "f64", "of the statistic", "upper end of the system's interval for the actual").nullable_with(),
        Column("crps", "f64", "of the statistic", "continuous ranked probability score of the rate").nullable_with(),
        *for_people((Column("interval_from", "str", "word", "what the interval was made from").nullable_with(),)),
    ),
    key=("season", "player_type", "mlbam_id", "statistic", "system"),
    partition_by=("season",),
    reads={
        **own_rates(same_season),
        "features.debut_means": same_season(optional=True),
        "features.playing_time": same_season(optional=True),
        "features.newcomer_playing_time": same_season(optional=True),
        "raw.public_projections": whole(optional=True),
        "core.players": whole(),
        "core.season_lines": seasons_up_to(3),
        "core.player_games": same_season(),
        "evaluation.error_spread": same_season(),
    },
    build="fbm_pipeline.backtest.backtest:backtest",
    seasons="fbm_pipeline.backtest.error_spread:tested_seasons",
)

TABLES = (BLEND_WEIGHTS, ERROR_SPREAD, BACKTEST)
