"""Which seasons a fold learns from, is stopped on and is tested on, and the key of all it was made from.

Test season T: stopped on V, the latest season before T with lines (never 2020), trained on targets before V.
Not here: the training itself (training), the tables of a fold (projection).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fbm_pipeline.baseball.calendar import SHORT_SEASON
from fbm_pipeline.level1.encoder import content_of, load_encoder
from fbm_pipeline.network.minors import minors_contents
from fbm_pipeline.network.windows import stored_history
from fbm_pipeline.presets.network import Network
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.settings import Settings, cutoff_for
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.tables import Store

HISTORY_TABLES = ("core.games", "core.plate_appearances", "core.player_games")
TARGET_TABLES = ("core.games", "core.player_games", "core.season_lines")
FEATURE_TABLES = ("features.marcel_rates", "features.stat_profiles", "features.archetypes")
# The functions whose code, with all that they name, is that of a trained network and of its projections.
TRAINING = "fbm_pipeline.network.fold_training:trained"
PROJECTION = "fbm_pipeline.network.projection:project"
ROWS = "fbm_pipeline.network.projection:fold_predictions"


@dataclass(frozen=True)
class Fold:
    """One test season of one player type. `train_seasons` are target seasons, all before `validation_season`.

    `cutoff` is that of the encoder whose embeddings it reads: it has seen nothing of the validation season.
    """

    player_type: str
    season: int
    validation_season: int
    train_seasons: tuple[int, ...]
    cutoff: int

    @property
    def trained_until(self) -> int:
        return max(self.train_seasons)

    @property
    def learnt_from(self) -> tuple[int, ...]:
        """The target seasons that a training reads: trained on, and stopped on."""
        return (*self.train_seasons, self.validation_season)


def plan_fold(store: Store, player_type: str, season: int, preset: Preset, network: Network) -> Fold:
    """The fold of a test season.

    Raises ValueError when no season is left to stop on or to train on, SettingsError when no encoder of the preset
    ends before the season to stop on.
    """
    lines = {int(part["season"]) for part in store.partitions("core.season_lines")}
    rated = {
        int(part["season"]) for part in store.partitions("features.marcel_rates") if part["player_type"] == player_type
    }
    usable = sorted((lines & rated) - {SHORT_SEASON})
    before = [candidate for candidate in usable if candidate < season]
    train = tuple(s for s in before[:-1] if s >= network.train_from)
    if not train:
        raise ValueError(
            f"{player_type} fold {season}: seasons with lines and Marcel rates are {usable}; expected at least one "
            f"to stop on and one from {network.train_from} to train on before it. Materialize earlier seasons."
        )
    return Fold(player_type, season, before[-1], train, cutoff_for(preset, before[-1]))


def training_key(store: Store, settings: Settings, fold: Fold, network: Network) -> str:
    """Identifies everything a trained network depends on: data, configuration, code. Nothing of the test season.

    Options at their defaults are left out, so that a new one leaves the keys of finished networks as they were.
    """
    return inputs_key(
        data=data_hash(store, fold, fold.learnt_from),
        fold=fold,
        code=code_key(TRAINING),
        network=network.differences(),
        **machine_parts(settings),
        **read_beside(store, settings, network, fold, fold.learnt_from),
    )


def machine_parts(settings: Settings) -> dict[str, object]:
    """What the last bits of a network depend on beside its configuration, as plain values."""
    parts: dict[str, object] = {"archetypes": settings.preset.archetypes, "threads": settings.preset.threads}
    return parts if settings.device == "cpu" else parts | {"device": settings.device}


def read_beside(
    store: Store, settings: Settings, network: Network, fold: Fold, targets: Sequence[int]
) -> dict[str, object]:
    """What some configurations read beside the tables of every fold; empty for the network in use."""
    parts = minors_contents(store, network, fold.player_type, targets)
    if network.trains_level1 or network.encoder != "masked":
        parts["encoder"] = load_encoder(settings, fold.cutoff, network.encoder)[1].weights
        parts["outings"] = {season: content_of(store, season) for season in stored_history(store, targets)}
    return parts


def data_hash(store: Store, fold: Fold, targets: Sequence[int]) -> str:
    """Hash of all that the fold's windows and the outcomes of the target seasons are made of."""
    hashes = {
        f"{table} {season}": store.content(table, {"season": season}) for season in targets for table in TARGET_TABLES
    }
    return inputs_key(windows=window_hash(store, fold, targets), **hashes)


def window_hash(store: Store, fold: Fold, targets: Sequence[int]) -> str:
    """Hash of all that the windows of the target seasons are made of: history and preseason features, no outcome."""
    history = stored_history(store, targets)
    hashes = {
        f"{table} {season}": store.content(table, {"season": season}) for season in history for table in HISTORY_TABLES
    }
    hashes |= {
        f"embeddings {season}": store.content("models.pa_embeddings", {"cutoff": fold.cutoff, "season": season})
        for season in history
    }
    for season in targets:
        partition: dict[str, int | str] = {"player_type": fold.player_type, "season": season}
        hashes |= {f"{table} {season}": store.content(table, partition) for table in FEATURE_TABLES}
    return inputs_key(**hashes)
