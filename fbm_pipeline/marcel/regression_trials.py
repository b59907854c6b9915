"""Where the regression constants of parks and of measured physics come from: `python -m` this prints both tables.

Nothing of the pipeline calls this: the constants stand in `park_factors` and `physics_block`, rounded, and these trials
repeat how they were found. Parks use targets up to the preset's last tuning season, physics the season 2020 alone.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.marcel.constants import FIRST_TARGET
from fbm_pipeline.marcel.park_factors import COMPONENTS, REGRESSION, read_park_counts
from fbm_pipeline.marcel.park_hands import HAND_REGRESSION, HANDS, hand_factors
from fbm_pipeline.marcel.park_sample import park_sample
from fbm_pipeline.marcel.physics_block import BALL_DENOMINATORS, BALL_K
from fbm_pipeline.marcel.physics_counts import read_physics_counts
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, MarcelError
from fbm_pipeline.settings import load_settings
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store

GRID = (500.0, 1_000.0, 2_000.0, 3_000.0, 5_000.0, 7_000.0, 10_000.0, 14_000.0, 20_000.0, 30_000.0, 50_000.0, 150_000.0)
SEASON_OF_GAMES = 3_000  # plate appearances from which a park's season is worth predicting
SEASON_OF_A_HAND = 1_000  # of batters on one side
FIRST_MEASURED = 2020
ENOUGH_BALLS = 40


def park_errors(counts: Mapping[int, pa.Table], component: str, targets: Sequence[int]) -> dict[float, float]:
    """Root mean squared error, weighted by plate appearances, of the logarithm of each park's raw factor in the targets
    as the regressed factor of the three seasons before tells it, by constant. `counts` are park counts by season."""
    errors: dict[float, list[float]] = {k: [] for k in GRID}
    weights: list[float] = []
    for target in targets:
        before = [counts[season] for season in range(target - SEASONS_BACK, target)]
        past, now = park_sample(pa.concat_tables(before), component), park_sample(counts[target], component)
        kept = np.flatnonzero((now.pa >= SEASON_OF_GAMES) & (now.observed > 0))
        weights.extend(now.pa[kept])
        for k in GRID:
            told = dict(zip(past.park_id.tolist(), np.log(past.regressed(k)), strict=True))
            expected = np.array([told.get(park, 0.0) for park in now.park_id[kept].tolist()])
            errors[k].extend((np.log(now.raw()[kept]) - expected) ** 2)
    return {k: float(np.sqrt(np.average(found, weights=weights))) for k, found in errors.items()}


def hand_errors(counts: Mapping[int, pa.Table], component: str, targets: Sequence[int]) -> dict[float, float]:
    """As `park_errors`, of each park's raw factor by hand, and by the constant of the hands' step alone: that of the
    all-hands factor is the one in use."""
    errors: dict[float, list[float]] = {k: [] for k in GRID}
    weights: list[float] = []
    for target in targets:
        before = pa.concat_tables([counts[season] for season in range(target - SEASONS_BACK, target)])
        past = {hand: park_sample(before, component, hand) for hand in HANDS}
        whole = park_sample(before, component).regressed(REGRESSION[component])
        told = {k: hand_factors(past, whole, k) for k in GRID}
        for hand in HANDS:
            now = park_sample(counts[target], component, hand)
            kept = np.flatnonzero((now.pa >= SEASON_OF_A_HAND) & (now.observed > 0))
            weights.extend(now.pa[kept])
            for k in GRID:
                logs = dict(zip(past[hand].park_id.tolist(), np.log(told[k][hand]), strict=True))
                expected = np.array([logs.get(park, 0.0) for park in now.park_id[kept].tolist()])
                errors[k].extend((np.log(now.raw()[kept]) - expected) ** 2)
    return {k: float(np.sqrt(np.average(found, weights=weights))) for k, found in errors.items()}


def half_reliable_at(total: np.ndarray, count: np.ndarray, within: float) -> float:
    """Trials at which half of a player's deviation is his own: the variance within players over that between them.

    `total` and `count` are (n,) sums and trials of players, `within` the variance of one trial. Infinite where players
    differ no more than chance makes them.
    """
    mean = total.sum() / count.sum()
    spread = float(np.average((total / count - mean) ** 2, weights=count))
    between = spread - within * len(count) / count.sum()
    return within / between if between > 0 else float("inf")


def ball_constants(counts: pa.Table, player_type: str) -> dict[str, float]:
    """`half_reliable_at` for every column of batted balls, from one side's physics counts of one season."""
    held = {name: counts.column(name).to_numpy() for name in counts.column_names if name != "player_type"}
    found = {}
    for name in BALL_K[player_type]:
        count = held[BALL_DENOMINATORS.get(name, "measured")]
        kept = count >= ENOUGH_BALLS
        total, trials = held[name][kept], count[kept]
        found[name] = half_reliable_at(total, trials, _variance_of_one(name, held, kept, total.sum() / trials.sum()))
    return found


def _variance_of_one(name: str, held: Mapping[str, np.ndarray], kept: np.ndarray, mean: float) -> float:
    """A ball's own variance about its player's mean; a share's is p (1 - p), balls in the air vary as all balls do."""
    squares = {"speed": "speed_squares", "angle": "angle_squares", "air_speed": "speed_squares"}
    if name not in squares:
        return mean * (1.0 - mean)
    balls, own = held["measured"][kept], held["angle" if name == "angle" else "speed"][kept]
    return float((held[squares[name]][kept] - own**2 / balls).sum() / balls.sum())


def main() -> None:
    """Print the errors of parks by constant, and the constants of physics beside those in use."""
    settings = load_settings()
    store = Store(settings.store_root, ALL_CONTRACTS)
    seasons = range(FIRST_TARGET - SEASONS_BACK, settings.preset.tune_until + 1)
    counts = {season: read_park_counts(store, season, season) for season in seasons}
    targets = [season for season in seasons[SEASONS_BACK:] if counts[season].num_rows and counts[season - 1].num_rows]
    if not targets:
        raise MarcelError(
            f"core.plate_appearances under {store.root} hold no two seasons in a row of {seasons[0]} to {seasons[-1]}; "
            "the constants are found on them. Materialize core.plate_appearances first."
        )
    for component in COMPONENTS:
        errors = park_errors(counts, component, targets)
        best = min(errors, key=lambda k: errors[k])
        print(f"park {component:8} in use {REGRESSION[component]:7.0f}  best {best:7.0f}  error {errors[best]:.4f}")
        errors, used = hand_errors(counts, component, targets), HAND_REGRESSION[component]
        best = min(errors, key=lambda k: errors[k])
        alike = errors[GRID[-1]]
        print(
            f"hand {component:8} in use {used:7.0f}  best {best:7.0f}  error {errors[best]:.4f}  both alike {alike:.4f}"
        )
    for player_type in PLAYER_TYPES:
        physics = read_physics_counts(store, player_type, [FIRST_MEASURED])
        for name, k in ball_constants(physics, player_type).items():
            print(f"{player_type:8} {name:12} in use {BALL_K[player_type][name]:4.0f}  found {k:6.0f}")


if __name__ == "__main__":
    main()
