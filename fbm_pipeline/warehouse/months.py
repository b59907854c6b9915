"""Tables of games are made by the month: a new day costs its month, and all stale months come from one statement.

Belongs here: which months are stale, and what a month depends on. Not here: what a month's rows are (core).
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.engine import statement
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.making import require_inputs
from fbm_pipeline.store.syntax import normalized_sql
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.warehouse.core import season_rows
from fbm_pipeline.warehouse.recipes import RECIPES, Recipe
from fbm_pipeline.warehouse.season_games import SeasonGames, season_games

_LOGGER = logging.getLogger("fbm_pipeline.warehouse")


def make_months(store: Store, table: Table, season: int) -> list[Written]:
    """Make the season's stale months in one statement, write each, and drop months that are no longer there.

    Raises MissingInputError when a table that the season's recipe reads was never written, CoreError for what has no
    word or no id.
    """
    games = season_games(Inputs(store, table, {"season": season}), season)
    recipe = RECIPES[table.name][games.source]
    keys = month_keys(store, table, recipe, games)
    written = {month: store.current(table.name, {"season": season, "month": month}, key) for month, key in keys.items()}
    _drop_others(store, table, season, keys)
    stale = [month for month, current in written.items() if current is None]
    if stale:
        cooked = replace(table, reads=recipe.reads)
        require_inputs(store, cooked)
        rows = season_rows(Inputs(store, cooked, {"season": season}), recipe, games, stale)
        made = store.write_many(table.name, {"season": season}, "month", rows, {month: keys[month] for month in stale})
        written.update(zip(stale, made, strict=True))
        _LOGGER.info("%s: %d rows of %d, %d months", table.name, rows.num_rows, season, len(stale))
    return [current for current in written.values() if current is not None]


def month_keys(store: Store, table: Table, recipe: Recipe, games: SeasonGames) -> dict[int, str]:
    """What each month depends on: its own files, the open partitions of all else that its recipe reads, and code."""
    others = {name: window for name, window in recipe.reads.items() if name != games.table}
    inputs = Inputs(store, replace(table, reads=others), {"season": games.season})
    made_by = recipe_key(recipe)
    return {
        month: inputs_key(shape=table.shape, files=files, reads=inputs.narrowed(month=month).contents(), recipe=made_by)
        for month, files in games.months.items()
    }


def recipe_key(recipe: Recipe) -> str:
    """Hash of what a recipe says and of the code that cooks it: no other recipe is part of it."""
    passes = [_reference(through) for _, through in recipe.passes.values()]
    return inputs_key(
        statements=[normalized_sql(statement(name)) for name in recipe.statements],
        staging=[*recipe.steps, *recipe.passes],
        parameters=recipe.parameters,
        code=code_key(_reference(season_rows), *passes),
    )


def _reference(function: Callable[..., Any]) -> str:
    return f"{function.__module__}:{function.__qualname__}"


def _drop_others(store: Store, table: Table, season: int, months: dict[int, str]) -> None:
    for part in store.partitions(table.name):
        if part["season"] == season and part["month"] not in months:
            store.drop(table.name, part)
