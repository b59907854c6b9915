"""The tables of the parks."""

from fbm_pipeline.store.columns import AS_OF, SEASON, Column, for_people
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import seasons_before

# What a factor rests on: the controls read the factor alone.
_BEHIND_IT = for_people(
    (
        Column("observed", "f64", "events", "how often the component happened in the park"),
        Column("expected", "f64", "events", "how often, at the same clubs' rates in other parks"),
        Column("pa", "i32", "PA", "plate appearances in the park"),
        Column("elsewhere_pa", "i32", "PA", "plate appearances of the same clubs' games in other parks"),
        Column("seasons", "i8", "seasons", "how many of the three had games in the park", may_be_constant=True),
    )
)

PARK_FACTORS = Table(
    "features.park_factors",
    grain="one row per season, park and component; from the three seasons before, both sides batting",
    description="What each park does to strikeouts, walks, kinds of hits and runs, regressed to 1.",
    columns=(
        SEASON,
        AS_OF,
        Column("park_id", "str", "id", "the park, by Retrosheet's id"),
        Column("component", "str", "word", "what happens there: so, bb, hr, h, single, double, triple or runs"),
        Column("factor", "f64", "ratio", "how many times as often as elsewhere, regressed to the average park's 1"),
        *_BEHIND_IT,
    ),
    key=("season", "park_id", "component"),
    partition_by=("season",),
    reads={"core.plate_appearances": seasons_before(3)},
    build="fbm_pipeline.parks.park_factors:park_factors",
    seasons="fbm_pipeline.parks.park_factors:seasons_after_games",
)

TABLES = (PARK_FACTORS,)
