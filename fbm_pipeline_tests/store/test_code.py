"""The code key follows what a function runs: nothing that is only said, and nothing that it does not name."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from fbm_pipeline.settings import REPOSITORY
from fbm_pipeline.store import code, syntax
from fbm_pipeline.store.code import closure, code_key
from fbm_pipeline.store.syntax import UnknownCodeError
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.months import recipe_key
from fbm_pipeline.warehouse.recipes import RECIPES

MARCEL = "fbm_pipeline.marcel.rates:marcel_rates"
PARKS = "fbm_pipeline.parks.park_factors:park_factors"
BACKTEST = "fbm_pipeline.backtest.backtest:backtest"
NETWORK = "fbm_pipeline.network.fold_training:run_fold"
OUTINGS = "fbm_pipeline.level1.outings:load_outings"
PROJECTIONS = "fbm_pipeline.publish.projections:projections"

Edit = Callable[[str, str, str], None]


def _forget() -> None:
    for remembered in (syntax.load, syntax._path, code._read, code._key):
        remembered.cache_clear()


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edit]:
    """Changes text in a copy of the repository, from which keys are read from then on."""
    for folder in ("fbm_pipeline", "sql"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for module in (code, syntax):
        monkeypatch.setattr(module, "REPOSITORY", tmp_path)
    _forget()

    def replace_text(file: str, before: str, after: str) -> None:
        path = tmp_path / file
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        _forget()

    yield replace_text
    _forget()


def test_comments_docstrings_and_formatting_change_no_key(edit: Edit) -> None:
    before = code_key(MARCEL), code_key(PARKS)
    edit("fbm_pipeline/marcel/rates.py", "SYSTEMS = (", "# a remark\nSYSTEMS = (  \n    ")
    edit("fbm_pipeline/marcel/rates.py", '"""The preseason rates', '"""Other words for the preseason rates')
    edit("sql/features/marcel_inputs.sql", "\n", "\n-- a remark\n\n")
    assert (code_key(MARCEL), code_key(PARKS)) == before


def test_the_style_of_the_page_makes_no_table_again(edit: Edit) -> None:
    keys = [MARCEL, PARKS, BACKTEST, NETWORK, PROJECTIONS]
    before = [code_key(key) for key in keys]
    path = "fbm_pipeline/publish/page.css"
    edit(path, "table{", "table{color:red;")
    assert [code_key(key) for key in keys] == before


def test_a_constant_changes_the_keys_of_what_uses_it_and_no_other(edit: Edit) -> None:
    before = code_key(MARCEL), code_key(PARKS)
    edit("fbm_pipeline/marcel/aging.py", "PEAK_AGE = ", "PEAK_AGE = 1 + ")
    assert code_key(MARCEL) != before[0]
    assert code_key(PARKS) == before[1]


def test_a_statement_is_part_of_the_key_of_what_runs_it(edit: Edit) -> None:
    before = code_key(MARCEL), code_key(PARKS)
    edit("sql/features/marcel_inputs.sql", "select", "select distinct")
    assert code_key(MARCEL) != before[0]
    assert code_key(PARKS) == before[1]


def test_a_file_beside_a_module_is_part_of_the_key_of_what_reads_it(edit: Edit) -> None:
    before = code_key(OUTINGS), code_key(MARCEL)
    edit("fbm_pipeline/level1/vocabulary.json", "called_strike", "cold_strike")
    assert code_key(OUTINGS) != before[0]
    assert code_key(MARCEL) == before[1]


def test_a_function_that_moves_to_another_module_changes_no_key(edit: Edit) -> None:
    before = code_key(MARCEL)
    edit(
        "fbm_pipeline/marcel/rates.py", "from fbm_pipeline.marcel.aging import", "from fbm_pipeline.marcel.aging import"
    )
    moved = code.REPOSITORY / "fbm_pipeline" / "parks" / "aging.py"
    shutil.copy(code.REPOSITORY / "fbm_pipeline" / "marcel" / "aging.py", moved)
    _forget()
    assert code_key(MARCEL) == before


def test_the_backtest_knows_the_code_of_the_debutants_rates(edit: Edit) -> None:
    """A hole of the room-wide keys: `evaluation` ran this function, and its code was in no key."""
    before = code_key(BACKTEST)
    edit("fbm_pipeline/mle/debut_means.py", "def debut_rates(", "def debut_rates(unused=None, *")
    assert code_key(BACKTEST) != before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("fbm_pipeline/network/fold_training.py", "def training_rows("),
        ("fbm_pipeline/identity/encoding.py", "    def fit("),
    ],
)
def test_a_network_knows_the_code_that_chooses_and_scales_its_rows(edit: Edit, file: str, text: str) -> None:
    """The other hole: `training/projection` was missing from the hand-kept list of a network's modules."""
    before = code_key(NETWORK)
    edit(file, text, text.replace("(", "(unused=None, *"))
    assert code_key(NETWORK) != before


