"""`features.mle_translations`: what AAA and AA are worth, fitted for each season on target seasons before it.

Not here: the model (`translation`), and the rates made with it (`rates`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.mle.component_factors import fit_component_factors
from fbm_pipeline.mle.evidence import read_evidence
from fbm_pipeline.mle.minor_lines import COMPONENTS, LEVELS
from fbm_pipeline.mle.tables import MLE_TRANSLATIONS
from fbm_pipeline.mle.teaching import teaching_seasons
from fbm_pipeline.mle.translation import PARAMETERS, Translation, fit_translations
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

TABLE = "features.mle_translations"
NAIVE = tuple(f"naive_factor_{level}" for level in LEVELS)


class TranslationError(ValueError):
    """Minor-league lines that cannot be translated; the message says what is missing and what to do."""


@dataclass(frozen=True)
class Translations:
    """What was fitted for one season and side of the ball, components in their order."""

    fitted: tuple[Translation, ...]
    naive: np.ndarray  # (C, L) factors of `component_factors`


def translatable_seasons(store: Store, settings: Settings) -> list[int]:
    """Seasons with Marcel's rates, a season of minor-league lines behind them and one more that can teach."""
    rated = {int(part["season"]) for part in store.partitions("features.marcel_rates")}
    return [season for season in sorted(rated) if teaching_seasons(store, season)]


def mle_translations(inputs: Inputs, player_type: str, season: int) -> pa.Table:
    """Rows of `features.mle_translations` for a season; pitchers' are fitted after the batters' of the same season.

    Raises TranslationError when no target season before it can teach, or when the batters' were not fitted.
    """
    targets = teaching_seasons(inputs, season)
    if not targets:
        raise TranslationError(
            f"no target season before {season} has minor-league lines behind it and Marcel's rates; materialize "
            f"core.minor_lines and features.marcel_rates of earlier seasons, or ask for a later season than {season}."
        )
    evidence = read_evidence(inputs, player_type, targets, season - 1)
    batters = read_translations(inputs, "batter", season).fitted if player_type == "pitcher" else ()
    return _table(player_type, season, fit_translations(evidence, batters), fit_component_factors(evidence))


def _table(player_type: str, season: int, fitted: Sequence[Translation], naive: np.ndarray) -> pa.Table:
    rows = []
    for at, item in enumerate(fitted):
        provenance = {"n": item.n, "trained_from": item.trained_from, "trained_until": item.trained_until}
        values = [*zip(PARAMETERS, item.values, strict=True), *zip(NAIVE, naive[at], strict=True)]
        rows += [
            {
                "season": season,
                "player_type": player_type,
                "component": item.component,
                "parameter": name,
                "value": float(value),
                **provenance,
            }
            for name, value in values
        ]
    return pa.Table.from_pylist(rows, schema=MLE_TRANSLATIONS.schema)


def read_translations(store: Store, player_type: str, season: int) -> Translations:
    """What was fitted for a season. Raises TranslationError when it was not."""
    wanted = (pc.field("player_type") == player_type) & (pc.field("season") == season)
    rows = store.delta(TABLE).to_pyarrow_dataset().to_table(filter=wanted).to_pylist()
    if not rows:
        raise TranslationError(f"{TABLE} has no {player_type}s of {season}; materialize it for that season first")
    value = {(row["component"], row["parameter"]): row["value"] for row in rows}
    taught = {row["component"]: (row["n"], row["trained_from"], row["trained_until"]) for row in rows}
    components = COMPONENTS[player_type]
    fitted = tuple(
        Translation(name, np.array([value[name, parameter] for parameter in PARAMETERS]), *taught[name])
        for name in components
    )
    return Translations(fitted, np.array([[value[name, factor] for factor in NAIVE] for name in components]))
