"""`features.control_rates`: what ordinary aggregates add to Marcel, learned season by season.

The systems, each an addition to tuned Marcel fitted on target seasons before the one projected:

- `ridge`: ridge on season lines;
- `control_ridge`, `control_trees`: with the sequence aggregates and the context columns too; `control` is their mean,
  the figure that every model here has to beat;
- `control_parks`: the control with park factors, a statistic's own components, again the mean of both;
- `control_physics`: the control and a ridge on what it missed, from measured batted balls and pitches; it *is* the
  control where none are;
- `ridge_minors`, `control_minors`: ridge and control on Marcel with the minors (`minors_controls`), where a translation
  was fitted for the season; `control_full` is the latter with parks too. Where hardly a row that teaches has a line in
  the minors they are `ridge`, `control` and `control_parks` themselves.

Not here: the rows (`frame`), the fits (`fits`), and any choice made on test seasons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.universes import CONTROLS
from fbm_pipeline.baseball.calendar import SHORT_SEASON, preseason
from fbm_pipeline.controls.fits import CONTROL, CONTROL_PENALTY, LINES_PENALTY, SEED, Rates, fit_both
from fbm_pipeline.controls.frame import Frame, read_frame, require_rows, training_targets
from fbm_pipeline.controls.minors_controls import minors_rates
from fbm_pipeline.controls.physics_block import has_physics
from fbm_pipeline.controls.residual_models import fit_ridge
from fbm_pipeline.controls.tables import CONTROL_RATES, FRAME_READS, PHYSICS_FROM
from fbm_pipeline.marcel.season_lines import MarcelError
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.making import partition_key
from fbm_pipeline.store.tables import Store

# No development season has measured physics behind it, so this penalty is not tuned: some 25 columns that explain a
# fiftieth of what the control misses ask for 25 x 50 rows.
PHYSICS_PENALTY = 1250.0


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


def control_rates(inputs: Inputs, player_type: str, season: int) -> pa.Table:
    """Rows of `features.control_rates` of a season: every control's rates for the players whom Marcel projects.

    Rates are in the statistics' own scale. Physics learns from what the controls of earlier seasons from PHYSICS_FROM
    on missed. Raises MarcelError when one of these is missing, or when too few seasons or players can teach.
    """
    earlier = _earlier_controls(inputs, player_type, season)
    frame = read_frame(inputs, player_type, season, (*CONTROL, "parks", "physics"))
    require_rows(frame, player_type)
    rates = rates_on_marcel(frame, player_type)
    rates["control_physics"] = with_physics(
        frame, rates["control"], {year: _read_control(inputs, player_type, year, frame) for year in earlier}
    )
    return _table(frame, player_type, rates | minors_rates(inputs, frame, player_type, rates))


def _earlier_controls(store: Store, player_type: str, season: int) -> list[int]:
    """The earlier seasons whose controls physics learns from. Raises MarcelError when one of them was not made."""
    targets = [year for year in training_targets(store, season) if year >= PHYSICS_FROM]
    expected = [year for year in targets if training_targets(store, year)]
    parts = store.partitions(CONTROL_RATES.name)
    made = {int(part["season"]) for part in parts if part["player_type"] == player_type}
    missing = [year for year in expected if year not in made]
    if missing:
        raise MarcelError(
            f"{CONTROL_RATES.name} lack the {player_type} controls of {missing}, from which the physics of {season} "
            f"learns; materialize {player_type}/control_rates for {missing} first, in this order."
        )
    return expected


def rates_on_marcel(frame: Frame, player_type: str) -> Rates:
    """The rates of the controls on Marcel, but that with physics."""
    penalty = CONTROL_PENALTY[player_type]
    lines, _ = fit_both(frame, ("lines",), LINES_PENALTY[player_type], None)
    ridge, trees = fit_both(frame, CONTROL, penalty, SEED)
    ridge_in_parks, trees_in_parks = fit_both(frame, (*CONTROL, "parks"), penalty, SEED)
    return {
        "ridge": lines,
        "control_ridge": ridge,
        "control_trees": trees,
        "control": (ridge + trees) / 2.0,
        "control_parks": (ridge_in_parks + trees_in_parks) / 2.0,
    }


def residual_of(
    frame: Frame, player_type: str, families: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, float | int | str]]:
    """What the control's ridge projects with some families of columns only: ablations name the families they keep.

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
    fitted: dict[str, float | int | str] = {
        "columns": len(frame.columns(used)[0]),
        "rows": int((frame.weight > 0).sum()),
        "trained_from": int(frame.players.season.min()),
        "trained_until": int(frame.players.season[~frame.projected].max()),
    }
    return rows, fitted


def residual_key(store: Store, player_type: str, season: int) -> str:
    """Hash of all that a frame for `residual_of` is made from: code, and the tables before the season."""
    code = (f"{__name__}:residual_of", f"{read_frame.__module__}:read_frame")
    read = replace(CONTROL_RATES, reads=FRAME_READS, build="", code=code)
    return partition_key(Inputs(store, read, {"player_type": player_type, "season": season}))


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
    centred = values.copy()
    for season in np.unique(seasons[weights > 0]):
        rows = (seasons == season) & (weights > 0)
        centred[rows] -= weights[rows] @ values[rows] / weights[rows].sum()
    return centred


def _read_control(store: Store, player_type: str, year: int, frame: Frame) -> np.ndarray:
    """(players of that target season in the frame, S) the control's rates, NaN for players whom it did not project."""
    filters = [("player_type", "=", player_type), ("season", "=", year)]
    rows = store.delta(CONTROL_RATES.name).to_pyarrow_table(filters=filters).to_pandas()
    wide = rows[rows["system"] == "control"].pivot(index="mlbam_id", columns="statistic", values="rate")
    ids = frame.players.mlbam_id[frame.players.season == year]
    return wide.reindex(index=ids, columns=list(frame.names)).to_numpy(dtype=np.float64)


def _table(frame: Frame, player_type: str, rates: Rates) -> pa.Table:
    players = frame.players.mlbam_id[frame.projected]
    taught = frame.weight > 0
    seasons = frame.players.season[taught]
    n, s = len(players), len(frame.names)
    schema = CONTROL_RATES.schema
    parts = []
    for system in [name for name in CONTROLS if name in rates]:
        columns = {
            "season": [frame.season] * (n * s),
            "player_type": [player_type] * (n * s),
            "as_of": [preseason(frame.season)] * (n * s),
            "mlbam_id": np.repeat(players, s),
            "system": [system] * (n * s),
            "statistic": list(frame.names) * n,
            "rate": rates[system].ravel(),
            "trained_from": [int(seasons.min())] * (n * s),
            "trained_until": [int(seasons.max())] * (n * s),
            "n": [int(taught.sum())] * (n * s),
        }
        parts.append(pa.Table.from_arrays([pa.array(columns[f.name]).cast(f.type) for f in schema], schema=schema))
    return pa.concat_tables(parts)
