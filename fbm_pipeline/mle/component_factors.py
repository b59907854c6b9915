"""The naive way: one factor per component and level, the ratio of what the same players did above and below.

Every plate appearance of the minors then counts like one of the majors. It is reported beside the translation to show
what shrinkage and worth are good for; nothing else uses it.
"""

import numpy as np

from fbm_pipeline.mle.evidence import Evidence
from fbm_pipeline.mle.minor_lines import LEVELS
from fbm_pipeline.mle.translation import teaching_rows


def fit_component_factors(evidence: Evidence) -> np.ndarray:
    """(C, L) ratios over the rows that teach, each pair weighted by the smaller of its two samples; 1 without pairs.

    A target season in which the majors had none of a component is no evidence of it.
    """
    rows = evidence.chosen(teaching_rows(evidence))
    factors = np.ones((len(evidence.components), len(LEVELS)))
    for at in range(len(evidence.components)):
        expected = rows.actual_pa * rows.actual_league[:, at]
        above = np.divide(rows.actual[:, at], expected, out=np.zeros(len(expected)), where=expected > 0)
        for level in range(len(LEVELS)):
            pa = rows.minor_pa[:, at, level]
            paired = (pa > 0) & (expected > 0)
            below = rows.minors[paired, at, level] / pa[paired]
            weight = np.minimum(pa[paired], rows.actual_pa[paired])
            if paired.any() and weight @ below > 0:
                factors[at, level] = (weight @ above[paired]) / (weight @ below)
    return factors


def factored_rates(evidence: Evidence, at: int, factors: np.ndarray, regression: float) -> np.ndarray:
    """(n,) Marcel and the minors times (L,) factors, by their opportunities, as multiples of the league's rate.

    A newcomer starts with the league's rate, `regression` opportunities of it.
    """
    pa = evidence.minor_pa[:, at].sum(axis=1)
    events = evidence.minors[:, at] @ factors
    fresh = evidence.is_newcomer
    weight = np.where(fresh, regression, evidence.marcel_weight[:, at])
    prior = np.where(fresh, 1.0, evidence.marcel[:, at])
    return np.where(pa > 0, (weight * prior + events) / (weight + pa), prior)  # to the bit Marcel without a line
