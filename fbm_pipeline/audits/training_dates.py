"""Every fitted object records until when it was fitted; for a season of the test that must lie before what it projects.

Not here: whether those dates are true (future, controls audit what the models do).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.warehouse.checks import CheckResult

NAME = "training_dates"
STATEMENT = "audits/training_dates"
READS = (
    "features.marcel_constants",
    "features.archetype_centroids",
    "features.control_rates",
    "features.playing_time",
    "features.marcel_rates",
    "features.archetypes",
    "models.predictions",
    "evaluation.blend_weights",
    "evaluation.error_spread",
    "features.mle_translations",
    "features.mle_rates",
    "features.debut_means",
    "features.newcomer_playing_time",
)


@dataclass(frozen=True)
class UsedEncoder:
    """Whose embeddings a fold read: the encoder's cutoff, and the first season that it must not have seen."""

    what: str
    season: int
    cutoff: int


def audit_training_dates(
    store: Store, test_seasons: Sequence[int], encoders: Sequence[UsedEncoder] = (), tables: Sequence[str] = READS
) -> CheckResult:
    """Compare what each object was fitted until with the first season that it was used for.

    Objects fitted by season (controls, the minors' translations, playing time, folds, blend weights, error spread) are
    judged in every season. Encoders are judged by the first season whose outcomes a fold was stopped or tested on.
    Marcel's constants and the archetypes' centroids are fitted once on seasons that the development seasons belong to:
    they are judged against `test_seasons` only.
    """
    with session(store, tables=READS) as connection:
        rows = query(connection, STATEMENT, {"test_seasons": [int(season) for season in test_seasons]}).to_pylist()
    rows = [row for row in rows if row["table_name"] in tables]
    rows += [
        {"table_name": "encoder", "what": used.what, "season": used.season, "fitted_until": used.cutoff}
        for used in encoders
    ]
    late = [row for row in rows if row["fitted_until"] >= row["season"]]
    names = sorted({row["table_name"] for row in rows})
    if not rows:
        return CheckResult(NAME, True, "nothing to audit: nothing was fitted for these seasons")
    summary = "; ".join(
        f"{row['table_name']} {row['what']} for {row['season']} was fitted until {row['fitted_until']}"
        for row in late[:5]
    )
    summary = summary or f"{len(rows)} fitted objects of {', '.join(names)} end before the seasons they serve"
    return CheckResult(NAME, not late, summary, {"late": late, "objects": len(rows), "tables": names})
