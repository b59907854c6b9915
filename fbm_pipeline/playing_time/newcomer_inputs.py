"""What is known before a season about how much a newcomer will play in it, as named columns.

His opportunities at each level and season, age, how far up he came and how well he did there, translated. Only lines
of players with an id are his, and most ids are found by name: whether one was found is no column, because publishers
give ids mostly to those who reached the majors. Not here: the model (`newcomer_playing_time`).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from fbm_pipeline.marcel.season_lines import SEASONS_BACK
from fbm_pipeline.mle.evidence import Evidence
from fbm_pipeline.mle.minor_lines import LEVELS
from fbm_pipeline.mle.translation import TYPICAL_AGE, Translation, blend
from fbm_pipeline.playing_time.inputs import PlayerColumns

# What an event adds to weighted on-base average beside an out; extra bases and a home run beside a single.
LINEAR_WEIGHTS = {"bb": 0.69, "h": 0.88, "double": 0.37, "triple": 0.70, "hr": 1.15}


def newcomer_inputs(
    evidence: Evidence, lines: pd.DataFrame, translations: Mapping[int, Sequence[Translation]]
) -> PlayerColumns:
    """The columns of n newcomers, in the order of `evidence`, which holds nobody else.

    `lines` are those of `read_minor_lines` for the seasons behind them, `translations` by target season are those
    fitted for it. Raises KeyError for a target season without.
    """
    played = _opportunities(evidence, lines)  # (n, 3, L)
    rates = _translated(evidence, translations)  # (n, C)
    columns = {"age": evidence.age, "age_for_level": _age_for_level(evidence)}
    for number, level in enumerate(LEVELS):
        for back in range(SEASONS_BACK):
            columns[f"{level}_{back + 1}"] = played[:, back, number]
        columns[level] = np.nansum(played[:, :, number], axis=1)
    columns |= _how_lately(played)
    for at, component in enumerate(evidence.components):
        columns[component] = rates[:, at]
    columns["quality"] = _quality(evidence, rates)
    if evidence.player_type == "pitcher":
        columns["starter"] = np.select([evidence.role == "starter", evidence.role == "reliever"], [1.0, 0.0], np.nan)
    return PlayerColumns(tuple(columns), np.column_stack(list(columns.values())))


def _opportunities(evidence: Evidence, lines: pd.DataFrame) -> np.ndarray:
    """(n, 3, L) opportunities in the last three seasons that the minors played; NaN for a season without any line.

    Seasons without any line are passed over: in 2021 the season before is 2019, or everybody would seem to have left.
    """
    played_seasons = np.unique(lines["season"].to_numpy())
    opportunities = np.full((len(evidence.season), SEASONS_BACK, len(LEVELS)), np.nan)
    for target in np.unique(evidence.season):
        of_target = np.flatnonzero(evidence.season == target)
        recent = played_seasons[(played_seasons < target) & (played_seasons >= target - SEASONS_BACK)][::-1]
        opportunities[of_target, : len(recent)] = 0.0
        target_lines = lines[lines["season"].isin(recent) & lines["mlbam_id"].isin(evidence.mlbam_id[of_target])]
        row = of_target[np.searchsorted(evidence.mlbam_id[of_target], target_lines["mlbam_id"].to_numpy())]
        back = (len(recent) - 1) - np.searchsorted(recent[::-1], target_lines["season"].to_numpy())
        level = np.array([LEVELS.index(name) for name in target_lines["level"]], dtype=np.int64)
        np.add.at(opportunities, (row, back, level), target_lines["pa"].to_numpy(np.float64))
    return opportunities


def _how_lately(played: np.ndarray) -> dict[str, np.ndarray]:
    """Seasons since the last line, and whether the highest level reached, and that of the last line, is AAA."""
    there = np.nan_to_num(played) > 0
    last = there.any(axis=2).argmax(axis=1)
    top = LEVELS.index("AAA")
    return {
        "seasons_since_line": last.astype(np.float64),
        "reached_AAA": there[:, :, top].any(axis=1).astype(np.float64),
        "last_in_AAA": there[np.arange(len(last)), last, top].astype(np.float64),
    }


def _age_for_level(evidence: Evidence) -> np.ndarray:
    """(n,) years older than is typical at his levels, by his opportunities there; NaN where no age was published."""
    pa = np.where(np.isnan(evidence.minor_age), 0.0, evidence.minor_pa.max(axis=1))  # (n, L)
    older = np.nan_to_num(evidence.minor_age - TYPICAL_AGE)
    total = pa.sum(axis=1)
    return np.divide((pa * older).sum(axis=1), total, out=np.full(len(total), np.nan), where=total > 0)


def _translated(evidence: Evidence, translations: Mapping[int, Sequence[Translation]]) -> np.ndarray:
    """(n, C) rates in the majors as multiples of the league's, each by the translations of his target season."""
    rates = np.zeros((len(evidence.season), len(evidence.components)))
    for target in np.unique(evidence.season):
        of_target = evidence.season == target
        target_evidence = evidence.chosen(of_target)
        for at, item in enumerate(translations[int(target)]):
            rates[of_target, at] = blend(target_evidence, at, item.values).rate
    return rates


def _quality(evidence: Evidence, rates: np.ndarray) -> np.ndarray:
    """(n,) weighted on-base average beyond the league's, of a pitcher the one that he allows."""
    weights = np.array([LINEAR_WEIGHTS.get(component, 0.0) for component in evidence.components])
    return ((rates - 1.0) * evidence.league) @ weights
