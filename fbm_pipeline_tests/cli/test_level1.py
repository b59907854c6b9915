"""`fbm level1`: it prints what it wrote, and refuses in one line."""

from pathlib import Path

import pytest

from fbm_pipeline.cli import main as command_line
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.results.level1_planted import (
    other_rows,
    plant_training,
    settings_in,
    useful_rows,
    write_faces,
    write_level1_rows,
)


def test_paths_are_printed_or_one_line_of_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, docs = settings_in(tmp_path), tmp_path / "docs"
    monkeypatch.setattr(command_line, "load_settings", lambda: settings)
    plant_training(monkeypatch)
    asked = ["level1", "--docs", str(docs)]
    assert command_line.main(asked) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("fbm level1: evaluation.level1 holds no simulated rows")
    assert shown.count("\n") == 1
    store = Store(settings.store_root, TABLES)
    write_faces(store)
    write_level1_rows(store, [*useful_rows(), *other_rows()])
    assert command_line.main(asked) == 0
    printed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert all(path.is_file() for path in printed)
    assert docs / "results" / "level1.md" in printed
