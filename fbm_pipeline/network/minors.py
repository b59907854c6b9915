"""What the network knows of the minors, taken away or put under it: profiles of the majors alone, and `mle` as prior.

Not here: the translation (mle), and the switches that need no other table (inputs).
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import head_statistics
from fbm_pipeline.controls.minors_block import TABLE as MLE_RATES
from fbm_pipeline.controls.minors_block import minors_prior
from fbm_pipeline.identity.archetypes import assignments, read_archetypes
from fbm_pipeline.identity.encoding import profile_features
from fbm_pipeline.identity.horizons import read_horizons
from fbm_pipeline.identity.minors import MinorsParts
from fbm_pipeline.identity.profiles import profiles_table
from fbm_pipeline.marcel.constants import read_constants
from fbm_pipeline.network.priors import PRIOR_SYSTEM, SYSTEMS, Priors
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.store.joins import MissingJoinError
from fbm_pipeline.store.tables import Store


def with_mle(store: Store, priors: Priors) -> Priors:
    """The priors with `mle` in the place of the prior system: Marcel to the bit for whom the minors say nothing.

    The opportunities behind a rate are Marcel's and those that the minors weigh. Target seasons before the first of
    features.mle_rates, when no line of the minors was known, keep Marcel. Raises FileNotFoundError when the table was
    never written, ValueError when one of its seasons lacks a player of the priors.
    """
    store.delta(MLE_RATES)
    rate, weight = minors_prior(store, priors.player_type, priors.season, priors.mlbam_id)
    translated = np.isin(priors.season, priors.season[~np.isnan(rate).all(axis=1)])[:, None]
    if (np.isnan(rate) & translated).any():
        lost = np.unique(priors.season[(np.isnan(rate) & translated).any(axis=1)]).tolist()
        raise ValueError(
            f"{MLE_RATES} lack {priors.player_type}s of target seasons {lost} whom Marcel projects; materialize "
            f"{priors.player_type}/mle_rates for these seasons first."
        )
    at = SYSTEMS.index(PRIOR_SYSTEM)
    rates, weights = priors.rates.copy(), priors.weights.copy()
    rates[:, at] = np.where(translated, rate, rates[:, at])
    weights[:, at] += np.where(translated, weight, 0.0)
    return replace(priors, rates=rates, weights=weights)


def of_the_majors(store: Store, windows: Windows) -> Windows:
    """The windows with profiles and archetypes of majors' games alone; not standardized, as they came.

    Raises ProfileError and ArchetypeError as the tables' own assets do.
    """
    constants, centroids = read_constants(store, windows.player_type), read_archetypes(store, windows.player_type)
    profile, archetype = windows.profile.copy(), windows.archetype.copy()
    for season in np.unique(windows.season).tolist():
        (horizons,) = read_horizons(store, windows.player_type, season, [preseason(season)])
        profiles = profiles_table(horizons, constants, _nobody(windows.player_type))
        matrix, names = profile_features(profiles)
        if tuple(names) != windows.profile_names[: len(names)]:
            raise ValueError(f"profiles have the columns {names}, expected {windows.profile_names[: len(names)]}")
        rows = np.flatnonzero(windows.season == season)
        place = np.searchsorted(horizons.mlbam_id, windows.mlbam_id[rows])
        missing = windows.mlbam_id[rows][~np.isin(windows.mlbam_id[rows], horizons.mlbam_id)].tolist()
        if missing:
            raise MissingJoinError(
                "core.player_games and core.season_lines",
                len(missing),
                len(rows),
                f"{windows.player_type} {missing[0]} as of 1 March {season}",
                "Every player with a Marcel rate played in the three seasons before; materialize both tables again.",
            )
        profile[rows, : len(names)] = matrix[place]
        archetype[rows] = assignments(centroids, profiles).column("archetype").to_numpy()[place]
    return replace(windows, profile=profile, archetype=archetype)


def _nobody(player_type: str) -> MinorsParts:
    none = np.zeros(0)
    by_head = {item.name: none for item in head_statistics(player_type)}
    return MinorsParts(none.astype(np.int64), none.astype(bool), by_head, by_head, by_head, pa.table({}))
