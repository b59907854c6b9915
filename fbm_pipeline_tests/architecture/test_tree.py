"""The house keeps its shape: statements say their grain, modules stay small, roots stay empty."""

import ast
import re
from pathlib import Path

import pytest

from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.tables import TABLES

MODULES = sorted((REPOSITORY / "fbm_pipeline").rglob("*.py"))
STATEMENTS = sorted((REPOSITORY / "sql").rglob("*.sql"))
# The graph's wiring has a module for each group of assets; the simulator is a program of its own. Neither is science.
LARGE_ROOMS = {"defs", "simulated_league"}
MOST_MODULES = 17
ROOMS = sorted(path.parent.name for path in (REPOSITORY / "fbm_pipeline").glob("*/__init__.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager", "misc"}


def modules_of(room: str) -> set[str]:
    """A room's modules beside its root and its declarations."""
    return {path.stem for path in (REPOSITORY / "fbm_pipeline" / room).rglob("*.py")} - {"__init__", "tables"}


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_a_statement_opens_with_its_grain(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- grain: one row per "), f"{path.name} must open with its grain"
    code = re.sub(r"--.*|'[^']*'", "", text)
    assert code.rstrip().rstrip(";").count(";") == 0, f"{path.name} holds more than one statement"


def test_there_are_statements_to_look_at() -> None:
    assert len(STATEMENTS) >= 5


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_module_is_small_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.stem not in FORBIDDEN_NAMES
    assert len(text.splitlines()) <= 250
    if path.name == "__init__.py":
        parsed = ast.parse(text)
        described = ast.get_docstring(parsed) is not None
        assert len(parsed.body) == described, "package roots hold a docstring at most: one import path per symbol"
    else:
        assert text.startswith('"""'), "a module opens with what belongs in it"


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in LARGE_ROOMS])
def test_a_room_can_be_held_in_mind(room: str) -> None:
    assert 1 <= len(modules_of(room)) <= MOST_MODULES


def test_the_tree_of_readme_has_every_room_once_and_no_other() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    tree = readme.partition("\nfbm_pipeline/ ")[2].partition("\nfbm_pipeline_tests/")[0]
    assert sorted(re.findall(r"^  (\w+)/ ", tree, re.MULTILINE)) == ROOMS
    assert set(re.findall(r"^  (\w+)\.py ", tree, re.MULTILINE)) == {"tables"}


@pytest.mark.parametrize("room", [room for room in ROOMS if len(modules_of(room)) > 10])
def test_a_large_room_says_what_to_read_first(room: str) -> None:
    root = ast.parse((REPOSITORY / "fbm_pipeline" / room / "__init__.py").read_text(encoding="utf-8"))
    assert re.search(r"\b[Rr]ead\b.* first", ast.get_docstring(root) or "")


def test_every_contract_states_a_grain_and_a_key() -> None:
    for name, contract in TABLES.items():
        assert name == contract.name
        assert contract.grain.startswith("one row per "), name
        assert set(contract.key) | set(contract.partition_by) <= set(contract.column_names), name


def test_the_repository_names_no_machine() -> None:
    pattern = re.compile(r"/(work|root|tmp|opt)/[a-z]")
    texts = [*MODULES, *STATEMENTS, *(REPOSITORY / "docs").rglob("*.md"), REPOSITORY / "README.md"]
    assert [str(path) for path in texts if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_pages_of_contracts_can_be_read() -> None:
    docs = REPOSITORY / "docs"
    pages = [docs / "data-contracts.md", *(docs / "tables").glob("*.md")]
    assert len(pages) > len(TABLES)
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in pages}
    assert {name: count for name, count in lines.items() if count > 150} == {}


def experiment_pages() -> list[Path]:
    docs = REPOSITORY / "docs"
    return [docs / "experiments.md", *sorted((docs / "experiments").glob("*.md"))]


@pytest.mark.parametrize("path", experiment_pages(), ids=lambda path: path.name)
def test_experiments_are_dated_newest_first_and_name_their_run(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    entries = [part for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:] if re.match(r"\d{4}-", part)]
    dates = [entry[:10] for entry in entries]
    assert dates
    assert dates == sorted(dates, reverse=True)
    for entry in entries:
        assert re.search(r"^- Question: ", entry, re.MULTILINE), entry.splitlines()[0]
        assert re.search(r"^- Result", entry, re.MULTILINE), entry.splitlines()[0]
        assert re.search(r"^- Run: ", entry, re.MULTILINE), entry.splitlines()[0]
