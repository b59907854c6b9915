"""Changed code makes tables again: the key of what a table was made from follows the rooms that compute it."""

import shutil
from pathlib import Path

import pytest

from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.store import code
from fbm_pipeline.store.code import code_of


def test_the_key_follows_the_text_of_its_rooms_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("marcel", "identity"):
        shutil.copytree(REPOSITORY / "fbm_pipeline" / room, tmp_path / "fbm_pipeline" / room)
    monkeypatch.setattr(code, "REPOSITORY", tmp_path)
    before = code_of("marcel"), code_of("identity")
    module = tmp_path / "fbm_pipeline" / "marcel" / "rates.py"
    module.write_text(module.read_text(encoding="utf-8") + "\nCHANGED = True\n", encoding="utf-8")
    assert code_of("marcel") != before[0]
    assert code_of("identity") == before[1]


def test_an_unknown_room_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="fbm_pipeline/nowhere"):
        code_of("nowhere")
