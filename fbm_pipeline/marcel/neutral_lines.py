"""`features.neutral_lines`: what each player's season would have been in average parks.

Counts are divided by the mean factor of the parks he played in, by component and by the batter's side; opportunities
stay. The factors are those of the winter after the season, which know the season itself and nothing later: a line may
serve projections from `as_of` on. Not here: what a projection makes of the lines (`neutral_marcel`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.marcel.park_exposure import EXPOSURE, Factors, factors_by_park, mean_factors, read_exposure
from fbm_pipeline.marcel.park_factors import COMPONENTS, REGRESSION, factors_table, read_park_counts
from fbm_pipeline.marcel.park_factors import STATEMENT as PARK_COUNTS
from fbm_pipeline.marcel.park_hands import HAND_REGRESSION
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, SeasonLines, read_season_lines
from fbm_pipeline.marcel.season_lines import STATEMENT as SEASON_LINES
from fbm_pipeline.store.code import code_of
from fbm_pipeline.store.contracts import CONTRACTS
from fbm_pipeline.store.engine import statement
from fbm_pipeline.store.tables import Store, Written, inputs_key

TABLE = "features.neutral_lines"
KINDS_OF_HITS = ("single", "double", "triple", "hr")
COMPONENT_OF = {
    "so": "so", "bb": "bb", "hr": "hr", "single": "single", "double": "double", "triple": "triple", "er": "runs",
}  # fmt: skip
RESTATED = (*COMPONENT_OF, "h", "ab", "outs")  # the counts that a park changes

Counts = Mapping[str, np.ndarray]


def restated(counts: Counts, factors: np.ndarray) -> dict[str, np.ndarray]:
    """The counts (n,) of RESTATED as in parks with these (n, components) factors, turns at the plate unchanged.

    Hits change by what their kinds do; where a kind is not known (NaN) they have a factor of their own. A walk less is
    an at-bat more; a hit or a walk less is an out more.
    """
    by_component = dict(zip(COMPONENTS, factors.T, strict=True))
    found = {name: counts[name] * by_component[component] for name, component in COMPONENT_OF.items()}
    more = sum(found[name] - counts[name] for name in KINDS_OF_HITS)
    found["h"] = np.where(np.isnan(more), counts["h"] * by_component["h"], counts["h"] + more)
    walks = counts["bb"] - found["bb"]
    found["ab"] = counts["ab"] + walks
    found["outs"] = counts["outs"] + walks + (counts["h"] - found["h"])
    return found


def mean_multipliers(exposure: pa.Table, factors: Factors, season: int, ids: np.ndarray) -> np.ndarray:
    """(n, components) what the players' parks did to each opportunity on average, by hand; 1 for an average park.

    `factors` of `season` (a season of projections) are meant, and the exposure is taken whole.
    """
    beyond = {place: np.expm1(logs) for place, logs in factors.items()}
    return 1.0 + mean_factors(exposure, beyond, season, ids, by_hand=True)


def build_neutral_lines(store: Store, season: int) -> Written:
    """The neutral lines of a season's players, both types. Raises FileNotFoundError when there are no season lines."""
    seasons = range(season + 1 - SEASONS_BACK, season + 1)
    key = inputs_key(
        code=code_of("marcel"),
        sql=[statement(name) for name in (PARK_COUNTS, EXPOSURE, SEASON_LINES)],
        lines=store.content("core.season_lines", {"season": season}),
        plate_appearances={year: store.content("core.plate_appearances", {"season": year}) for year in seasons},
        regression=[REGRESSION, HAND_REGRESSION],
    )

    def compute() -> pa.Table:
        factors = factors_by_park(factors_table(read_park_counts(store, seasons[0], season), season + 1))
        parts = []
        for player_type in PLAYER_TYPES:
            lines = read_season_lines(store, player_type, season, season)
            exposure = read_exposure(store, player_type, season, season)
            parts.append(neutral_table(lines, mean_multipliers(exposure, factors, season + 1, lines.mlbam_id)))
        return pa.concat_tables(parts)

    return store.build(TABLE, {"season": season}, key, compute)


def neutral_table(lines: SeasonLines, multipliers: np.ndarray) -> pa.Table:
    """Rows of `features.neutral_lines` from lines and what their parks did to them, (n, components)."""
    neutral = restated(lines.counts, 1.0 / multipliers)
    kept = lines.counts["opportunities"] > 0
    n, schema = int(kept.sum()), CONTRACTS[TABLE].schema
    columns = {
        "season": lines.season[kept], "as_of": [preseason(int(season) + 1) for season in lines.season[kept]],
        "player_type": [lines.player_type] * n, "mlbam_id": lines.mlbam_id[kept],
        "opportunities": lines.counts["opportunities"][kept], **{name: neutral[name][kept] for name in RESTATED},
    }  # fmt: skip
    arrays = [pa.array(columns[field.name], from_pandas=True).cast(field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def read_neutral_lines(store: Store, player_type: str, first_season: int, last_season: int) -> pa.Table:
    """The rows of a player type, both ends' seasons and those between. Raises FileNotFoundError without a table."""
    wanted = (pc.field("player_type") == player_type) & pc.field("season").isin(
        list(range(first_season, last_season + 1))
    )
    return store.delta(TABLE).to_pyarrow_dataset().to_table(filter=wanted)


def with_neutral_counts(lines: SeasonLines, neutral: pa.Table) -> SeasonLines:
    """The lines with the neutral counts in place of their own, where there are any."""
    keys = lines.season * 10**9 + lines.mlbam_id  # in ascending order
    found = neutral.column("season").to_numpy().astype(np.int64) * 10**9 + neutral.column("mlbam_id").to_numpy()
    held = np.isin(found, keys)
    rows = np.searchsorted(keys, found[held])
    return replace(lines, counts={**lines.counts, **_replaced(lines.counts, neutral, held, rows, RESTATED)})


def _replaced(
    counts: Counts, neutral: pa.Table, held: np.ndarray, rows: np.ndarray, names: Sequence[str]
) -> dict[str, np.ndarray]:
    found = {name: counts[name].copy() for name in names}
    for name in names:
        found[name][rows] = neutral.column(name).to_numpy(zero_copy_only=False)[held]
    return found
