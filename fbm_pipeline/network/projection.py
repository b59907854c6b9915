"""What the finished network of a fold says of the validation and the test season, and the table of it.

Statistics without a head of their own move as the heads moved: they are exactly Marcel's where no head moved.

Not here: its training (fold_training), blending and scoring (evaluation).
"""

from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import head_statistics, statistics
from fbm_pipeline.identity.encoding import Standardizer
from fbm_pipeline.network.fold_training import fold_folder, load_fold, standardized
from fbm_pipeline.network.folds import (
    PROJECTION,
    ROWS,
    Fold,
    plan_fold,
    read_beside,
    training_key,
    window_hash,
)
from fbm_pipeline.network.hierarchy import Hierarchy, HierarchyShape, shape_for
from fbm_pipeline.network.inputs import base_rates, changed_windows
from fbm_pipeline.network.judging import Read, read
from fbm_pipeline.network.priors import PRIOR_SYSTEM, SYSTEMS, Priors
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.nn.checkpoint import Checkpoint, load_checkpoint, restore_weights
from fbm_pipeline.nn.device import reproducible
from fbm_pipeline.presets.network import Network
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.tables import Store, Written

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


class UntrainedFoldError(ValueError):
    """A fold is asked for projections before it was trained, or its network reads other inputs than are stored."""


def predict_fold(store: Store, settings: Settings, player_type: str, season: int) -> Written:
    """Write models.predictions of one fold: the validation and the test season, three systems, every statistic.

    Every player with a preseason Marcel rate gets rows. Raises UntrainedFoldError without a finished checkpoint of the
    stored inputs.
    """
    network = settings.preset.network
    fold = plan_fold(store, player_type, season, settings.preset, network)
    finished = load_checkpoint(fold_folder(settings, player_type, season) / "finished")
    if finished is None or finished.card["inputs"] != training_key(store, settings, fold, network):
        state = "never trained" if finished is None else "trained on other inputs than are stored now"
        raise UntrainedFoldError(f"{player_type} fold {season} was {state}; materialize its training first")
    partition: dict[str, int | str] = {"player_type": player_type, "fold": season}
    key = inputs_key(
        weights=finished.card["files"],
        projection=projection_key(store, settings, network, fold),
        standardizer=finished.card["standardizer"],
        code=code_key(ROWS),
    )
    return store.build("models.predictions", partition, key, lambda: fold_predictions(store, settings, fold, finished))


def projection_key(store: Store, settings: Settings, network: Network, fold: Fold) -> str:
    """Identifies what a fold's projections depend on beside the trained network."""
    seasons = [fold.validation_season, fold.season]
    beside = read_beside(store, settings, network, fold, seasons)
    return inputs_key(data=window_hash(store, fold, seasons), code=code_key(PROJECTION), **beside)


def fold_predictions(store: Store, settings: Settings, fold: Fold, finished: Checkpoint) -> pa.Table:
    """The rows of models.predictions of one fold."""
    projected = project(store, settings, settings.preset.network, fold, finished)
    priors = projected.priors
    rates = {name: priors.rates[:, index] for index, name in enumerate(SYSTEMS)} | {"contextual": projected.rates}
    heads = [item.head for item in statistics(fold.player_type)]
    learnt = np.full(projected.rates.shape, np.nan)
    learnt[:, heads] = projected.read.concentration
    concentrations = {name: np.where(heads, priors.weights[:, i], np.nan) for i, name in enumerate(SYSTEMS)}
    concentrations["contextual"] = learnt
    # Nothing in Marcel was fitted after tune_until; its rates are history up to the as-of date.
    until = {name: settings.preset.tune_until for name in SYSTEMS} | {"contextual": fold.trained_until}
    return pa.concat_tables(
        prediction_table(fold, priors, system, rates[system], concentrations[system], until[system]) for system in rates
    )


def project(store: Store, settings: Settings, network: Network, fold: Fold, finished: Checkpoint) -> Projected:
    """What a finished network says of every player of the validation and the test season.

    The two are read together: batches of other players would move the last bits. Raises UntrainedFoldError as
    load_network does.
    """
    seasons = sorted({fold.validation_season, fold.season})
    windows, priors = load_fold(store, settings, network, fold, seasons)
    model = load_network(finished, windows, settings, network)
    windows = standardized(windows, Standardizer.from_json(finished.card["standardizer"]))
    windows = changed_windows(windows, network, priors)
    with reproducible(settings.preset.threads, network.seed, settings.device):
        result = read(model, windows, np.arange(len(windows)), network.batch, settings.device)
    league = priors.league[:, SYSTEMS.index(PRIOR_SYSTEM)]
    rates = all_statistics(fold.player_type, result.rate, base_rates(priors, network.prior), league)
    return Projected(windows, priors, result, rates)


def load_network(finished: Checkpoint, windows: Windows, settings: Settings, network: Network) -> Hierarchy:
    """The network of a finished checkpoint, on the settings' device, ready to read `windows`.

    Raises UntrainedFoldError when the windows differ from what it was trained to read: names, sizes or encoder.
    """
    shape = HierarchyShape.from_json(finished.card["shape"])
    stored = {**asdict(shape_for(windows, network, settings.preset.archetypes)), "encoder": windows.encoder}
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