def test_another_function_of_a_module_is_not_in_the_closure() -> None:
    names = {str(symbol) for symbol in closure(MARCEL)}
    assert "fbm_pipeline.marcel.constants:read_constants" in names
    assert "fbm_pipeline.marcel.constants:marcel_constants" not in names


def test_what_names_nothing_is_refused() -> None:
    for reference in ("fbm_pipeline.nowhere:build", "fbm_pipeline.marcel.rates:nothing", "fbm_pipeline.marcel.rates"):
        with pytest.raises(UnknownCodeError):
            code_key(reference)


def test_a_month_knows_the_reader_of_its_texts_and_no_other_recipe(edit: Edit) -> None:
    before = {name: {source: recipe_key(recipe) for source, recipe in made.items()} for name, made in RECIPES.items()}
    edit("fbm_pipeline/warehouse/base_running.py", "BATTER, OUT, HOME = 0, 0, 4", "BATTER, OUT, HOME = 0, 0, 5")
    after = {name: {source: recipe_key(recipe) for source, recipe in made.items()} for name, made in RECIPES.items()}
    changed = [
        (name, source)
        for name, made in RECIPES.items()
        for source in made
        if after[name][source] != before[name][source]
    ]
    assert changed == [("core.plate_appearance_details", "retrosheet")]


def test_a_month_knows_its_statements_parameters_and_words(edit: Edit) -> None:
    recipe = RECIPES["core.pitches"]["retrosheet"]
    others = [
        replace(recipe, statement="core/pitches_statcast"),
        replace(recipe, steps={}),
        replace(recipe, parameters={**recipe.parameters, "ball_letters": "B"}),
    ]
    keys = {recipe_key(other) for other in (recipe, *others)}
    assert len(keys) == 4
    edit("fbm_pipeline/baseball/events.py", '"B": "ball"', '"B": "pitchout"')
    assert recipe_key(recipe) not in keys


def _keys_by_name() -> dict[str, str]:
    declared = [*TABLES.values(), *{each.name: each for table in TABLES.values() for each in table.trained}.values()]
    return {item.name: code_key(*item.functions) for item in declared if item.functions}


def test_a_networks_constant_changes_the_networks_key_and_no_other(edit: Edit) -> None:
    before = _keys_by_name()
    edit("fbm_pipeline/network/training.py", "WEIGHT_DECAY = ", "WEIGHT_DECAY = 2 * ")
    # Predictions follow the weights, ablations train networks of their own.
    assert {name for name, key in _keys_by_name().items() if key != before[name]} == {
        "models.network",
        "evaluation.ablations",
    }


@pytest.mark.parametrize(("module", "table"), [("warehouse.core_tables", "PLAYERS"), ("network.tables", "PREDICTIONS")])
def test_a_declared_table_stands_for_its_shape_wherever_a_room_declares_it(module: str, table: str) -> None:
    (text,) = closure(f"fbm_pipeline.{module}:{table}").values()
    assert text == getattr(import_module(f"fbm_pipeline.{module}"), table).shape
