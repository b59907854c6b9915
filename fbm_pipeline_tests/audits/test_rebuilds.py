"""What an audit makes again follows from the declarations, each table after all that it reads."""

from fbm_pipeline.audits.rebuilds import rebuilds, seasons_behind
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.store.columns import PLAYER_TYPE, SEASON
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import Window, same_season, seasons_before, seasons_up_to, whole
from fbm_pipeline.tables import TABLES

SEASON_MADE = 2019


def table(name: str, reads: dict[str, Window], *, by_type: bool = True, built: bool = True) -> Table:
    columns = (PLAYER_TYPE, SEASON) if by_type else (SEASON,)
    names = tuple(column.name for column in columns)
    return Table(name, "one row", columns, names, names, reads=reads, build="a:b" if built else "")


MADE_UP = {
    made.name: made
    for made in (
        table("core.lines", {}, by_type=False),
        table("features.counts", {"core.lines": same_season()}),
        table("features.parks", {"core.lines": seasons_before()}, by_type=False),
        table("features.rates", {"features.counts": seasons_before(), "features.rates": seasons_before()}),
        table("features.fitted", {"features.rates": whole()}, built=False),
        table("features.later", {"features.said": same_season()}),
        table(
            "features.said",
            {
                "features.parks": seasons_up_to(),
                "features.rates": seasons_before(),
                "features.counts": seasons_before(),
                "features.fitted": whole(),
            },
        ),
    )
}


def test_seasons_follow_the_windows() -> None:
    assert seasons_behind(MADE_UP, ["features.said"], SEASON_MADE) == {
        "features.said": 2019,
        "features.parks": 2019,
        "features.rates": 2018,
        "features.counts": 2018,  # the latest of two ways
    }


def test_each_is_made_after_all_that_it_reads_and_batters_first() -> None:
    made = rebuilds(MADE_UP, ["features.said"], SEASON_MADE, PRESETS["real"])
    names = list(dict.fromkeys(item.table for item in made))
    assert names.index("features.counts") < names.index("features.rates") < names.index("features.said")
    assert names[-1] == "features.said"
    partitions = [item.partition for item in made if item.table == "features.said"]
    assert partitions == [{"player_type": name, "season": 2019} for name in ("batter", "pitcher")]
    assert [item.partition for item in made if item.table == "features.parks"] == [{"season": 2019}]


def test_all_between_the_core_tables_and_the_controls_is_made_again() -> None:
    names = ["features.control_rates", "features.playing_time", "features.archetypes", "features.newcomer_playing_time"]
    before = {"features.physics_counts": 2018, "features.sequence_counts": 2018}
    of_the_season = [
        *names,
        "features.park_factors",
        "features.marcel_rates",
        "features.stat_profiles",
        "features.mle_translations",
        "features.debut_means",
        "features.mle_rates",
    ]
    assert seasons_behind(TABLES, names, SEASON_MADE) == dict.fromkeys(of_the_season, SEASON_MADE) | before


def test_predictions_alone_are_made_again_by_fold() -> None:
    made = rebuilds(TABLES, ["models.predictions"], SEASON_MADE, PRESETS["real"], behind=False)
    assert [(item.table, item.partition) for item in made] == [
        ("models.predictions", {"player_type": name, "fold": SEASON_MADE}) for name in ("batter", "pitcher")
    ]
