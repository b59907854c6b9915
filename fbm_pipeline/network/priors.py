"""The preseason Marcel rates of players as matrices: what every projection starts from.

Not here: how they are computed (marcel).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.statistics import head_statistics, statistics
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.joins import MissingJoinError
from fbm_pipeline.store.tables import Store

SYSTEMS = ("marcel_classic", "marcel")
PRIOR_SYSTEM = "marcel"  # the system that the network adjusts


@dataclass(frozen=True)
class Priors:
    """One row per sample, that is per (season, player) with a preseason rate; sorted by both.

    `rates`, `weights`, `league` have shape (samples, systems, statistics) in float64, in the order of SYSTEMS and of
    `statistics(player_type)`; weights are effective opportunities. `opportunities` (samples,) are the prior system's.
    """

    player_type: str
    season: np.ndarray
    mlbam_id: np.ndarray
    rates: np.ndarray
    weights: np.ndarray
    league: np.ndarray
    opportunities: np.ndarray

    @property
    def keys(self) -> pa.Table:
        """sample, season, mlbam_id: to join other tables on."""
        sample = np.arange(len(self.season), dtype=np.int32)
        return pa.table({"sample": sample, "season": self.season, "mlbam_id": self.mlbam_id})

    def head(self, values: np.ndarray) -> np.ndarray:
        """The prior system's values of the head statistics: (samples, heads)."""
        heads = {statistic.name for statistic in head_statistics(self.player_type)}
        columns = [i for i, item in enumerate(statistics(self.player_type)) if item.name in heads]
        return values[:, SYSTEMS.index(PRIOR_SYSTEM)][:, columns]


def load_priors(store: Store, player_type: str, seasons: Sequence[int]) -> Priors:
    """The priors of every player with a preseason rate in one of the target seasons.

    Raises MissingJoinError when a player lacks one of the systems or statistics, ValueError for a rate outside
    [0, 1] or a weight that is not positive where there is a head.
    """
    with session(store, tables=("features.marcel_rates",)) as connection:
        table = query(connection, "network/priors", {"player_type": player_type, "seasons": [int(s) for s in seasons]})
    season = table.column("season").to_numpy().astype(np.int16)
    player = table.column("mlbam_id").to_numpy().astype(np.int32)
    pairs, sample = np.unique(season.astype(np.int64) << 32 | player, return_inverse=True)
    system = _codes(table.column("system"), SYSTEMS)
    statistic = _codes(table.column("statistic"), [item.name for item in statistics(player_type)])
    known = (system >= 0) & (statistic >= 0)
    shape = (len(pairs), len(SYSTEMS), len(statistics(player_type)))
    cubes = {}
    for name in ("rate", "weight", "league_rate", "opportunities"):
        cube = np.full(shape, np.nan)
        cube[sample[known], system[known], statistic[known]] = table.column(name).to_numpy()[known]
        cubes[name] = cube
    priors = Priors(
        player_type,
        (pairs >> 32).astype(np.int16),
        (pairs & 0xFFFFFFFF).astype(np.int32),
        cubes["rate"],
        cubes["weight"],
        cubes["league_rate"],
        cubes["opportunities"][:, SYSTEMS.index(PRIOR_SYSTEM), 0],
    )
    _check(priors)
    return priors


def _codes(column: pa.ChunkedArray, names: Sequence[str]) -> np.ndarray:
    """The place of each value in `names`; -1 for others."""
    encoded = column.combine_chunks().dictionary_encode()
    places = {name: index for index, name in enumerate(names)}
    lookup = np.array([places.get(value, -1) for value in encoded.dictionary.to_pylist()] or [-1], np.int64)
    return lookup[encoded.indices.to_numpy(zero_copy_only=False)] if len(encoded) else np.zeros(0, np.int64)


def _check(priors: Priors) -> None:
    incomplete = np.isnan(priors.rates).any(axis=(1, 2))
    if incomplete.any():
        first = int(np.argmax(incomplete))
        raise MissingJoinError(
            "features.marcel_rates",
            int(incomplete.sum()),
            len(incomplete),
            f"{priors.player_type} {priors.mlbam_id[first]} in {priors.season[first]}",
            f"Each needs all of {[item.name for item in statistics(priors.player_type)]} for {list(SYSTEMS)}; "
            "materialize the Marcel rates again.",
        )
    rates, weights = priors.head(priors.rates), priors.head(priors.weights)
    wrong = int(((rates < 0) | (rates > 1) | ~(weights > 0)).sum())
    if wrong:
        raise ValueError(
            f"features.marcel_rates of {priors.player_type}: {wrong} values of head statistics have a rate outside "
            "[0, 1] or a weight that is not positive. Mend the Marcel rates."
        )
