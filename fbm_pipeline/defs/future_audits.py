"""Blocking checks that alter the future: what is said as of a preseason must come out the same, to the last bit.

Which tables are made again, and for which season of a run, stands here. Not here: the audit itself (audits.future).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.judging import judge_seasons, judged_by, told
from fbm_pipeline.defs.partitions import seasons_of_run
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.judged import Judged
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.checks import CheckResult

if TYPE_CHECKING:
    from fbm_pipeline.audits.future import Rebuild

AuditOf = Callable[[Store, Settings, int], Sequence["Rebuild"]]

# What is said of players before a season and audited for the future, and what is made again beside it.
_SAID = ("control_rates", "playing_time")
_BESIDE = ("archetypes", "newcomer_playing_time")


def latest_season(
    store: Store, table: str, player_type: str, wanted: Sequence[int], seasons: Sequence[int]
) -> int | None:
    """The latest of the wanted seasons that the run names and the table holds."""
    column = "fold" if table == "models.predictions" else "season"
    seasons_held = {int(part[column]) for part in store.partitions(table) if part["player_type"] == player_type}
    return max(seasons_held & set(wanted) & set(seasons), default=None)


def _future(
    assets: Sequence[str],
    audit_of: AuditOf,
    table: str,
    seasons_of_preset: Callable[[Settings], Sequence[int]],
    with_them: Sequence[str] = (),
) -> dg.AssetChecksDefinition:
    """One blocking check per asset, all by one step: altering the future is what costs."""
    specs = [
        dg.AssetCheckSpec(
            "future_appended",
            asset=asset.split("/"),
            blocking=True,
            # What is made again with them must be of this run too, or it would differ for being old.
            additional_deps=[key.split("/") for key in with_them],
            description="Made again beside an altered future, rows as of the preseason are byte-identical.",
        )
        for asset in assets
    ]

    step = f"future_appended_{table.split('.')[1]}"

    @dg.multi_asset_check(name=step, specs=specs)
    def audit_assets(context: dg.AssetCheckExecutionContext, workplace: Workplace) -> Iterator[dg.AssetCheckResult]:
        settings, wanted = workplace.settings, seasons_of_run(context.run.tags)
        season = _latest_of_both(workplace.store, table, seasons_of_preset(settings), wanted)

        def judged(store: Store) -> Judged:
            return judged_by(_audited(store, season, audit_of, settings))

        rebuilt = [] if season is None else audit_of(workplace.store, settings, season)
        said = told(judge_seasons(workplace, step, wanted, [audit_of, _audited], judged, reads=_reads(table, rebuilt)))
        for spec in specs:
            yield said._replace(check_name=spec.name, asset_key=spec.asset_key)

    return audit_assets


def _latest_of_both(store: Store, table: str, of_preset: Sequence[int], seasons: Sequence[int]) -> int | None:
    """The latest season to audit that the table holds of batters and of pitchers."""
    wanted = _with_lines(store, of_preset)
    latest = [latest_season(store, table, player_type, wanted, seasons) for player_type in PLAYER_TYPES]
    return None if None in latest else min(season for season in latest if season is not None)


def _audited(store: Store, season: int | None, audit_of: AuditOf, settings: Settings) -> CheckResult:
    from fbm_pipeline.audits.future import NAME, audit_future

    if season is None:
        return CheckResult(NAME, True, "nothing to audit: no test season of the run has these tables")
    return audit_future(store, preseason(season), audit_of(store, settings, season))


def _reads(audited: str, rebuilt: Sequence["Rebuild"]) -> list[str]:
    """What the season is chosen by, what is made again, and all that it may read: a builder reads nothing else."""
    tables = {audited, "core.season_lines", *(item.table for item in rebuilt)}
    return sorted(tables | {name for table in tables for name in TABLES[table].reads})


def _with_lines(store: Store, seasons: Sequence[int]) -> list[int]:
    """Seasons that were played: only those have a future to alter."""
    played = {int(part["season"]) for part in store.partitions("core.season_lines")}
    return sorted(played & set(seasons))


def _features(store: Store, settings: Settings, season: int) -> Sequence["Rebuild"]:
    """Everything that stands between the core tables and what is said of players, in the order in which it is made."""
    from fbm_pipeline.audits.rebuilds import rebuilds

    return rebuilds(TABLES, [f"features.{name}" for name in (*_SAID, *_BESIDE)], season, settings.preset)


def _predictions(store: Store, settings: Settings, season: int) -> Sequence["Rebuild"]:
    """What the networks project; the features that they read are made again by the audit of the features."""
    from fbm_pipeline.audits.rebuilds import rebuilds

    return rebuilds(TABLES, ["models.predictions"], season, settings, behind=False)


FUTURE_AUDITS = [
    _future(
        [f"{kind}/{name}" for kind in PLAYER_TYPES for name in _SAID],
        _features,
        "features.control_rates",
        lambda settings: settings.preset.test_seasons,
        [f"{kind}/{name}" for kind in PLAYER_TYPES for name in _BESIDE],
    ),
    _future(
        [f"{kind}/predictions" for kind in PLAYER_TYPES],
        _predictions,
        "models.predictions",
        lambda settings: settings.preset.network_seasons,
    ),
]
