"""Blocking checks that alter the future: what is said as of a preseason must come out the same, to the last bit.

Which tables are made again, and for which season of a run, stands here. Not here: the audit itself (audits.future).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.partitions import seasons_of_run
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.checks import CheckResult

if TYPE_CHECKING:
    from fbm_pipeline.audits.future import Rebuild

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
    audit_of: Callable[[Store, Settings, int], Sequence["Rebuild"]],
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

    @dg.multi_asset_check(name=f"future_appended_{table.split('.')[1]}", specs=specs)
    def audit_assets(context: dg.AssetCheckExecutionContext, workplace: Workplace) -> Iterator[dg.AssetCheckResult]:
        from fbm_pipeline.audits.future import NAME, audit_future

        store, settings = workplace.store, workplace.settings
        wanted = seasons_of_preset(settings)
        latest = {
            player_type: latest_season(
                store, table, player_type, _with_lines(store, wanted), seasons_of_run(context.run.tags)
            )
            for player_type in PLAYER_TYPES
        }
        season = None if None in latest.values() else min(year for year in latest.values() if year is not None)
        if season is None:
            result = CheckResult(NAME, True, "nothing to audit: no test season of the run has these tables")
        else:
            result = audit_future(store, preseason(season), audit_of(store, settings, season))
        for spec in specs:
            metadata: dict[str, Any] = {"summary": result.summary, "details": result.details}
            yield dg.AssetCheckResult(
                check_name=spec.name, asset_key=spec.asset_key, passed=result.passed, metadata=metadata
            )

    return audit_assets


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
