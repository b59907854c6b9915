"""`features.mle_rates`: rates of every player before a season, from the minors and the majors together.

Three systems, for players whom Marcel projects and for newcomers with a line in AAA or AA: `mle`, the translation; the
naive `component_factors`; and `debut_mean`, the mean of debutants of the age and role. Where nothing of the minors is
known the first two are exactly Marcel. Whoever has no line anywhere is looked up in `features.debut_means`.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import head_statistics, statistics
from fbm_pipeline.marcel.constants import read_constants
from fbm_pipeline.marcel.regression import YEAR_WEIGHTS
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, read_season_lines
from fbm_pipeline.mle.component_factors import factored_rates
from fbm_pipeline.mle.debut_means import debut_rates
from fbm_pipeline.mle.derived_rates import LineShape, Rates, derive, fit_line_shape
from fbm_pipeline.mle.evidence import MARCEL_STATEMENT, Evidence, read_evidence, statistic_of
from fbm_pipeline.mle.minor_lines import COMPONENTS, component_of
from fbm_pipeline.mle.tables import MLE_RATES
from fbm_pipeline.mle.translation import Blend, blend
from fbm_pipeline.mle.translations import read_translations
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

BLENDED_BELOW = 200  # opportunities of three seasons; above it a player counts as the majors' own


def mle_rates(inputs: Inputs, player_type: str, season: int) -> pa.Table:
    """Rows of `features.mle_rates` for a season. Raises TranslationError when its translations were not fitted."""
    evidence = read_evidence(inputs, player_type, [season], season - 1)
    shape = fit_line_shape(read_season_lines(inputs, player_type, season - SEASONS_BACK, season - 1))
    return mle_table(inputs, evidence, shape, season)


def mle_table(store: Store, evidence: Evidence, shape: LineShape, season: int) -> pa.Table:
    """Rows of all three systems for the players of one season's evidence."""
    player_type = evidence.player_type
    fitted = read_translations(store, player_type, season)
    marcel = _marcel(store, evidence, season)
    blends = [blend(evidence, at, item.values) for at, item in enumerate(fitted.fitted)]
    naive = [factored_rates(evidence, at, fitted.naive[at], k) for at, k in enumerate(_regressions(store, player_type))]
    translated = _statistics(evidence, shape, np.column_stack([item.rate for item in blends]), marcel)
    factored = _statistics(evidence, shape, np.column_stack(naive), marcel)
    debuts, concentrations = debut_rates(store, player_type, season, evidence.role, evidence.age)
    alone = _minors_alone(evidence, shape, blends)
    systems = {
        "mle": (translated, _concentrations(player_type, blends, concentrations)),
        "component_factors": (factored, {}),
        "debut_mean": (debuts, concentrations),
    }
    return pa.concat_tables(
        _rows(evidence, season, system, rates, blends, alone, sure) for system, (rates, sure) in systems.items()
    )


def _regressions(store: Store, player_type: str) -> list[float]:
    """Marcel's k of each component in opportunities of the latest year: what a newcomer's naive rate starts with."""
    constants, first = read_constants(store, player_type), YEAR_WEIGHTS[player_type][0]
    return [constants[statistic_of(name)].regression / first for name in COMPONENTS[player_type]]


def _marcel(store: Store, evidence: Evidence, season: int) -> Rates:
    """Marcel's rate of every statistic, NaN for newcomers."""
    bounds = {"player_type": evidence.player_type, "seasons": [season], "as_of": [preseason(season)]}
    with session(store, tables=["features.marcel_rates"]) as connection:
        rates = query(connection, MARCEL_STATEMENT, bounds).to_pandas()
    wide = rates.pivot(index="mlbam_id", columns="statistic", values="rate").reindex(evidence.mlbam_id)
    return {
        item.name: wide[item.name].to_numpy(np.float64) if item.name in wide else np.full(len(wide), np.nan)
        for item in statistics(evidence.player_type)
    }


def _statistics(evidence: Evidence, shape: LineShape, multiples: np.ndarray, marcel: Rates) -> Rates:
    """Every statistic from (n, C) multiples of the league's components.

    A newcomer's follow from his components. For the others Marcel's own rate moves by as much as the components
    move what follows from them, and not at all where they are Marcel's.
    """
    after, before = (derive(shape, values * evidence.league) for values in (multiples, evidence.marcel))
    rates = {}
    for name, rate in after.items():
        moved = np.divide(rate, before[name], out=np.ones_like(rate), where=before[name] > 0)
        rates[name] = np.where(evidence.is_newcomer, rate, marcel[name] * moved)
    return rates


def _minors_alone(evidence: Evidence, shape: LineShape, blends: Sequence[Blend]) -> Rates:
    """The minors' rates, translated and not regressed; NaN where a component behind a statistic has no line."""
    weights = np.column_stack([item.minor_weight for item in blends])
    rates = derive(shape, np.column_stack([item.minor_rate for item in blends]) * evidence.league)
    components = COMPONENTS[evidence.player_type]
    for name, values in rates.items():
        component = name.removesuffix("_rate")
        is_component = component in components
        known = weights[:, components.index(component)] > 0 if is_component else (weights > 0).all(axis=1)
        rates[name] = np.where(known, values, np.nan)
    return rates


def _concentrations(player_type: str, blends: Sequence[Blend], debutants: Rates) -> Rates:
    """Of the heads; of one that is no component, as many times that of what decides it as debutants have."""
    by_component = dict(zip(COMPONENTS[player_type], (item.concentration for item in blends), strict=True))
    concentrations = {}
    for item in head_statistics(player_type):
        decides = component_of(item.name, player_type)
        concentrations[item.name] = by_component[decides] * debutants[item.name] / debutants[statistic_of(decides)]
    return concentrations


def sources(evidence: Evidence) -> np.ndarray:
    """(n,) where each player's rates come from: `mlb`, `mle`, `blended` or `debutants` (nothing but age and role).

    `blended` is who has fewer than BLENDED_BELOW opportunities in the majors and a line in the minors. Above that the
    minors still count in these systems, by their opportunities, which are few beside the majors'.
    """
    minors, few = evidence.has_minors, evidence.major_pa < BLENDED_BELOW
    known = np.where(minors & few, "blended", "mlb")
    return np.where(evidence.is_newcomer, np.where(minors, "mle", "debutants"), known)


def _rows(
    evidence: Evidence,
    season: int,
    system: str,
    rates: Rates,
    blends: Sequence[Blend],
    alone: Rates,
    concentrations: Rates,
) -> pa.Table:
    n, player_type = len(evidence.season), evidence.player_type
    schema = MLE_RATES.schema
    by_component = dict(zip(COMPONENTS[player_type], blends, strict=True))
    parts = []
    for item in statistics(player_type):
        decides = by_component[component_of(item.name, player_type)]
        columns = {
            "season": [season] * n,
            "player_type": [player_type] * n,
            "as_of": [preseason(season)] * n,
            "mlbam_id": evidence.mlbam_id,
            "system": [system] * n,
            "statistic": [item.name] * n,
            "rate": rates[item.name],
            "weight": decides.weight,
            "minor_weight": decides.minor_weight,
            "minor_rate": pa.array(alone[item.name], from_pandas=True),
            "concentration": pa.array(concentrations.get(item.name, np.full(n, np.nan)), from_pandas=True),
            "source": sources(evidence),
            "trained_until": [season - 1] * n,
        }
        parts.append(pa.Table.from_arrays([pa.array(columns[f.name]).cast(f.type) for f in schema], schema=schema))
    return pa.concat_tables(parts)
