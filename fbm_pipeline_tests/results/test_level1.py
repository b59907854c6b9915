"""docs/results/level1.md: the same bytes twice, looks counted once, clear refusals."""

from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.level1.encoder import EncoderError
from fbm_pipeline.results import level1
from fbm_pipeline.results.files import read_table, table_path
from fbm_pipeline.results.level1 import ordered_rows, write_level1
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.results.level1_planted import (
    frame,
    other_rows,
    plant_training,
    settings_in,
    useful_rows,
    write_faces,
    write_level1_rows,
)


@pytest.fixture
def planted(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    write_faces(store)
    write_level1_rows(store, [*useful_rows(), *other_rows()])
    plant_training(monkeypatch)
    return store


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "results").iterdir())}


def test_files_are_written_and_written_again_alike(planted: Store, tmp_path: Path) -> None:
    docs, settings = tmp_path / "docs", settings_in(tmp_path)
    paths = write_level1(planted, settings, docs)
    before = files(docs)
    assert set(before) == {"level1.md", "level1_words.png", "looks.csv"}
    assert table_path(settings, "level1") in paths
    assert len(before["level1_words.png"]) < 150_000
    assert Image.open(docs / "results" / "level1_words.png").width > 1000
    write_level1(planted, settings, docs)
    assert files(docs) == before


def test_the_run_holds_all_rows_of_its_kind(planted: Store, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write_level1(planted, settings, tmp_path / "docs")
    rows = read_table(settings, "level1", planted.contracts["evaluation.level1"].column_names)
    assert len(rows) == len(useful_rows()) + len(other_rows())
    assert set(rows["data"]) == {"simulated"}


def test_a_chosen_block_is_a_look_once_for_each_configuration(planted: Store, tmp_path: Path) -> None:
    docs, settings = tmp_path / "docs", settings_in(tmp_path)
    (docs / "results").mkdir(parents=True)
    (docs / "results" / "looks.csv").write_text(
        "data,system,look,configuration,seasons\nreal,control,1,abc,2018-2024\n", encoding="utf-8"
    )

    def looks() -> list:
        write_level1(planted, settings, docs)
        return pd.read_csv(docs / "results" / "looks.csv")[["data", "system", "look"]].to_numpy().tolist()

    assert looks() == [["real", "control", 1], ["simulated", "level1 masked", 1]]
    assert len(looks()) == 2
    write_level1_rows(planted, useful_rows(better=("batter bb_rate",)))
    assert looks()[1:] == [["simulated", "level1 masked", 1], ["simulated", "level1 masked", 2]]
    write_level1_rows(planted, useful_rows(seasons="2023", better=("batter hr_rate",)))
    assert len(looks()) == 3  # development seasons are no look


def test_sections_and_epochs_are_in_order() -> None:
    table = ordered_rows(frame([*reversed(other_rows()), *useful_rows()]))
    assert table["section"].drop_duplicates().tolist() == ["pretraining", "decoder", "useful", "collapse"]
    epochs = table.loc[(table["section"] == "collapse") & (table["cutoff"] == 2024), "stat"].drop_duplicates().tolist()
    assert epochs == ["epoch_1", "epoch_2", "epoch_10"]


def test_nothing_to_write_of_is_an_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"evaluation.level1 holds no simulated rows. Next: materialize"):
        write_level1(store, settings_in(tmp_path), tmp_path / "docs")
    write_level1_rows(store, useful_rows(), "real")
    with pytest.raises(EvaluationError, match="holds no simulated rows"):
        write_level1(store, settings_in(tmp_path), tmp_path / "docs")
    write_level1_rows(store, useful_rows())
    with pytest.raises(EvaluationError, match=r"never written: models.player_vectors, models.pa_embeddings"):
        write_level1(store, settings_in(tmp_path), tmp_path / "docs")
    assert not (tmp_path / "docs").exists()


def test_an_encoder_that_was_not_trained_is_an_error(
    planted: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(settings: object, cutoff: int) -> None:
        raise EncoderError("no Level 1 encoder masked of cutoff 2024; train it first")

    monkeypatch.setattr(level1, "load_encoder", absent)
    with pytest.raises(EvaluationError, match="need what was trained: no Level 1 encoder"):
        write_level1(planted, settings_in(tmp_path), tmp_path / "docs")


def test_a_record_of_looks_of_another_command_stays(planted: Store, tmp_path: Path) -> None:
    target = tmp_path / "docs" / "results" / "looks.csv"
    target.parent.mkdir(parents=True)
    target.write_text("player,era\nSomebody,1.0\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="has the columns"):
        write_level1(planted, settings_in(tmp_path), tmp_path / "docs")
    assert [path.name for path in target.parent.iterdir()] == ["looks.csv"]
