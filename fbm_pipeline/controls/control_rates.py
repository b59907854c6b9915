"""`features.control_rates`: what ordinary aggregates say beyond Marcel, learned season by season.

The systems, each an addition to tuned Marcel fitted on target seasons before the one projected:

- `ridge` (c): ridge on season lines;
- `control_ridge`, `control_trees`: with the sequence aggregates and the context columns too; `control` (d) is their
  mean, the figure that every model here has to beat;
- `control_parks`: d with park factors, a statistic's own components, again the mean of both;
- `control_physics`: d and a ridge on what d missed, from measured batted balls and pitches; it *is* d where none are;
- `ridge_minors`, `control_minors`: c and d on Marcel with the minors (`minors_controls`), where a translation was
  fitted for the season; `control_full` is the latter with parks too. Where hardly a row that teaches has a line in
  the minors they are c, d and `control_parks` themselves.

Not here: the rows (`control_frame`), the fits (`control_fits`), and any choice made on test seasons.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.baseball.calendar import SHORT_SEASON, preseason
from fbm_pipeline.controls.fits import CONTROL, CONTROL_PENALTY, LINES_PENALTY, SEED, Rates, fit_both
from fbm_pipeline.controls.frame import Frame, read_frame, require_rows, training_targets
from fbm_pipeline.controls.inputs import contents, minors_contents, parks_contents, seasons_before
from fbm_pipeline.controls.lahman_block import STATEMENTS as LAHMAN_STATEMENTS
from fbm_pipeline.controls.minors_controls import minors_rates
from fbm_pipeline.controls.physics_block import has_physics
from fbm_pipeline.controls.residual_models import fit_ridge
from fbm_pipeline.marcel.season_lines import STATEMENT
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.contracts import CONTRACTS
from fbm_pipeline.store.engine import statement
from fbm_pipeline.store.tables import Store, Written, inputs_key

SYSTEMS = (
    "ridge", "control_ridge", "control_trees", "control", "control_parks", "control_physics", "ridge_minors",
    "control_minors", "control_full",
)  # fmt: skip

# No development season has measured physics behind it, so this penalty is not tuned: some 25 columns that explain a
# fiftieth of what the control misses ask for 25 x 50 rows.
PHYSICS_PENALTY = 1250.0
PHYSICS_FROM = 2021  # the first target with measured batted balls (2020's) before it


def trainable_seasons(store: Store, settings: Settings) -> set[int]:
    """Seasons whose controls can be made: one target season before them can teach, and Marcel projects them.

    Of these the preset's development and test seasons and the one projected, and, from PHYSICS_FROM on, every season
    whose control the physics of a later one learns from.
    """
    preset = settings.preset
    wanted = {*preset.development_seasons, *preset.test_seasons, preset.projection_season}
    wanted |= set(range(PHYSICS_FROM, max(wanted)))
    rated = {int(part["season"]) for part in store.partitions("features.marcel_rates")}
    return {season for season in wanted & rated - {SHORT_SEASON} if training_targets(store, season)}


def build_control_rates(store: Store, player_type: str, season: int) -> Written:
    """Every control's rates for the players whom Marcel projects for a season, in the statistics' own scale.

    The controls of earlier seasons from PHYSICS_FROM on are made first where they are missing: physics learns from
    what they missed. Raises MarcelError when too few seasons or players can teach; FileNotFoundError when the table
    behind a block was never written.
    """
    targets, before = training_targets(store, season), seasons_before(store, season)
    earlier = [year for year in targets if year >= PHYSICS_FROM and training_targets(store, year)]
    for year in earlier:
        build_control_rates(store, player_type, year)
    key = inputs_key(
        data=residual_key(store, player_type, season),
        physics=contents(store, "features.physics_counts", [{"season": year} for year in before]),
        parks=parks_contents(store, [*targets, season]),
        minors=minors_contents(store, player_type, [*targets, season]),
        earlier=contents(
            store, "features.control_rates", [{"player_type": player_type, "season": year} for year in earlier]
        ),
    )

    def compute() -> pa.Table:
        frame = read_frame(store, player_type, season, (*CONTROL, "parks", "physics"))
        require_rows(frame, player_type)
        rates = control_rates(frame, player_type)
        rates["control_physics"] = with_physics(
            frame, rates["control"], {year: _read_control(store, player_type, year, frame) for year in earlier}
        )
        return _table(frame, player_type, rates | minors_rates(store, frame, player_type, rates))

    return store.build("features.control_rates", {"player_type": player_type, "season": season}, key, compute)


def control_rates(frame: Frame, player_type: str) -> Rates:
    """The rates of all controls but that with physics."""
    penalty = CONTROL_PENALTY[player_type]
    lines, _ = fit_both(frame, ("lines",), LINES_PENALTY[player_type], None)
    ridge, trees = fit_both(frame, CONTROL, penalty, SEED)
    ridge_in_parks, trees_in_parks = fit_both(frame, (*CONTROL, "parks"), penalty, SEED)
    return {
        "ridge": lines, "control_ridge": ridge, "control_trees": trees, "control": (ridge + trees) / 2.0,
        "control_parks": (ridge_in_parks + trees_in_parks) / 2.0,
    }  # fmt: skip


def residual_of(
    frame: Frame, player_type: str, families: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, float | int | str]]:
    """What the control's ridge says with some families of columns only: ablations name the families they keep.

    `frame` holds these families of FAMILIES or more: reading it takes longer than the fits. Season lines are always
    in, so that no family at all is the input of `ridge`. Returns rows (mlbam_id, statistic, rate) and what was fitted.
    """
    used = ("lines", *families)
    penalty = CONTROL_PENALTY if families else LINES_PENALTY
    rates, _ = fit_both(frame, used, penalty[player_type], None)
    ids = frame.players.mlbam_id[frame.projected]
    rows = pd.DataFrame(
        {"mlbam_id": np.repeat(ids, len(frame.names)), "statistic": list(frame.names) * len(ids), "rate": rates.ravel()}
    )
    told: dict[str, float | int | str] = {
        "columns": len(frame.columns(used)[0]), "rows": int((frame.weight > 0).sum()),
        "trained_from": int(frame.players.season.min()),
        "trained_until": int(frame.players.season[~frame.projected].max()),
    }  # fmt: skip
    return rows, told


def residual_key(store: Store, player_type: str, season: int) -> str:
    """Hash of all that a frame for `residual_of` is made from: code, statements and tables before the season."""
    targets = [*training_targets(store, season), season]
    before = seasons_before(store, season)
    return inputs_key(
        code=code_key(f"{__name__}:build_control_rates", f"{__name__}:residual_of"),
        sql=[statement(name) for name in (STATEMENT, *LAHMAN_STATEMENTS)],
        lines=contents(store, "core.season_lines", [{"season": year} for year in before]),
        players=store.content("core.players"),
        lahman=[store.content(f"raw.lahman_{name}") for name in ("batting", "appearances", "people")],
        constants=store.content("features.marcel_constants", {"player_type": player_type}),
        rates=contents(store, "features.marcel_rates", [{"player_type": player_type, "season": y} for y in targets]),
        sequences=contents(store, "features.sequence_counts", [{"season": year} for year in before]),
    )


def with_physics(frame: Frame, control: np.ndarray, earlier: Mapping[int, np.ndarray]) -> np.ndarray:
    """(players, S) the control and what measured physics adds to it; the control itself where nothing was measured.

    `earlier` are the control's own rates for the targets it learns from, row by row as in the frame: made without
    those seasons, so what is left of the outcome is what the control really missed.
    """
    measured = has_physics(frame.blocks["physics"])
    _, columns = frame.columns(("physics",))
    rates, here = control.copy(), measured[frame.projected]
    learnt = np.isin(frame.players.season, list(earlier)) & measured & (frame.weight > 0)
    if not learnt.any() or not here.any():
        return rates
    known = np.full(frame.outcome.shape, np.nan)
    for year, values in earlier.items():
        known[frame.players.season == year] = values
    for at in range(len(frame.names)):
        missed = frame.outcome[:, at] - known[:, at]
        rows = learnt & ~np.isnan(missed)
        if rows.any():
            missed = _less_season_means(missed, frame.weight * rows, frame.players.season)
            add = fit_ridge(columns[rows], missed[rows], frame.weight[rows], PHYSICS_PENALTY, intercept=False)
            rates[here, at] += add(columns[frame.projected][here])
    return np.where(here[:, None], np.maximum(rates, 0.0), control)


def _less_season_means(values: np.ndarray, weights: np.ndarray, seasons: np.ndarray) -> np.ndarray:
    """A season's run environment is nobody's physics."""
    found = values.copy()
    for season in np.unique(seasons[weights > 0]):
        rows = (seasons == season) & (weights > 0)
        found[rows] -= weights[rows] @ values[rows] / weights[rows].sum()
    return found


def _read_control(store: Store, player_type: str, year: int, frame: Frame) -> np.ndarray:
    """(players of that target season in the frame, S) the control's rates, NaN for whom it did not project."""
    filters = [("player_type", "=", player_type), ("season", "=", year)]
    rows = store.delta("features.control_rates").to_pyarrow_table(filters=filters).to_pandas()
    wide = rows[rows["system"] == "control"].pivot(index="mlbam_id", columns="statistic", values="rate")
    ids = frame.players.mlbam_id[frame.players.season == year]
    return wide.reindex(index=ids, columns=list(frame.names)).to_numpy(dtype=np.float64)


def _table(frame: Frame, player_type: str, rates: Rates) -> pa.Table:
    players = frame.players.mlbam_id[frame.projected]
    taught = frame.weight > 0
    seasons = frame.players.season[taught]
    n, s = len(players), len(frame.names)
    schema = CONTRACTS["features.control_rates"].schema
    parts = []
    for system in [name for name in SYSTEMS if name in rates]:
        columns = {
            "season": [frame.season] * (n * s), "player_type": [player_type] * (n * s),
            "as_of": [preseason(frame.season)] * (n * s), "mlbam_id": np.repeat(players, s),
            "system": [system] * (n * s), "statistic": list(frame.names) * n, "rate": rates[system].ravel(),
            "trained_from": [int(seasons.min())] * (n * s), "trained_until": [int(seasons.max())] * (n * s),
            "n": [int(taught.sum())] * (n * s),
        }  # fmt: skip
        parts.append(pa.Table.from_arrays([pa.array(columns[f.name]).cast(f.type) for f in schema], schema=schema))
    return pa.concat_tables(parts)
