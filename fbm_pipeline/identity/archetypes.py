"""Kinds of players: k-means on preseason profiles, stored centroids, nearest-centroid assignment.

Centroids learn from past seasons only; anybody with a profile can be assigned, then and later.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from fbm_pipeline.identity.encoding import Standardizer, profile_features
from fbm_pipeline.identity.tables import ARCHETYPE_CENTROIDS, ARCHETYPES
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

# What makes a kind of player: three years of shrunk rates, age, and for pitchers their role. Hits in all, on-base
# percentage and earned runs follow from the others and would only weigh them twice; hands are known without clusters.
# Rates count as multiples of the league's on the same date: strikeouts per plate appearance rose by a third in two
# decades, and plain rates would put most of today's players into the few kinds that were wild swingers in 2005.
FEATURES = {
    "batter": (
        "three_year_so_rate",
        "three_year_bb_rate",
        "three_year_hr_rate",
        "three_year_single_rate",
        "three_year_double_rate",
        "three_year_triple_rate",
        "age",
    ),
    "pitcher": (
        "is_starter",
        "three_year_so_rate",
        "three_year_bb_rate",
        "three_year_hr_rate",
        "three_year_h_rate",
        "age",
    ),
}

# Only players seen this often in three years shape the centroids: the rates of the others are near the league's
# because they are shrunk, and would draw half of the centroids into one crowded middle.
MINIMUM_OPPORTUNITIES = 200
# Membership is softmax(-distance / TEMPERATURE), distances in standard deviations: a centroid that is half a standard
# deviation further away has e times less of a player.
TEMPERATURE = 0.5
RESTARTS = 10
RANDOM_STATE = 42
EXEMPLAR_OPPORTUNITIES = 400


class ArchetypeError(ValueError):
    """Archetypes that cannot be fitted or assigned; the message says what is missing and what to do."""


@dataclass(frozen=True)
class Archetypes:
    """k centroids over F standardized features, in their stored order."""

    scaler: Standardizer
    centroids: np.ndarray  # (k, F) in standard deviations
    fitted_until: int

    def distances(self, profiles: pa.Table) -> np.ndarray:
        """(n, k) Euclidean distances to the centroids in standard deviations, for all profiles of their dates."""
        scaled = self.scaler.transform(features(profiles), self.scaler.names).astype(np.float64)
        return np.sqrt(((scaled[:, None, :] - self.centroids[None, :, :]) ** 2).sum(axis=2))


def features(profiles: pa.Table) -> np.ndarray:
    """(n, F) float64 in the order of FEATURES, rates divided by the mean of all profiles of the same as-of date.

    The mean is weighted by three-year opportunities. Hand in whole dates, not a selection of players: a selection
    would be compared with itself. Raises ArchetypeError for a date on which nobody had an opportunity.
    """
    matrix, names = profile_features(profiles)
    chosen = FEATURES[profiles.column("player_type")[0].as_py()]
    values = matrix[:, [names.index(name) for name in chosen]].astype(np.float64)
    rates = np.array([f for f, name in enumerate(chosen) if name.endswith("_rate")])
    dates = profiles.column("as_of").to_numpy().astype("datetime64[D]")
    weights = profiles.column("three_year_opportunities").to_numpy().astype(np.float64)
    for date in np.unique(dates):
        rows = np.flatnonzero(dates == date)
        if weights[rows].sum() == 0:
            raise ArchetypeError(
                f"none of {len(rows)} profiles as of {date} has an opportunity in three years; expected the profiles "
                "of a whole date. Rebuild features.stat_profiles for it."
            )
        league = weights[rows] @ values[np.ix_(rows, rates)] / weights[rows].sum()
        values[np.ix_(rows, rates)] /= np.where(league > 0, league, 1.0)
    return values


def archetype_centroids(inputs: Inputs, player_type: str) -> pa.Table:
    """Rows of `features.archetype_centroids`, fitted on preseason profiles of seasons up to `tune_until`.

    Raises ArchetypeError when fewer players than archetypes qualify.
    """
    until = inputs.settings.tune_until
    parameters = {"player_type": player_type, "first_season": 0, "last_season": until}
    with session(inputs) as connection:
        profiles = query(connection, "features/preseason_profiles", parameters)
    return _centroids_table(cluster(profiles, player_type, inputs.settings.archetypes, until), player_type)


def cluster(profiles: pa.Table, player_type: str, kinds: int, fitted_until: int) -> Archetypes:
    """k-means on profiles in any order; the centroids come sorted by their features, the first one foremost."""
    profiles = profiles.sort_by([("season", "ascending"), ("mlbam_id", "ascending")])
    often = profiles.column("three_year_opportunities").to_numpy() >= MINIMUM_OPPORTUNITIES
    if often.sum() < kinds:
        raise ArchetypeError(
            f"{int(often.sum())} preseason profiles of {player_type}s up to {fitted_until} have "
            f"{MINIMUM_OPPORTUNITIES} or more opportunities; expected at least the {kinds} archetypes asked for. "
            "Materialize features.stat_profiles for earlier seasons or choose fewer archetypes."
        )
    names = FEATURES[player_type]
    values = features(profiles)[often]
    scaler = Standardizer.fit(values, names)
    scaled = scaler.transform(values, names).astype(np.float64)
    with threadpool_limits(limits=1):  # several threads add up in any order, and the last bits with them
        centroids = KMeans(kinds, n_init=RESTARTS, random_state=RANDOM_STATE).fit(scaled).cluster_centers_
    order = np.lexsort(centroids.T[::-1])
    return Archetypes(scaler, centroids[order], fitted_until)


def _centroids_table(fitted: Archetypes, player_type: str) -> pa.Table:
    rows = [
        {
            "player_type": player_type,
            "archetype": k,
            "feature": name,
            "centroid": float(fitted.centroids[k, f]),
            "scaler_mean": fitted.scaler.mean[f],
            "scaler_sd": fitted.scaler.sd[f],
            "fitted_until": fitted.fitted_until,
        }
        for k in range(len(fitted.centroids))
        for f, name in enumerate(fitted.scaler.names)
    ]
    return pa.Table.from_pylist(rows, schema=ARCHETYPE_CENTROIDS.schema)


def read_archetypes(store: Store, player_type: str) -> Archetypes:
    """The stored centroids. Raises ArchetypeError when they were fitted on other features than FEATURES."""
    table = store.delta("features.archetype_centroids").to_pyarrow_table()
    rows = [row for row in table.to_pylist() if row["player_type"] == player_type]
    names = FEATURES[player_type]
    by_place = {(row["archetype"], row["feature"]): row for row in rows}
    k = len({archetype for archetype, _ in by_place})
    if k == 0 or {feature for _, feature in by_place} != set(names):
        raise ArchetypeError(
            f"features.archetype_centroids hold features {sorted({row['feature'] for row in rows})} for {player_type}; "
            f"expected {sorted(names)}. Fit the archetypes of that type again."
        )
    scaler = Standardizer(
        names,
        tuple(by_place[0, name]["scaler_mean"] for name in names),
        tuple(by_place[0, name]["scaler_sd"] for name in names),
    )
    centroids = np.array([[by_place[a, name]["centroid"] for name in names] for a in range(k)])
    return Archetypes(scaler, centroids, rows[0]["fitted_until"])


def archetypes(inputs: Inputs, player_type: str, season: int) -> pa.Table:
    """Rows of `features.archetypes` for every profile of a season: nearest centroid and soft membership."""
    with session(inputs) as connection:
        profiles = query(connection, "features/season_profiles", {"player_type": player_type, "season": season})
    return assignments(read_archetypes(inputs, player_type), profiles)


def assignments(fitted: Archetypes, profiles: pa.Table) -> pa.Table:
    """Rows of `features.archetypes`, in the profiles' order; ties go to the lower archetype."""
    schema = ARCHETYPES.schema
    if profiles.num_rows == 0:
        return schema.empty_table()
    distances = fitted.distances(profiles)
    nearest = distances.argmin(axis=1)
    columns = {
        **{name: profiles.column(name) for name in ("season", "player_type", "as_of", "mlbam_id")},
        "archetype": pa.array(nearest, pa.int16()),
        "distance": pa.array(distances.min(axis=1), pa.float32()),
        "membership": pa.array(list(memberships(distances).astype(np.float32)), pa.list_(pa.float32())),
    }
    return pa.table([columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema)


def memberships(distances: np.ndarray) -> np.ndarray:
    """(n, k) shares that add up to 1: softmax of -distance / TEMPERATURE."""
    closeness = np.exp((distances.min(axis=1, keepdims=True) - distances) / TEMPERATURE)
    return closeness / closeness.sum(axis=1, keepdims=True)


def exemplars(store: Store, player_type: str, season: int | None = None, places: int = 5) -> pa.Table:
    """For each archetype the players closest to its centroid before a season (the latest assigned by default).

    Columns: archetype, members (all players assigned), place (1 = closest), season, mlbam_id, name, age, bats, throws,
    role, distance, opportunities and shrunk rates of three years. An archetype nobody with EXEMPLAR_OPPORTUNITIES
    belongs to that season has no row. Raises ArchetypeError when nothing was assigned.
    """
    assigned = [
        int(part["season"]) for part in store.partitions("features.archetypes") if part["player_type"] == player_type
    ]
    if not assigned:
        raise ArchetypeError(f"features.archetypes hold no {player_type}s; assign archetypes for a season first")
    parameters = {
        "player_type": player_type,
        "season": max(assigned) if season is None else season,
        "minimum": EXEMPLAR_OPPORTUNITIES,
        "places": places,
    }
    with session(store) as connection:
        return query(connection, "features/archetype_exemplars", parameters)
