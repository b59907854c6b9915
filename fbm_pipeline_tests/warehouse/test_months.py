"""What a table of games is shown: the tables of its season's recipe, and of these its own season and month."""

from dataclasses import replace

import duckdb
import pytest

from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.making import MissingInputError
from fbm_pipeline.store.tables import Store
from fbm_pipeline.store.windows import whole
from fbm_pipeline.warehouse.game_tables import GAMES, PLATE_APPEARANCES
from fbm_pipeline.warehouse.months import month_keys
from fbm_pipeline.warehouse.recipes import RECIPES, cook
from fbm_pipeline.warehouse.season_games import season_games
from fbm_pipeline_tests.making import make_core
from fbm_pipeline_tests.warehouse.hand_made import out, pitch, table, write_pitches, write_plays, write_register


def test_a_statement_that_reads_beside_its_recipe_fails(store: Store) -> None:
    write_plays(store, [out(1, 0)])
    recipe = replace(RECIPES["core.games"]["retrosheet"], reads={"raw.register": whole()})
    with pytest.raises(duckdb.CatalogException, match="retrosheet_plays"):
        cook(Inputs(store, replace(GAMES, reads=recipe.reads), {"season": 2023}), recipe, 2023, [4])


def test_a_table_that_was_never_made_is_named(store: Store) -> None:
    write_register(store)
    write_pitches(store, [pitch(1, 1, events="walk")])
    with pytest.raises(MissingInputError, match=r"core\.plate_appearances is made from core\.games"):
        make_core(store, "plate_appearances", 2024)


def test_a_months_key_knows_its_own_month_of_other_tables(store: Store) -> None:
    write_register(store)
    write_pitches(store, [pitch(1, 1, events="walk")])
    make_core(store, "games", 2024)
    games, recipe = season_games(store, 2024), RECIPES["core.plate_appearances"]["statcast"]

    def keys() -> dict[int, str]:
        return month_keys(store, PLATE_APPEARANCES, recipe, games)

    before = keys()
    april = store.delta("core.games").to_pyarrow_table().to_pylist()[0]
    for season, month, changes in ((2023, 4, False), (2024, 5, False), (2024, 4, True)):
        row = april | {"season": season, "month": month, "park_id": "OMA01"}
        store.write("core.games", {"season": season, "month": month}, table(store, "core.games", [row]))
        assert (keys() != before) is changes
