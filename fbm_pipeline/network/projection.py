"""What the finished network of a fold says of the validation and the test season, and the table of it.

Statistics without a head of their own move as the heads moved: they are exactly Marcel's where no head moved.

Not here: its training (fold_training), blending and scoring (evaluation).
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import head_statistics, statistics
from fbm_pipeline.identity.encoding import Standardizer
from fbm_pipeline.network.fold_training import (
    UntrainedFoldError,
    load_fold,
    standardized,
    trained_network,
    with_network,
)
from fbm_pipeline.network.folds import Fold, fold_of
from fbm_pipeline.network.hierarchy import Hierarchy, HierarchyShape, shape_for
from fbm_pipeline.network.inputs import base_rates, changed_windows
from fbm_pipeline.network.judging import Read, read
from fbm_pipeline.network.priors import PRIOR_SYSTEM, SYSTEMS, Priors
from fbm_pipeline.network.tables import NETWORK, predictions_of
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.nn.checkpoint import Checkpoint, restore_weights
from fbm_pipeline.nn.device import reproducible
from fbm_pipeline.presets.network import Network
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.declarations import Trained
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.making import open_inputs
from fbm_pipeline.store.tables import Store

_BASES = {
    "avg": (("h_rate", 1.0),),
    "slg": (("single_rate", 1.0), ("double_rate", 2.0), ("triple_rate", 3.0), ("hr_rate", 4.0)),
    "iso": (("double_rate", 1.0), ("triple_rate", 2.0), ("hr_rate", 3.0)),
}  # per at-bat statistics: what a change of each rate per plate appearance adds to their numerator
_RATIOS = {"era": ("er_rate",), "whip": ("bb_rate", "h_rate")}  # per out: scale with the rates of their numerator


@dataclass(frozen=True)
class Projected:
    """What a network says of some samples, with what it read of them. `rates` (samples, statistics) float64."""

    windows: Windows
    priors: Priors
    read: Read
    rates: np.ndarray


def predictions(inputs: Inputs, player_type: str, fold: int) -> pa.Table:
    """The rows of one fold: the validation and the test season, three systems, every statistic.

    Every player with a preseason Marcel rate gets rows. Raises UntrainedFoldError as load_network does.
    """
    planned, projected = fold_of(inputs), project(inputs)
    priors = projected.priors
    rates = {name: priors.rates[:, index] for index, name in enumerate(SYSTEMS)} | {"contextual": projected.rates}
    heads = [item.head for item in statistics(player_type)]
    learnt = np.full(projected.rates.shape, np.nan)
    learnt[:, heads] = projected.read.concentration
    concentrations = {name: np.where(heads, priors.weights[:, i], np.nan) for i, name in enumerate(SYSTEMS)}
    concentrations["contextual"] = learnt
    # Nothing in Marcel was fitted after tune_until; its rates are history up to the as-of date.
    until = {name: inputs.settings.tune_until for name in SYSTEMS} | {"contextual": planned.trained_until}
    return pa.concat_tables(
        prediction_table(planned, priors, system, rates[system], concentrations[system], until[system])
        for system in rates
    )


def projection_inputs(
    store: Store, settings: Settings, network: Network, player_type: str, season: int, finished: Checkpoint | None
) -> Inputs:
    """What the projections of any network of a fold are shown; without one, as the key of what is yet to be trained."""
    partition: dict[str, int | str] = {"player_type": player_type, "fold": season}
    made_with = Trained("", None) if finished is None else trained_network(finished)
    return open_inputs(
        store, predictions_of(network), partition, with_network(settings, network), {NETWORK.name: made_with}
    )


def project(inputs: Inputs) -> Projected:
    """What the trained network projects for every player of the validation and the test season, outcomes unseen.

    The two are read together: batches of other players would move the last bits. Raises UntrainedFoldError as
    load_network does.
    """
    fold, settings = fold_of(inputs), inputs.settings
    network: Network = settings.network
    finished: Checkpoint = inputs.trained(NETWORK.name).checkpoint
    windows, priors = load_fold(inputs, sorted({fold.validation_season, fold.season}), outcomes=False)
    model = load_network(finished, windows, settings)
    windows = standardized(windows, Standardizer.from_json(finished.card["standardizer"]))
    windows = changed_windows(windows, network, priors)
    with reproducible(settings.threads, network.seed, settings.device):
        result = read(model, windows, np.arange(len(windows)), network.batch, settings.device)
    league = priors.league[:, SYSTEMS.index(PRIOR_SYSTEM)]
    rates = all_statistics(fold.player_type, result.rate, base_rates(priors, network.prior), league)
    return Projected(windows, priors, result, rates)


def load_network(finished: Checkpoint, windows: Windows, settings: Any) -> Hierarchy:
    """The network of a finished checkpoint, on the settings' device, ready to read `windows`.

    `settings` are a fold's declared ones. Raises UntrainedFoldError when the windows differ from what it was trained
    to read: names, sizes or encoder.
    """
    shape = HierarchyShape.from_json(finished.card["shape"])
    stored = {**asdict(shape_for(windows, settings.network, settings.archetypes)), "encoder": windows.encoder}
    expected = {**asdict(shape), "encoder": finished.card["encoder"]}
    differing = [f"{k}: trained {expected[k]!r}, stored {stored[k]!r}" for k in stored if stored[k] != expected[k]]
    if differing:
        raise UntrainedFoldError(f"{finished.folder} reads other inputs: {'; '.join(differing)}. Train the fold again.")
    model = Hierarchy(shape)
    restore_weights(model, finished)
    return model.to(settings.device).eval()


def prediction_table(
    fold: Fold, priors: Priors, system: str, rates: np.ndarray, concentrations: np.ndarray, until: int
) -> pa.Table:
    """One row per sample and statistic of one system.

    rates, concentrations (samples, statistics) float64 in the order of `statistics`; NaN where there is no
    concentration. `until`: the last target season that anything in these rates was fitted on.
    """
    names = [statistic.name for statistic in statistics(fold.player_type)]
    count = rates.size
    season = np.repeat(priors.season, len(names))
    as_of = {int(s): preseason(int(s)) for s in np.unique(priors.season)}
    flat = concentrations.ravel()
    return pa.table(
        {
            "fold": pa.array(np.full(count, fold.season, np.int16)),
            "split": pa.array(np.where(season == fold.season, "test", "validation").tolist(), pa.string()),
            "season": pa.array(season),
            "player_type": pa.array([fold.player_type] * count, pa.string()),
            "as_of": pa.array([as_of[int(s)] for s in season], pa.date32()),
            "mlbam_id": pa.array(np.repeat(priors.mlbam_id, len(names))),
            "system": pa.array([system] * count, pa.string()),
            "statistic": pa.array(names * len(rates), pa.string()),
            "rate": pa.array(rates.ravel()),
            "concentration": pa.array(flat, mask=np.isnan(flat)),
            "trained_until": pa.array(np.full(count, until, np.int16)),
        }
    )


def all_statistics(player_type: str, heads: np.ndarray, marcel: np.ndarray, league: np.ndarray) -> np.ndarray:
    """Rates of every statistic (n, statistics) from the heads' rates (n, heads) and Marcel's and the league's.

    avg, slg, iso gain what the heads gained, per at-bat instead of per plate appearance; era and whip scale with
    their numerators. Columns are ordered as `statistics` and `head_statistics` order them.
    """
    names = [statistic.name for statistic in statistics(player_type)]
    column = {name: index for index, name in enumerate(names)}
    result = marcel.copy()
    for index, statistic in enumerate(head_statistics(player_type)):
        result[:, column[statistic.name]] = heads[:, index]
    for name, parts in _BASES.items():
        if name in column:
            gained = sum(factor * (result[:, column[part]] - marcel[:, column[part]]) for part, factor in parts)
            result[:, column[name]] = marcel[:, column[name]] + gained * _appearances_per_at_bat(marcel, league, column)
    for name, counts in _RATIOS.items():
        if name in column:
            places = [column[part] for part in counts]
            result[:, column[name]] = marcel[:, column[name]] * _ratio(
                result[:, places].sum(axis=1), marcel[:, places].sum(axis=1)
            )
    return result


def _appearances_per_at_bat(marcel: np.ndarray, league: np.ndarray, column: dict[str, int]) -> np.ndarray:
    """H/AB over H/PA of Marcel's own line; the league's where Marcel expects no hit or none at bat."""
    avg, h_rate = marcel[:, column["avg"]], marcel[:, column["h_rate"]]
    usable = (avg > 0) & (h_rate > 0)
    return np.where(usable, _ratio(avg, h_rate), _ratio(league[:, column["avg"]], league[:, column["h_rate"]]))


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """above / below, and 1 where there is nothing below to scale."""
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), 1.0)
