"""The tables of the minors: what levels are worth, what debutants do, and every player's rates with both."""

from fbm_pipeline.store.columns import (
    AS_OF,
    PLAYER_RATE,
    PLAYER_TYPE,
    SEASON,
    STATISTIC,
    TRAINED_FROM,
    TRAINED_UNTIL,
    Column,
    N,
    for_people,
)
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import same_season, seasons_before, seasons_up_to, whole

MLE_TRANSLATIONS = Table(
    "features.mle_translations",
    grain="one row per season, side of the ball, component and parameter",
    description="How many times his multiple of a level's rate a player has in the majors, and what a line weighs.",
    columns=(
        SEASON,
        PLAYER_TYPE,
        Column("component", "str", "word", "what is translated: strikeouts, walks, home runs, hits, doubles, triples"),
        Column("parameter", "str", "word", "by its name in `mle.translation`, or the naive factor of a level"),
        Column("value", "f64", "of the parameter", "the fitted value"),
        N,
        TRAINED_FROM,
        TRAINED_UNTIL,
    ),
    key=("season", "player_type", "component", "parameter"),
    partition_by=("player_type", "season"),
    reads={
        # Twelve target seasons teach; behind each lie three of lines, and behind a line three of its club.
        "core.season_lines": seasons_before(15),
        "core.minor_lines": seasons_before(17),
        "core.players": whole(),
        "features.marcel_rates": seasons_before(12),
        # What a level does to batters it does to pitchers the other way round: they are fitted after them.
        "features.mle_translations": same_season(player_type="batter"),
    },
    build="fbm_pipeline.mle.translations:mle_translations",
    seasons="fbm_pipeline.mle.translations:translatable_seasons",
    awaits={"features.marcel_rates": seasons_up_to(12)},
)

DEBUT_MEANS = Table(
    "features.debut_means",
    grain="one row per season, side of the ball, role, age and statistic",
    description="The rates of first seasons by age and role: for a player of whom nothing else is known.",
    columns=(
        SEASON,
        PLAYER_TYPE,
        AS_OF,
        Column("role", "str", "word", "`starter` or `reliever` of pitchers, `any` of who has not shown one"),
        Column("age", "i16", "years", "age on 30 June of the season"),
        STATISTIC,
        Column("rate", "f64", "of the statistic", "what debutants of the age and role do, in the statistic's scale"),
        Column(
            "concentration", "f64", "PA or BF", "how alike debutants are; null where none is fitted"
        ).nullable_with(),
        *for_people([N]),
        TRAINED_UNTIL,
    ),
    key=("season", "player_type", "role", "age", "statistic"),
    partition_by=("player_type", "season"),
    reads={"core.season_lines": seasons_before(), "core.players": whole()},
    build="fbm_pipeline.mle.debut_means:debut_means",
    seasons="fbm_pipeline.mle.translations:translatable_seasons",
    awaits={"core.minor_lines": seasons_before(), "features.marcel_rates": seasons_up_to()},
)

MLE_RATES = Table(
    "features.mle_rates",
    grain="one row per player, side of the ball, as-of date, system and statistic",
    description="Every player's rates before the season with his minor-league lines, newcomers among them.",
    columns=(
        *PLAYER_RATE,
        Column("weight", "f64", "PA or BF", "the opportunities that the rate rests on, majors and minors together"),
        # In a league without published minors they weigh nothing for anybody, and every rate is the majors'.
        Column("minor_weight", "f64", "PA or BF", "of these what the minors weigh", may_be_constant=True),
        Column("minor_rate", "f64", "of the statistic", "of the minors alone, translated").nullable_with(),
        Column(
            "concentration", "f64", "PA or BF", "how sure the rate is; of heads, in `mle` and `debut_mean`"
        ).nullable_with(),
        Column("source", "str", "word", "`mlb`, `blended`, `mle` or `debutants`", may_be_constant=True),
        TRAINED_UNTIL,
    ),
    key=("player_type", "mlbam_id", "as_of", "system", "statistic"),
    partition_by=("player_type", "season"),
    reads={
        "core.season_lines": seasons_before(3),
        "core.minor_lines": seasons_before(5),  # three of lines, and behind the oldest three of its club
        "core.players": whole(),
        "features.marcel_constants": whole(),
        "features.marcel_rates": same_season(),
        "features.mle_translations": same_season(),
        "features.debut_means": same_season(),
    },
    build="fbm_pipeline.mle.rates:mle_rates",
    seasons="fbm_pipeline.mle.translations:translatable_seasons",
)

TABLES = (MLE_TRANSLATIONS, DEBUT_MEANS, MLE_RATES)
