"""All statistics of a player from his components, by what goes with them in the majors' lines.

At-bats, hit batters, outs and earned runs have no translation of their own: an out is what is neither a walk nor a hit,
and how many runs a set of rates costs is read from the lines of three seasons. Not here: the components.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fbm_pipeline.marcel.season_lines import SeasonLines
from fbm_pipeline.mle.minor_lines import COMPONENTS

Rates = dict[str, np.ndarray]  # by statistic, (n,) in the statistic's own scale
MINIMUM_OPPORTUNITIES = 50.0


@dataclass(frozen=True)
class LineShape:
    """How other counts per opportunity follow from the components: weights of a constant and of each component."""

    player_type: str
    weights: Mapping[str, np.ndarray]  # by count, (1 + C,)
    constants: Mapping[str, float]  # by count, per opportunity


def fit_line_shape(lines: SeasonLines) -> LineShape:
    """Least squares over the lines given, each weighted by its opportunities; lines of a few are left out."""
    enough = lines.of_the_league() & (lines.counts["opportunities"] >= MINIMUM_OPPORTUNITIES)
    pa = lines.counts["opportunities"]
    components = COMPONENTS[lines.player_type]
    columns = np.column_stack([np.ones(len(pa)), *(lines.counts[name] / np.maximum(pa, 1.0) for name in components)])
    weights = {}
    for count in {"batter": ("ab",), "pitcher": ("outs", "er")}[lines.player_type]:
        known = enough & ~np.isnan(lines.counts[count]) & ~np.isnan(columns).any(axis=1)
        root = np.sqrt(pa[known])
        share = lines.counts[count][known] / pa[known]
        weights[count] = np.linalg.lstsq(columns[known] * root[:, None], share * root, rcond=None)[0]
    total = pa[enough].sum()
    constants = {name: float(np.nansum(lines.counts[name][enough]) / total) for name in ("hbp", "sf")}
    return LineShape(lines.player_type, weights, constants)


def derive(shape: LineShape, components: np.ndarray) -> Rates:
    """Every statistic of the player type from (n, C) components per opportunity."""
    names = COMPONENTS[shape.player_type]
    by_name = {name: components[:, at] for at, name in enumerate(names)}
    columns = np.column_stack([np.ones(len(components)), components])
    derived_counts = {count: np.maximum(columns @ weights, 1e-6) for count, weights in shape.weights.items()}
    rates = {f"{name}_rate": by_name[name] for name in names}
    if shape.player_type == "pitcher":
        rates["er_rate"] = derived_counts["er"]
        rates["era"] = 27.0 * derived_counts["er"] / derived_counts["outs"]
        rates["whip"] = 3.0 * (by_name["bb"] + by_name["h"]) / derived_counts["outs"]
        return rates
    hit, double, triple, homer = (by_name[name] for name in ("h", "double", "triple", "hr"))
    single = np.maximum(hit - double - triple - homer, 0.0)
    hbp, sf = shape.constants["hbp"], shape.constants["sf"]
    rates["single_rate"] = single
    rates["obp"] = (hit + by_name["bb"] + hbp) / (derived_counts["ab"] + by_name["bb"] + hbp + sf)
    rates["avg"] = hit / derived_counts["ab"]
    rates["slg"] = (single + 2.0 * double + 3.0 * triple + 4.0 * homer) / derived_counts["ab"]
    rates["iso"] = (double + 2.0 * triple + 3.0 * homer) / derived_counts["ab"]
    return rates
