"""Code versions follow the sources and the statements that they name."""

import sys
from pathlib import Path

import pytest

from fbm_pipeline.defs import code_versions
from fbm_pipeline.defs.code_versions import code_version


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    room = tmp_path / "ballpark" / "mound"
    room.mkdir(parents=True)
    (tmp_path / "ballpark" / "__init__.py").write_text("", encoding="utf-8")
    (room / "__init__.py").write_text("", encoding="utf-8")
    (room / "delivery.py").write_text('STATEMENT = "core/delivery"\n', encoding="utf-8")
    sql = tmp_path / "sql" / "core"
    sql.mkdir(parents=True)
    (sql / "delivery.sql").write_text("select 1", encoding="utf-8")
    for loaded in [module for module in sys.modules if module.startswith("ballpark")]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(code_versions, "PACKAGE", "ballpark")
    monkeypatch.setattr(code_versions, "SQL", tmp_path / "sql")
    return tmp_path


@pytest.mark.parametrize("name", ["mound", "mound.delivery"])
def test_it_changes_with_a_module_and_with_its_statement(package: Path, name: str) -> None:
    first = code_version([name])
    assert code_version([name]) == first
    (package / "sql" / "core" / "delivery.sql").write_text("select 2", encoding="utf-8")
    second = code_version([name])
    (package / "ballpark" / "mound" / "delivery.py").write_text('WORD = "core/delivery"\n', encoding="utf-8")
    assert len({first, second, code_version([name])}) == 3


def test_a_module_that_does_not_exist_is_named(package: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"ballpark\.bullpen"):
        code_version(["bullpen"])


def test_what_lies_beside_the_modules_of_a_package_is_part_of_it(package: Path) -> None:
    style = package / "ballpark" / "mound" / "page.css"
    before = code_version(["mound"])
    style.write_text("table{}", encoding="utf-8")
    assert code_version(["mound"]) != before
