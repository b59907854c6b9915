"""Blocking asset checks that look for leaks: what reads a table that failed its audit is not made in the same run.

Which tables are audited, and for which season of a run, stands here. Not here: the audits themselves.
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
    from fbm_pipeline.audits.training_dates import UsedEncoder

Audit = Callable[[Store, Settings, list[int]], CheckResult]

_BY_TYPE = ("marcel_rates", "mle_rates", "stat_profiles", "archetypes", "playing_time", "control_rates")
_SHARED = ("park_factors", "physics_counts")
# What is said of players before a season and audited for the future, and what is made again beside it.
_SAID = ("control_rates", "playing_time")
_BESIDE = ("archetypes", "newcomer_playing_time")


def _audit_check(asset: str, name: str, audit: Audit, description: str) -> dg.AssetChecksDefinition:
    """A blocking check of an asset over the seasons of the run."""

    @dg.asset_check(asset=asset.split("/"), name=name, description=description, blocking=True)
    def audit_seasons(context: dg.AssetCheckExecutionContext, workplace: Workplace) -> dg.AssetCheckResult:
        return _told(audit(workplace.store, workplace.settings, seasons_of_run(context.run.tags)))

    return audit_seasons


def _told(result: CheckResult) -> dg.AssetCheckResult:
    metadata: dict[str, Any] = {"summary": result.summary, "details": result.details}
    return dg.AssetCheckResult(passed=result.passed, metadata=metadata)


def _nulls(key: str, table: str, player_type: str | None) -> dg.AssetChecksDefinition:
    def audit(store: Store, settings: Settings, seasons: list[int]) -> CheckResult:
        from fbm_pipeline.audits.nulls import audit_nulls

        return audit_nulls(store, table, player_type, seasons)

    return _audit_check(key, "nulls", audit, "No column is emptier, or more the same for everybody, than declared.")


def _match(player_type: str, name: str) -> dg.AssetChecksDefinition:
    def audit(store: Store, settings: Settings, seasons: list[int]) -> CheckResult:
        from fbm_pipeline.audits.feature_match import audit_feature_match

        return audit_feature_match(store, player_type, seasons, [f"features.{name}"])

    description = "At least 98 % of a season's opportunities are of players with a row; debuts do not count."
    return _audit_check(f"{player_type}/{name}", "feature_match", audit, description)


def _control(player_type: str, name: str, description: str) -> dg.AssetChecksDefinition:
    def audit(store: Store, settings: Settings, seasons: list[int]) -> CheckResult:
        from fbm_pipeline.audits.controls import audit_identities, audit_labels, control_ridge, hold_out

        season = _latest(store, "features.control_rates", player_type, settings.preset.development_seasons, seasons)
        if season is None:
            return CheckResult(name, True, "nothing to audit: no development season of the run has controls")
        audits = {"labels_permuted": audit_labels, "identities_shuffled": audit_identities}
        return audits[name](hold_out(store, player_type, season), control_ridge(player_type))

    return _audit_check(f"{player_type}/control_rates", name, audit, description)


def _network(player_type: str, name: str, description: str) -> dg.AssetChecksDefinition:
    def audit(store: Store, settings: Settings, seasons: list[int]) -> CheckResult:
        from fbm_pipeline.audits.networks import audit_game_order, audit_identities, open_fold

        season = _latest(store, "models.predictions", player_type, settings.preset.network_seasons, seasons)
        fold = None if season is None else open_fold(store, settings, player_type, season)
        if fold is None:
            return CheckResult(name, True, "nothing to audit: no test season of the run has a network")
        return {"identities_shuffled": audit_identities, "game_order_permuted": audit_game_order}[name](fold)

    return _audit_check(f"{player_type}/predictions", name, audit, description)


def _latest(store: Store, table: str, player_type: str, wanted: Sequence[int], seasons: Sequence[int]) -> int | None:
    """The latest of the wanted seasons that the run names and the table holds."""
    column = "fold" if table == "models.predictions" else "season"
    held = {int(part[column]) for part in store.partitions(table) if part["player_type"] == player_type}
    return max(held & set(wanted) & set(seasons), default=None)


def _dates(asset: str, tables: Sequence[str]) -> dg.AssetChecksDefinition:
    def audit(store: Store, settings: Settings, seasons: list[int]) -> CheckResult:
        from fbm_pipeline.audits.training_dates import audit_training_dates

        encoders = _encoders(settings) if "models.predictions" in tables else []
        return audit_training_dates(store, settings.preset.test_seasons, encoders, tables)

    description = "Everything that was fitted was fitted on seasons before the one it serves."
    return _audit_check(asset, "training_dates", audit, description)


def _words(store: Store, settings: Settings, seasons: list[int]) -> CheckResult:
    from fbm_pipeline.audits.words import NAME, audit_words

    held = {int(part["season"]) for part in store.partitions("models.pa_embeddings")}
    found = [audit_words(store, season) for season in seasons if season in held]
    failed = [result.summary for result in found if not result.passed]
    summary = "; ".join(failed) or f"all words of {len(found)} seasons are known"
    return CheckResult(NAME, not failed, summary, {str(result.details["season"]): result.details for result in found})


def _encoders(settings: Settings) -> list["UsedEncoder"]:
    """The encoders that the finished networks read."""
    from fbm_pipeline.audits.training_dates import UsedEncoder
    from fbm_pipeline.nn.checkpoint import load_checkpoint

    found = []
    for player_type in PLAYER_TYPES:
        for season in (*settings.preset.network_seasons, settings.preset.projection_season):
            checkpoint = load_checkpoint(settings.checkpoints / player_type / str(season) / "finished")
            if checkpoint is not None:
                card = checkpoint.card
                what = f"level 1 of the {player_type} fold {season}"
                found.append(UsedEncoder(what, int(card["validation_season"]), int(card["cutoff"])))
    return found


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
        held = {
            player_type: _latest(
                store, table, player_type, _with_lines(store, wanted), seasons_of_run(context.run.tags)
            )
            for player_type in PLAYER_TYPES
        }
        season = None if None in held.values() else min(year for year in held.values() if year is not None)
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
    from fbm_pipeline.audits.future import Rebuild
    from fbm_pipeline.network.projection import predict_fold

    def predict(player_type: str) -> "Rebuild":
        partition: dict[str, int | str] = {"player_type": player_type, "fold": season}
        return Rebuild("models.predictions", partition, lambda one: predict_fold(one, settings, player_type, season))

    return [predict(player_type) for player_type in PLAYER_TYPES]


AUDITS = [
    *(_nulls(f"{kind}/{name}", f"features.{name}", kind) for kind in PLAYER_TYPES for name in _BY_TYPE),
    *(_nulls(f"features/{name}", f"features.{name}", None) for name in _SHARED),
    *(_match(kind, name) for kind in PLAYER_TYPES for name in (*_BY_TYPE, "sequence_counts")),
    *(
        _control(kind, name, description)
        for kind in PLAYER_TYPES
        for name, description in (
            ("labels_permuted", "Taught with others' outcomes the control tells nothing of a held-out season."),
            ("identities_shuffled", "With others' features the control's skill on a held-out season is gone."),
        )
    ),
    *(
        _network(kind, name, description)
        for kind in PLAYER_TYPES
        for name, description in (
            ("identities_shuffled", "With others' profiles and archetypes the network's likelihood is worse."),
            ("game_order_permuted", "With the games of its windows in another order the network's rates change."),
        )
    ),
    *(_dates(f"{kind}/marcel_rates", ("features.marcel_constants",)) for kind in PLAYER_TYPES),
    *(_dates(f"{kind}/control_rates", ("features.control_rates",)) for kind in PLAYER_TYPES),
    *(_dates(f"{kind}/playing_time", ("features.playing_time",)) for kind in PLAYER_TYPES),
    *(
        _dates(f"{kind}/mle_rates", ("features.mle_translations", "features.debut_means", "features.mle_rates"))
        for kind in PLAYER_TYPES
    ),
    *(_dates(f"{kind}/newcomer_playing_time", ("features.newcomer_playing_time",)) for kind in PLAYER_TYPES),
    *(_dates(f"{kind}/archetypes", ("features.archetype_centroids",)) for kind in PLAYER_TYPES),
    *(_dates(f"{kind}/predictions", ("models.predictions",)) for kind in PLAYER_TYPES),
    _dates("evaluation/blend_weights", ("evaluation.blend_weights",)),
    _dates("evaluation/error_spread", ("evaluation.error_spread",)),
    _audit_check(
        "models/pa_embeddings",
        "known_words",
        _words,
        "The frozen vocabulary of Level 1 knows the words of every season, but for those that its source never tells.",
    ),
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
