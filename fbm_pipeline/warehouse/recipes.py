"""How each core table is made: the tables its statements read, the steps before it, and the statement itself.

Not here: when a table is made, and what is checked of it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pyarrow as pa

from fbm_pipeline.baseball.events import BALL_LETTERS, STRIKE_LETTERS
from fbm_pipeline.store.engine import query, session, statement
from fbm_pipeline.store.tables import Store, inputs_key
from fbm_pipeline.warehouse import base_running, game_states
from fbm_pipeline.warehouse.vocabulary import create_vocabulary, vocabulary

# From this age on a line of Savant's minor-league search, which mixes AAA with Class A, is taken to be of AAA.
SAVANT_AGE = 23


@dataclass(frozen=True)
class Recipe:
    """One statement of `sql/core` and what stands before it.

    `steps` maps a table of the schema `staging` to the statement that makes it, in order. `reads` maps a table to the
    partition columns by which its content counts as an input: () for the whole table, (`season`,) for the season's.
    `passes` maps a table of `staging`, made after the steps, to a statement and the function its rows go through:
    for what SQL cannot say. The source of `modules`, where such functions live, is part of the key.
    """

    statement: str
    steps: Mapping[str, str] = field(default_factory=dict)
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    passes: Mapping[str, tuple[str, Callable[[pa.Table], pa.Table]]] = field(default_factory=dict)
    modules: tuple[ModuleType, ...] = ()


_PLAYS = {"raw.retrosheet_plays": ("season",), "raw.register": ()}
_PITCHES = {"raw.statcast_pitches": ("season",)}
_LINES = {"raw.retrosheet_pitching": (), "raw.register": ()}
_MONTH = ("season", "month")
_PLAYS_STEP = {"retrosheet_plays": "staging/retrosheet_plays"}
_PITCHES_STEP = {"statcast_pitches": "staging/statcast_pitches"}
_LINES_STEP = {"official_pitching": "staging/official_pitching"}

# By table and by the source that tells the season's games.
RECIPES: Mapping[tuple[str, str], Recipe] = {
    ("core.games", "retrosheet"): Recipe("core/games_retrosheet", reads={"raw.retrosheet_plays": ("season",)}),
    ("core.games", "statcast"): Recipe(
        "core/games_statcast", _LINES_STEP, {**_PITCHES, **_LINES, "raw.retrosheet_gameinfo": ()}
    ),
    ("core.pitches", "retrosheet"): Recipe(
        "core/pitches_retrosheet", _PLAYS_STEP, {**_PLAYS, "raw.batted_ball_physics": ("season",)}
    ),
    ("core.pitches", "statcast"): Recipe("core/pitches_statcast", _PITCHES_STEP, _PITCHES),
    ("core.plate_appearances", "retrosheet"): Recipe(
        "core/plate_appearances",
        {**_PLAYS_STEP, "plate_appearances": "staging/plate_appearances_retrosheet"},
        {**_PLAYS, "raw.batted_ball_physics": ("season",)},
    ),
    ("core.plate_appearances", "statcast"): Recipe(
        "core/plate_appearances",
        {**_PITCHES_STEP, "plate_appearances": "staging/plate_appearances_statcast"},
        {**_PITCHES, "core.games": _MONTH},
    ),
    ("core.plate_appearance_details", "retrosheet"): Recipe(
        "core/plate_appearance_details_retrosheet",
        {"pitcher_states": "staging/pitcher_states"},
        {
            "raw.retrosheet_plays": ("season",), "raw.retrosheet_gameinfo": (), "core.plate_appearances": ("season",),
            "core.pitches": _MONTH,
        },
        {"game_states": ("staging/followed_plays", game_states.follow)},
        (base_running, game_states),
    ),
    ("core.plate_appearance_details", "statcast"): Recipe(
        "core/plate_appearance_details_statcast",
        {"pitcher_states": "staging/pitcher_states"},
        {**_PITCHES, "core.plate_appearances": ("season",), "core.pitches": _MONTH},
    ),
    ("core.batted_balls", "retrosheet"): Recipe(
        "core/batted_balls_retrosheet",
        reads={"raw.retrosheet_plays": ("season",), "core.plate_appearances": _MONTH},
    ),
    ("core.batted_balls", "statcast"): Recipe(
        "core/batted_balls_statcast", reads={"core.plate_appearances": _MONTH}
    ),
    ("core.player_games", "retrosheet"): Recipe(
        "core/player_games",
        {**_LINES_STEP, "pitcher_outs": "staging/pitcher_outs_retrosheet"},
        {**_PLAYS, **_LINES, "core.games": _MONTH, "core.plate_appearances": _MONTH},
    ),
    ("core.player_games", "statcast"): Recipe(
        "core/player_games",
        {**_PITCHES_STEP, **_LINES_STEP, "pitcher_outs": "staging/pitcher_outs_statcast"},
        {**_PITCHES, **_LINES, "core.games": _MONTH, "core.plate_appearances": _MONTH},
    ),
    ("core.season_lines", "lahman"): Recipe(
        "core/season_lines_lahman",
        reads={
            "raw.lahman_batting": (), "raw.lahman_pitching": (), "raw.lahman_people": (), "raw.lahman_teams": (),
            "raw.register": (), "core.player_games": ("season",),
        },
    ),
    ("core.season_lines", "events"): Recipe("core/season_lines_events", reads={"core.player_games": ("season",)}),
    ("core.minor_lines", "publishers"): Recipe(
        "core/minor_lines",
        {"minor_rows": "staging/minor_rows", "minor_players": "staging/minor_players"},
        {"raw.milb_batting": (), "raw.milb_pitching": (), "raw.register": ()},
    ),
    ("core.players", "register"): Recipe(
        "core/players",
        reads={
            "raw.register": (), "raw.lahman_people": (), "raw.lahman_appearances": (), "raw.retrosheet_rosters": (),
        },
    ),
}  # fmt: skip

_PER_FILE = ("raw.retrosheet_plays", "raw.statcast_pitches")  # a month's own files stand in its key instead


def recipe_key(store: Store, recipe: Recipe, season: int, month: int | None = None, content: str = "") -> str:
    """What a partition made by the recipe depends on; `content` stands for the files that its month comes from."""
    values = {"season": season, "month": month}
    upstream = {
        table: store.content(table, {column: values[column] or 0 for column in columns})
        for table, columns in recipe.reads.items()
        if table not in _PER_FILE
    }
    asked = (*recipe.steps.values(), *(name for name, _ in recipe.passes.values()), recipe.statement)
    texts = [statement(name) for name in asked]
    if any("$savant_age" in text for text in texts):
        texts.append(str(SAVANT_AGE))
    words = {name: table.to_pylist() for name, table in vocabulary().items()}
    code = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in recipe.modules]
    return inputs_key(
        files=content, upstream=upstream, sql=texts, words=words, letters=[BALL_LETTERS, STRIKE_LETTERS],
        **({"code": code} if code else {}),
    )  # fmt: skip


def cook(store: Store, recipe: Recipe, season: int, months: list[int]) -> pa.Table:
    """The rows of a season's months, before any check."""
    values = {
        "season": season, "months": months, "ball_letters": BALL_LETTERS, "strike_letters": STRIKE_LETTERS,
        "savant_age": SAVANT_AGE,
    }  # fmt: skip
    with session(store, tables=list(recipe.reads)) as connection:
        create_vocabulary(connection)
        connection.execute("create schema if not exists staging")
        for table, name in recipe.steps.items():
            connection.execute(f"create table staging.{table} as {statement(name)}", _parameters(name, values))
        for table, (name, through) in recipe.passes.items():
            connection.register("passed", through(query(connection, name, _parameters(name, values))))
            connection.execute(f"create table staging.{table} as select * from passed")
            connection.unregister("passed")
        return query(connection, recipe.statement, _parameters(recipe.statement, values))


def _parameters(name: str, values: Mapping[str, object]) -> dict[str, object]:
    """Those of the values that a statement asks for: DuckDB refuses the others."""
    asked = set(re.findall(r"\$(\w+)", statement(name)))
    return {key: value for key, value in values.items() if key in asked}
