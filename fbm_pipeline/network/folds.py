"""Which seasons a fold learns from, is stopped on and is tested on, and the key of all it was made from.

Test season T: stopped on V, the latest season before T with lines (never 2020), trained on targets before V.
Not here: the training itself (loop), the tables of a fold (projection).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fbm_pipeline.baseball.calendar import SHORT_SEASON
from fbm_pipeline.network.windows import stored_history
from fbm_pipeline.settings import Preset, cutoff_for
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.tables import Store, inputs_key

HISTORY_TABLES = ("core.games", "core.plate_appearances", "core.player_games")
TARGET_TABLES = ("core.games", "core.player_games", "core.season_lines")
FEATURE_TABLES = ("features.marcel_rates", "features.stat_profiles", "features.archetypes")
# The functions from which all code that turns stored tables into a network, and a network into rates, is found.
TRAINED_BY = ("fbm_pipeline.network.projection:train_fold", "fbm_pipeline.network.projection:fold_predictions")


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


def plan_fold(store: Store, player_type: str, season: int, preset: Preset) -> Fold:
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
    train = tuple(s for s in before[:-1] if s >= preset.train_from)
    if not train:
        raise ValueError(
            f"{player_type} fold {season}: seasons with lines and Marcel rates are {usable}; expected at least one "
            f"to stop on and one from {preset.train_from} to train on before it. Materialize earlier seasons."
        )
    return Fold(player_type, season, before[-1], train, cutoff_for(preset, before[-1]))


def training_key(store: Store, fold: Fold, preset: Preset) -> str:
    """Identifies everything a trained network depends on: data, settings, code. Nothing of the test season."""
    targets = (*fold.train_seasons, fold.validation_season)
    return inputs_key(
        data=data_hash(store, fold, targets), fold=fold, settings=network_settings(preset), code=code_hash()
    )


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


def network_settings(preset: Preset) -> dict[str, object]:
    """The part of a preset that a network of Levels 2 and 3 depends on."""
    names = ("train_from", "width", "layers", "heads", "batter_games", "pitcher_games", "epochs", "patience", "batch",
             "learning_rate", "archetypes", "min_train_opportunities", "threads", "seed")  # fmt: skip
    return {name: getattr(preset, name) for name in names}


def code_hash(*more: str) -> str:
    """Hash of the code that a trained network depends on, and of that behind `more` functions."""
    return code_key(*TRAINED_BY, *more)
