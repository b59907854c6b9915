"""Blocking asset checks that look for leaks: what reads a table that failed its audit is not made in the same run.

Which tables are audited, and for which season of a run, stands here. Not here: the audits themselves.
"""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.future_audits import FUTURE_AUDITS, latest_season
from fbm_pipeline.defs.judging import judge_seasons, judged_by, told
from fbm_pipeline.defs.partitions import seasons_of_run
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.judged import Judged
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.checks import CheckResult

if TYPE_CHECKING:
    from fbm_pipeline.audits.training_dates import UsedEncoder

Audit = Callable[[Store, Settings, list[int]], CheckResult]

_BY_TYPE = ("marcel_rates", "mle_rates", "stat_profiles", "archetypes", "playing_time", "control_rates")
_SHARED = ("park_factors", "physics_counts")


def _audit_check(
    asset: str, name: str, audit: Audit, description: str, reads: Collection[str] | None = None
) -> dg.AssetChecksDefinition:
    """A blocking check of an asset over the seasons of the run; `reads` as in `store.judged`."""

    @dg.asset_check(asset=asset.split("/"), name=name, description=description, blocking=True)
    def audit_seasons(context: dg.AssetCheckExecutionContext, workplace: Workplace) -> dg.AssetCheckResult:
        settings, wanted = workplace.settings, seasons_of_run(context.run.tags)

        def judged(store: Store) -> Judged:
            return judged_by(audit(store, settings, wanted))

        return told(judge_seasons(workplace, f"{asset}-{name}", wanted, [audit], judged, reads))

    return audit_seasons


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
    reads = ("core.season_lines", f"features.{name}")
    return _audit_check(f"{player_type}/{name}", "feature_match", audit, description, reads)


def _control(player_type: str, name: str, description: str) -> dg.AssetChecksDefinition:
    def audit(store: Store, settings: Settings, seasons: list[int]) -> CheckResult:
        from fbm_pipeline.audits.controls import audit_identities, audit_labels, control_ridge, hold_out

        season = latest_season(
            store, "features.control_rates", player_type, settings.preset.development_seasons, seasons
        )
        if season is None:
            return CheckResult(name, True, "nothing to audit: no development season of the run has controls")
        audits = {"labels_permuted": audit_labels, "identities_shuffled": audit_identities}
        return audits[name](hold_out(store, player_type, season), control_ridge(player_type))

    reads = ("features.control_rates", *TABLES["features.control_rates"].reads)
    return _audit_check(f"{player_type}/control_rates", name, audit, description, reads)


def _network(player_type: str, name: str, description: str) -> dg.AssetChecksDefinition:
    def audit(store: Store, settings: Settings, seasons: list[int]) -> CheckResult:
        from fbm_pipeline.audits.networks import audit_game_order, audit_identities, open_fold

        season = latest_season(store, "models.predictions", player_type, settings.preset.network_seasons, seasons)
        fold = None if season is None else open_fold(store, settings, player_type, season)
        if fold is None:
            return CheckResult(name, True, "nothing to audit: no test season of the run has a network")
        return {"identities_shuffled": audit_identities, "game_order_permuted": audit_game_order}[name](fold)

    return _audit_check(f"{player_type}/predictions", name, audit, description)


def _dates(asset: str, tables: Sequence[str]) -> dg.AssetChecksDefinition:
    def audit(store: Store, settings: Settings, seasons: list[int]) -> CheckResult:
        from fbm_pipeline.audits.training_dates import audit_training_dates

        encoders = _encoders(settings) if "models.predictions" in tables else []
        return audit_training_dates(store, settings.preset.test_seasons, encoders, tables)

    description = "Everything that was fitted was fitted on seasons before the one it serves."
    return _audit_check(asset, "training_dates", audit, description, tables)


def _words(store: Store, settings: Settings, seasons: list[int]) -> CheckResult:
    from fbm_pipeline.audits.words import NAME, audit_words

    embedded_seasons = {int(part["season"]) for part in store.partitions("models.pa_embeddings")}
    results = [audit_words(store, season) for season in seasons if season in embedded_seasons]
    failed = [result.summary for result in results if not result.passed]
    summary = "; ".join(failed) or f"all words of {len(results)} seasons are known"
    return CheckResult(NAME, not failed, summary, {str(result.details["season"]): result.details for result in results})


def _encoders(settings: Settings) -> list["UsedEncoder"]:
    """The encoders that the finished networks read."""
    from fbm_pipeline.audits.training_dates import UsedEncoder
    from fbm_pipeline.nn.checkpoint import load_checkpoint

    encoders = []
    for player_type in PLAYER_TYPES:
        for season in (*settings.preset.network_seasons, settings.preset.projection_season):
            checkpoint = load_checkpoint(settings.checkpoints / player_type / str(season) / "finished")
            if checkpoint is not None:
                card = checkpoint.card
                what = f"level 1 of the {player_type} fold {season}"
                encoders.append(UsedEncoder(what, int(card["validation_season"]), int(card["cutoff"])))
    return encoders


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
    *FUTURE_AUDITS,
]
