"""What the trainings of a run reached, read from their checkpoints: rows of the run's trainings.parquet.

Level 1 has the nats of its lookups beside its own, every fold of Levels 2 and 3 those of Marcel under the same
likelihood. Not here: scores on test seasons (results).
"""

from pathlib import Path

import pandas as pd

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.nn.checkpoint import load_checkpoint
from fbm_pipeline.settings import Settings

TRAINING_COLUMNS = ("data", "training", "player_type", "season", "run", "metric", "value")
FOLD_METRICS = ("samples", "best_epoch", "validation_season", "validation_nll", "marcel_nll")
_PLACES = 4


def training_rows(settings: Settings) -> pd.DataFrame:
    """One row per training and metric of the preset's encoders and folds; those never trained are absent.

    `run` ends the key of the training's MLflow run for folds and is the encoder's hash for Level 1; likelihoods are in
    nats a player, Level 1's in nats a hidden plate appearance of the held-out season.
    """
    rows = [*_encoder_rows(settings), *_fold_rows(settings)]
    return pd.DataFrame(rows, columns=list(TRAINING_COLUMNS)).round({"value": _PLACES})


def _encoder_rows(settings: Settings) -> list[tuple]:
    rows = []
    for plan in settings.preset.encoders:
        pointer = settings.checkpoints / "level1" / f"current-masked-{plan.cutoff}"
        if not pointer.is_file():
            continue
        checkpoint = load_checkpoint(pointer.parent / pointer.read_text(encoding="utf-8").strip())
        if checkpoint is not None:
            card = checkpoint.card
            rows += [
                (settings.data_kind, "level1", "", card["cutoff"], card["hash"], name, value)
                for name, value in sorted(card["metrics"].items())
            ]
    return rows


def _fold_rows(settings: Settings) -> list[tuple]:
    rows = []
    seasons = (*settings.preset.network_seasons, settings.preset.projection_season)
    for player_type in PLAYER_TYPES:
        for season in seasons:
            folder: Path = settings.checkpoints / player_type / str(season) / "finished"
            checkpoint = load_checkpoint(folder)
            if checkpoint is None:
                continue
            card = checkpoint.card
            rows += [
                (settings.data_kind, "network", player_type, season, card["inputs"][:12], name, card[name])
                for name in FOLD_METRICS
            ]
    return rows
