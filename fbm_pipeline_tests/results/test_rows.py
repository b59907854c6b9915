"""What trainings reached is read from their checkpoints."""

from pathlib import Path

import pytest
import torch

from fbm_pipeline.nn.checkpoint import save_checkpoint
from fbm_pipeline.results.rows import TRAINING_COLUMNS, training_rows
from fbm_pipeline.settings import Settings
from fbm_pipeline_tests.evaluation import hand_made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = hand_made.settings_for(tmp_path)
    weights = {"weight": torch.ones(2)}
    kinds = {"base": 1.9, "hands": 1.8, "hands_order": 1.7, "hidden": 1.6}
    metrics = {f"{kind}_outcome": value for kind, value in kinds.items()}
    level1 = settings.checkpoints / "level1"
    save_checkpoint(level1 / "abc", weights, {}, {"step": 1, "hash": "abc", "cutoff": 2017, "metrics": metrics})
    cutoff = settings.preset.encoders[0].cutoff
    (level1 / f"current-masked-{cutoff}").write_text("abc\n", encoding="utf-8")
    card = {
        "step": 3,
        "best_epoch": 3,
        "samples": 6101,
        "validation_season": 2018,
        "validation_nll": 855.44444,
        "marcel_nll": 855.62822,
        "inputs": "6838a404131b193a28b4",
    }
    season = settings.preset.network_seasons[0]
    save_checkpoint(settings.checkpoints / "batter" / str(season) / "finished", weights, {}, card)
    return settings


def test_rows_hold_every_metric_with_its_run(settings: Settings) -> None:
    rows = training_rows(settings)
    assert list(rows.columns) == list(TRAINING_COLUMNS)
    fold = rows[rows["training"] == "network"].set_index("metric")
    assert set(fold["run"]) == {"6838a404131b"}
    assert fold.loc["validation_nll", "value"] == 855.4444
    assert set(rows[rows["training"] == "level1"]["run"]) == {"abc"}


def test_a_home_without_trainings_has_no_rows(tmp_path: Path) -> None:
    assert training_rows(hand_made.settings_for(tmp_path / "empty")).empty
