"""Which seasons a fold learns from, is stopped on and is tested on, as its training and its projection are planned.

Test season T: stopped on V, the latest season before T with lines (never 2020), trained on targets before V.
Not here: the training itself (training), the tables of a fold (projection).
"""

from collections.abc import Collection
from dataclasses import dataclass

from fbm_pipeline.baseball.calendar import SHORT_SEASON
from fbm_pipeline.marcel.rates import projectable_seasons
from fbm_pipeline.network.windows import history_seasons
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.settings import Settings, cutoff_for
from fbm_pipeline.store.held_tables import Partition
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store


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


def fold_seasons(store: Store, settings: Settings) -> Collection[int]:
    """The preset's test seasons and its projection season, where a prior exists."""
    wanted = {*settings.preset.network_seasons, settings.preset.projection_season}
    return wanted & set(projectable_seasons(store, settings))


def plan_fold(store: Store, player_type: str, season: int, preset: Preset) -> Fold:
    """The fold of a test season, as the preset's network is trained.

    Raises ValueError when no season is left to stop on or to train on, SettingsError when no encoder of the preset
    ends before the season to stop on.
    """
    lines = {int(part["season"]) for part in store.partitions("core.season_lines")}
    rated = {
        int(part["season"]) for part in store.partitions("features.marcel_rates") if part["player_type"] == player_type
    }
    usable = sorted((lines & rated) - {SHORT_SEASON})
    before = [candidate for candidate in usable if candidate < season]
    train_from = preset.network.train_from
    train = tuple(s for s in before[:-1] if s >= train_from)
    if not train:
        raise ValueError(
            f"{player_type} fold {season}: seasons with lines and Marcel rates are {usable}; expected at least one "
            f"to stop on and one from {train_from} to train on before it. Materialize earlier seasons."
        )
    return Fold(player_type, season, before[-1], train, cutoff_for(preset, before[-1]))


def planned_training(store: Store, settings: Settings, partition: Partition) -> dict[str, object]:
    """What a fold's training has of its own; raises as plan_fold."""
    fold, plan = _planned(store, settings, partition)
    first, last = fold.train_seasons[0], fold.validation_season
    return plan | {"first_target": first, "first_history": _first_history(first), "last_history": last - 1}


def planned_projection(store: Store, settings: Settings, partition: Partition) -> dict[str, object]:
    """What a fold's projection has of its own: it reads two seasons, the one it was stopped on and the tested one."""
    fold, plan = _planned(store, settings, partition)
    return plan | {"first_history": _first_history(fold.validation_season)}


def fold_of(inputs: Inputs) -> Fold:
    """The fold that is trained or projected."""
    made, planned = inputs.partition, inputs.settings
    return Fold(
        str(made["player_type"]),
        int(made["fold"]),
        planned.validation_season,
        tuple(planned.train_seasons),
        planned.cutoff,
    )


def _planned(store: Store, settings: Settings, partition: Partition) -> tuple[Fold, dict[str, object]]:
    fold = plan_fold(store, str(partition["player_type"]), int(partition["fold"]), settings.preset)
    # The cutoff and the arm choose the encoder, and among the embeddings those that it made.
    plan = {"train_seasons": fold.train_seasons, "validation_season": fold.validation_season, "cutoff": fold.cutoff}
    return fold, plan | {"arm": settings.preset.network.encoder}


def _first_history(target: int) -> int:
    """The first season that a window of a target season may reach."""
    return min(history_seasons([target]), default=target)
