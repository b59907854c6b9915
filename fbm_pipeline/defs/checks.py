"""Asset checks of the warehouse: what the core tables must agree with before anything is learnt from them.

Blocking: what fails here stops what would read it, in the same run. Not here: the comparisons themselves.
"""

from collections.abc import Callable, Collection, Mapping

import dagster as dg

from fbm_pipeline.defs.judging import judge_seasons, told
from fbm_pipeline.defs.partitions import seasons_of_run
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.judged import Judged
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import (
    CheckResult,
    check_calendar,
    check_grain,
    check_id_match,
    check_lahman_totals,
    check_minor_league_match,
    check_pitching_lines,
    check_source_flags,
)
from fbm_pipeline.warehouse.season_games import played_seasons, published_seasons

CheckSeason = Callable[[Store, int], CheckResult]
Seasons = Callable[[Store, Settings], Collection[int]]


def _season_check(
    asset: str, name: str, check: CheckSeason, description: str, seasons: Seasons = played_seasons
) -> dg.AssetChecksDefinition:
    """A blocking check of an asset by season: it runs for the seasons of the run that have data."""

    @dg.asset_check(asset=asset.split("/"), name=name, description=description, blocking=True)
    def check_seasons(context: dg.AssetCheckExecutionContext, workplace: Workplace) -> dg.AssetCheckResult:
        settings, wanted = workplace.settings, seasons_of_run(context.run.tags)

        def judged(store: Store) -> Judged:
            possible = set(seasons(store, settings))
            return _judged({season: check(store, season) for season in wanted if season in possible})

        return told(judge_seasons(workplace, f"{asset}-{name}", wanted, [check, seasons], judged))

    return check_seasons


def _judged(results: Mapping[int, CheckResult]) -> Judged:
    failed = [result.summary for result in results.values() if not result.passed]
    passed = f"{len(results)} seasons agree" if results else "no season of the run has data"
    said = {
        "summary": "; ".join(failed) or passed,
        "seasons": {str(season): result.summary for season, result in results.items()},
        "details": {str(season): result.details for season, result in results.items()},
    }
    return Judged(not failed, said)


def _grain(table: str, seasons: Seasons = played_seasons) -> dg.AssetChecksDefinition:
    def check(store: Store, season: int) -> CheckResult:
        return check_grain(store, f"core.{table}", season)

    return _season_check(f"core/{table}", "one_row_per_grain", check, "No key occurs twice in a season.", seasons)


_TABLES_WITH_GRAIN = (
    "games",
    "pitches",
    "plate_appearances",
    "plate_appearance_details",
    "batted_balls",
    "player_games",
    "season_lines",
)

CHECKS = [
    *(_grain(table) for table in _TABLES_WITH_GRAIN),
    _season_check(
        "core/plate_appearances",
        "lahman_totals",
        check_lahman_totals,
        "Season totals equal Lahman's exactly, where Retrosheet tells the season.",
    ),
    _season_check(
        "core/plate_appearances",
        "pitching_lines",
        check_pitching_lines,
        "Pitcher by pitcher and game by game against the official lines; differences are counted by cause.",
    ),
    _season_check(
        "core/plate_appearances",
        "id_match",
        check_id_match,
        "At least 99.9 % of plate appearances have a known batter and pitcher.",
    ),
    _season_check(
        "core/plate_appearances",
        "source_flags",
        check_source_flags,
        "Outcomes add to the line what the source's own flags say.",
    ),
    _season_check(
        "core/player_games",
        "calendar",
        check_calendar,
        "Rows lie within their season and belong to a known game under its date.",
    ),
    _season_check(
        "core/minor_lines",
        "minor_league_match",
        check_minor_league_match,
        "At least 90 % of the plate appearances of publishers with ids have a known player.",
        published_seasons,
    ),
    _grain("minor_lines", published_seasons),
]
