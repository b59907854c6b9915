"""docs/results/level1.*: rows and faces by kind of data, the same bytes twice, looks counted once, clear refusals."""

from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.level1.encoder_errors import EncoderError
from fbm_pipeline.results import level1_faces
from fbm_pipeline.results.level1_results import write_level1
from fbm_pipeline.results.level1_rows import COLUMNS, merged_rows
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
    docs = tmp_path / "docs"
    paths = write_level1(planted, settings_in(tmp_path), docs)
    before = files(docs)
    assert sorted(path.name for path in paths) == sorted(before)
    assert set(before) == {
        "level1.csv", "level1.json", "level1.md", "looks.csv", "level1_words_simulated.png",
        "level1_collapse_simulated.png",
    }  # fmt: skip
    for name, content in before.items():
        if name.endswith(".png"):
            assert len(content) < 150_000
            assert Image.open(docs / "results" / name).width > 1000
            assert f"({name})" in before["level1.md"].decode()
    write_level1(planted, settings_in(tmp_path), docs)
    assert files(docs) == before


def test_rows_of_the_other_kind_stay_with_their_faces(planted: Store, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write_level1(planted, settings_in(tmp_path), docs)
    simulated = pd.read_csv(docs / "results" / "level1.csv")
    write_level1_rows(planted, useful_rows(better=("batter bb_rate",)), "real")
    write_level1(planted, settings_in(tmp_path, simulated=False), docs)
    both = pd.read_csv(docs / "results" / "level1.csv")
    assert both[both["data"] == "simulated"].reset_index(drop=True).equals(simulated)
    assert (both["data"] == "real").any()
    page = (docs / "results" / "level1.md").read_text(encoding="utf-8")
    assert page.count("### Faces") == 2
    assert "level1_words.png" in page
    assert "level1_words_simulated.png" in page
    write_level1_rows(planted, useful_rows()[:5], "real")
    write_level1(planted, settings_in(tmp_path, simulated=False), docs)
    again = pd.read_csv(docs / "results" / "level1.csv")
    assert (again["data"] == "real").sum() == 5  # those of before are gone
    assert (again["data"] == "simulated").sum() == len(simulated)


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


def test_figures_are_rounded_and_epochs_in_order(tmp_path: Path) -> None:
    rows = frame([*reversed(other_rows()), *useful_rows()])
    rows["value"] += 1.23456789e-4
    table = merged_rows(tmp_path / "level1.csv", rows, "simulated")
    assert list(table.columns) == list(COLUMNS)
    assert table["value"].equals(table["value"].round(6))
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

    monkeypatch.setattr(level1_faces, "load_encoder", absent)
    with pytest.raises(EvaluationError, match="need what was trained: no Level 1 encoder"):
        write_level1(planted, settings_in(tmp_path), tmp_path / "docs")


@pytest.mark.parametrize("name", ["level1.csv", "level1.json"])
def test_a_file_of_another_command_stays(planted: Store, tmp_path: Path, name: str) -> None:
    target = tmp_path / "docs" / "results" / name
    target.parent.mkdir(parents=True)
    target.write_text('{"player": ["Somebody"]}\n', encoding="utf-8")
    with pytest.raises(EvaluationError, match="not written by this command"):
        write_level1(planted, settings_in(tmp_path), tmp_path / "docs")
    assert target.read_text(encoding="utf-8") == '{"player": ["Somebody"]}\n'
    assert [path.name for path in target.parent.iterdir()] == [name]
