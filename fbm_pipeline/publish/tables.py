"""The table that is published: a season's projections by player and system."""

from fbm_pipeline.backtest.tables import own_rates
from fbm_pipeline.baseball.statistics import RATE_COLUMNS
from fbm_pipeline.store.columns import AS_OF, MLBAM_ID, PLAYER_TYPE, SEASON, SYSTEM, Column, for_people
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import same_season, seasons_before, whole


def _rate(name: str) -> tuple[Column, ...]:
    """A rate and the quantiles of what the player may show over his projected playing time."""
    kind, unit = "f64", "of the statistic"
    quantiles = (
        Column(f"{name}_p10", kind, unit, f"10th percentile of {name} over the projected playing time"),
        Column(f"{name}_p50", kind, unit, f"median of {name} over the projected playing time", for_people=True),
        Column(f"{name}_p90", kind, unit, f"90th percentile of {name} over the projected playing time"),
    )
    rate = Column(name, kind, unit, f"the projected {name}; null for the player type without it")
    return tuple(column.nullable_with() for column in (rate, *quantiles))


PROJECTIONS = Table(
    "publish.projections",
    grain="one row per season, player, side of the ball and system",
    description="The season's projections with intervals, by player and system; also as CSV and Parquet files.",
    columns=(
        SEASON,
        AS_OF,
        PLAYER_TYPE,
        MLBAM_ID,
        *for_people((Column("fangraphs_id", "str", "id", "the player's id at FanGraphs").nullable_with(),)),
        Column("name", "str", "name", "the player's name"),
        Column("team", "str", "club", "the club that he is expected to play for").nullable_with(),
        Column("team_from", "str", "word", "what says so: a roster, his last line or his parent club").nullable_with(),
        SYSTEM,
        Column("opportunities", "f64", "PA or BF", "projected playing time, the chance of not playing included"),
        *(
            column.nullable_with()
            for column in (
                Column("opportunities_p10", "f64", "PA or BF", "10th percentile of playing time"),
                Column("opportunities_p90", "f64", "PA or BF", "90th percentile of playing time"),
                Column("ip", "f64", "innings", "a pitcher's projected innings, thirds as decimals", only_for="pitcher"),
                Column("ip_p10", "f64", "innings", "10th percentile of his innings", only_for="pitcher"),
                Column("ip_p90", "f64", "innings", "90th percentile of his innings", only_for="pitcher"),
                Column("role", "str", "word", "`starter` or `reliever`, by his last season", only_for="pitcher"),
                Column("starter_chance", "f64", "probability", "that he starts", only_for="pitcher"),
                Column("role_change", "f64", "probability", "that he changes his role", only_for="pitcher"),
            )
        ),
        *(column for name in RATE_COLUMNS for column in _rate(name)),
        Column("identity_source", "str", "word", "what his profile is made of: `mlb`, `mle` or `blended`"),
        Column("archetype", "i16", "id", "the archetype nearest to his profile").nullable_with(),
    ),
    key=("season", "player_type", "mlbam_id", "system"),
    partition_by=("season",),
    reads={
        **own_rates(same_season),
        "evaluation.error_spread": same_season(optional=True),
        "features.playing_time": same_season(optional=True),
        "features.newcomer_playing_time": same_season(optional=True),
        "features.stat_profiles": same_season(),
        "features.archetypes": same_season(),
        "core.players": whole(),
        "core.season_lines": seasons_before(),
        "core.minor_lines": seasons_before(optional=True),
        "raw.club_rosters": whole(optional=True, content="fbm_pipeline.parks.coming_clubs:rosters_content"),
    },
    build="fbm_pipeline.publish.projections:projections",
    seasons="fbm_pipeline.publish.projections:projection_season",
)

TABLES = (PROJECTIONS,)
