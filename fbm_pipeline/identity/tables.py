"""The tables of who a player is: profiles as of a date, and kinds of players."""

from collections.abc import Iterator

from fbm_pipeline.baseball.calendar import FIRST_SEASON, midseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES, head_statistics
from fbm_pipeline.store.columns import PLAYER_KEY, PLAYER_TYPE, Column, constant, for_people
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import same_season, seasons_before, seasons_up_to, whole

HORIZONS = ("career", "three_year", "one_year", "thirty_day")
# Nobody plays in February: the shortest horizon of a preseason profile is always empty, and supplied by a longer one.
_ALWAYS_ALIKE = ("career_supplied_by", "thirty_day_opportunities", "thirty_day_supplied_by")


def _horizon_columns() -> Iterator[Column]:
    for horizon in HORIZONS:
        name = f"{horizon}_opportunities"
        yield Column(name, "i32", "PA or BF", "of the horizon, in the majors", may_be_constant=name in _ALWAYS_ALIKE)
        name = f"{horizon}_supplied_by"
        meaning = "the horizon that the rates come from: this one or a longer"
        yield Column(name, "str", "word", meaning, may_be_constant=name in _ALWAYS_ALIKE)
        for statistic, only_for in _heads().items():
            meaning = f"{statistic} of the horizon, shrunk towards the league's"
            yield Column(f"{horizon}_{statistic}", "f64", "of the statistic", meaning, nullable=True, only_for=only_for)


def _heads() -> dict[str, str | None]:
    """Every statistic with a head, in order, and the player type that alone has it."""
    owners: dict[str, list[str]] = {}
    for player_type in PLAYER_TYPES:
        for statistic in head_statistics(player_type):
            owners.setdefault(statistic.name, []).append(player_type)
    return {name: types[0] if len(types) == 1 else None for name, types in owners.items()}


STAT_PROFILES = Table(
    "features.stat_profiles",
    grain="one row per player, side of the ball and as-of date; only games before as_of",
    description="Career, 3-year, 1-year and 30-day rates before the season and at midseason, with opportunities.",
    columns=(
        *PLAYER_KEY,
        Column("age", "f32", "years", "age on 30 June of the season"),
        Column("bats", "str", "word", "`L`, `R`, `S` or `B` for both, `U` where it is not known"),
        Column("throws", "str", "word", "`L`, `R`, `S` or `B` for both, `U` where it is not known"),
        Column("role", "str", "word", "`starter` or `reliever` of a pitcher, else `batter`", only_for="pitcher"),
        # A league whose minors nobody published has no newcomers, and no opportunities there.
        *constant(
            Column("identity_source", "str", "word", "where the rates come from: `mlb`, `blended` or `mle`"),
            Column("minor_opportunities", "f64", "PA or BF", "what the minors weigh in the strikeout rate"),
        ),
        # Newcomers have played no game.
        *for_people((Column("days_since_last_game", "i32", "days", "since his last game").nullable_with(0.7),)),
        *_horizon_columns(),
    ),
    key=("player_type", "mlbam_id", "as_of"),
    partition_by=("player_type", "season"),
    reads={
        # Rows as of March and of July are in one partition: of the season itself the games before July are open, and
        # the statement's own dates keep them out of March.
        "core.player_games": seasons_up_to(before_month=midseason(FIRST_SEASON).month),
        "core.season_lines": seasons_before(),
        "core.minor_lines": seasons_before(3, optional=True),
        "core.players": whole(),
        "features.marcel_constants": whole(),
        "features.mle_rates": same_season(optional=True),
    },
    build="fbm_pipeline.identity.profiles:stat_profiles",
    seasons="fbm_pipeline.marcel.rates:projectable_seasons",
)

ARCHETYPE_CENTROIDS = Table(
    "features.archetype_centroids",
    grain="one row per player type, archetype and feature",
    description="Centres of the k-means archetypes, fitted on profiles of the preset's tuning seasons.",
    columns=(
        PLAYER_TYPE,
        Column("archetype", "i16", "number", "the kind of player, from 0"),
        Column("feature", "str", "word", "a feature of `identity.archetypes`"),
        Column("centroid", "f64", "standard deviations", "where the kind's centre lies in the feature"),
        Column("scaler_mean", "f64", "of the feature", "mean of the players that the scaler was fitted on"),
        Column("scaler_sd", "f64", "of the feature", "their standard deviation; 0 where they did not vary"),
        Column(
            "fitted_until", "i16", "season", "the last season whose profiles it was fitted on", may_be_constant=True
        ),
    ),
    key=("player_type", "archetype", "feature"),
    partition_by=("player_type",),
    reads={"features.stat_profiles": whole(until="tune_until")},
    settings=("tune_until", "archetypes"),
    build="fbm_pipeline.identity.archetypes:archetype_centroids",
)

ARCHETYPES = Table(
    "features.archetypes",
    grain="one row per player, side of the ball and as-of date",
    description="Each player's nearest archetype and how near it is.",
    columns=(
        *PLAYER_KEY,
        Column("archetype", "i16", "number", "the nearest kind of player"),
        Column("distance", "f32", "standard deviations", "from its centre"),
        Column("membership", "[f32]", "shares", "of each kind by nearness, adding up to 1", for_people=True),
    ),
    key=("player_type", "mlbam_id", "as_of"),
    partition_by=("player_type", "season"),
    reads={"features.stat_profiles": same_season(), "features.archetype_centroids": whole()},
    build="fbm_pipeline.identity.archetypes:archetypes",
    seasons="fbm_pipeline.marcel.rates:projectable_seasons",
)

TABLES = (STAT_PROFILES, ARCHETYPE_CENTROIDS, ARCHETYPES)
