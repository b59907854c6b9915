"""How each core table is made: the tables its statements read, the steps before it, and the statement itself.

The only place that says so: the declarations (core_tables, game_tables) take what a table reads from its recipes.
Not here: when a table is made, and what is checked of it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from fbm_pipeline.baseball.events import BALL_LETTERS, STRIKE_LETTERS
from fbm_pipeline.store.declarations import DeclarationError
from fbm_pipeline.store.engine import query, session, statement
from fbm_pipeline.store.tables import Store
from fbm_pipeline.store.windows import Window, same_season, whole
from fbm_pipeline.warehouse import game_states
from fbm_pipeline.warehouse.vocabulary import create_vocabulary

# From this age on a line of Savant's minor-league search, which mixes AAA with Class A, is taken to be of AAA.
SAVANT_AGE = 23


@dataclass(frozen=True)
class Recipe:
    """One statement of `sql/core` and what stands before it.

    `steps` maps a table of the schema `staging` to the statement that makes it, in order. `reads` maps a table to the
    partitions that the statements may see. `passes` maps a table of `staging`, made after the steps, to a statement
    and the function its rows go through: for what SQL cannot say. `parameters` are values that the statements ask for
    beside `season` and `months`.
    """

    statement: str
    steps: Mapping[str, str] = field(default_factory=dict)
    reads: Mapping[str, Window] = field(default_factory=dict)
    passes: Mapping[str, tuple[str, Callable[[pa.Table], pa.Table]]] = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def statements(self) -> tuple[str, ...]:
        """Every statement that is run, in order."""
        return (*self.steps.values(), *(name for name, _ in self.passes.values()), self.statement)


_OPTIONAL = whole(optional=True)  # one table that some data folders lack: it is without rows then
_MONTH = same_season(month=True)
_REGISTER = {"raw.register": whole()}
_PLAYS = {"raw.retrosheet_plays": same_season()}
_PITCHES = {"raw.statcast_pitches": same_season()}
_MEASURED = {"raw.batted_ball_physics": same_season(optional=True)}
_GAMEINFO = {"raw.retrosheet_gameinfo": _OPTIONAL}
_LINES = {"raw.retrosheet_pitching": _OPTIONAL, **_REGISTER}
_PLAYS_STEP = {"retrosheet_plays": "staging/retrosheet_plays"}
_PITCHES_STEP = {"statcast_pitches": "staging/statcast_pitches"}
_LINES_STEP = {"official_pitching": "staging/official_pitching"}

# Tables of games, by the source that the season's games come from.
GAMES = {
    "retrosheet": Recipe("core/games_retrosheet", reads=_PLAYS),
    "statcast": Recipe("core/games_statcast", _LINES_STEP, {**_PITCHES, **_LINES, **_GAMEINFO}),
}
PITCHES = {
    "retrosheet": Recipe(
        "core/pitches_retrosheet",
        _PLAYS_STEP,
        {**_PLAYS, **_REGISTER, **_MEASURED},
        parameters={"ball_letters": BALL_LETTERS, "strike_letters": STRIKE_LETTERS},
    ),
    "statcast": Recipe("core/pitches_statcast", _PITCHES_STEP, _PITCHES),
}
PLATE_APPEARANCES = {
    "retrosheet": Recipe(
        "core/plate_appearances",
        {**_PLAYS_STEP, "plate_appearances": "staging/plate_appearances_retrosheet"},
        {**_PLAYS, **_REGISTER, **_MEASURED},
    ),
    "statcast": Recipe(
        "core/plate_appearances",
        {**_PITCHES_STEP, "plate_appearances": "staging/plate_appearances_statcast"},
        {**_PITCHES, "core.games": _MONTH},
    ),
}
# A pitcher's rest looks back over the season: its plate appearances count whole, its pitches by month.
_STATES = {"core.plate_appearances": same_season(), "core.pitches": _MONTH}
PLATE_APPEARANCE_DETAILS = {
    "retrosheet": Recipe(
        "core/plate_appearance_details_retrosheet",
        {"pitcher_states": "staging/pitcher_states"},
        {**_PLAYS, **_GAMEINFO, **_STATES},
        {"game_states": ("staging/followed_plays", game_states.follow)},
    ),
    "statcast": Recipe(
        "core/plate_appearance_details_statcast", {"pitcher_states": "staging/pitcher_states"}, {**_PITCHES, **_STATES}
    ),
}
BATTED_BALLS = {
    "retrosheet": Recipe("core/batted_balls_retrosheet", reads={**_PLAYS, "core.plate_appearances": _MONTH}),
    "statcast": Recipe("core/batted_balls_statcast", reads={"core.plate_appearances": _MONTH}),
}
_PLAYED = {"core.games": _MONTH, "core.plate_appearances": _MONTH}
PLAYER_GAMES = {
    "retrosheet": Recipe(
        "core/player_games",
        {**_LINES_STEP, "pitcher_outs": "staging/pitcher_outs_retrosheet"},
        {**_PLAYS, **_LINES, **_PLAYED},
    ),
    "statcast": Recipe(
        "core/player_games",
        {**_PITCHES_STEP, **_LINES_STEP, "pitcher_outs": "staging/pitcher_outs_statcast"},
        {**_PITCHES, **_LINES, **_PLAYED},
    ),
}
# Season lines, by who has them. The official ones can do without games: kinds of hits allowed are unknown then.
_PLAYER_GAMES = {"core.player_games": same_season(optional=True)}
SEASON_LINES = {
    "lahman": Recipe(
        "core/season_lines_lahman",
        reads={
            "raw.lahman_batting": _OPTIONAL,
            "raw.lahman_pitching": _OPTIONAL,
            "raw.lahman_people": _OPTIONAL,
            "raw.lahman_teams": _OPTIONAL,
            **_REGISTER,
            **_PLAYER_GAMES,
        },
    ),
    "events": Recipe("core/season_lines_events", reads=_PLAYER_GAMES),
}
MINOR_LINES = {
    "publishers": Recipe(
        "core/minor_lines",
        {"minor_rows": "staging/minor_rows", "minor_players": "staging/minor_players"},
        {"raw.milb_batting": _OPTIONAL, "raw.milb_pitching": _OPTIONAL, "raw.register": _OPTIONAL},
        parameters={"savant_age": SAVANT_AGE},
    )
}
PLAYERS = {
    "register": Recipe(
        "core/players",
        reads={
            **_REGISTER,
            "raw.lahman_people": _OPTIONAL,
            "raw.lahman_appearances": _OPTIONAL,
            "raw.retrosheet_rosters": _OPTIONAL,
        },
    )
}

RECIPES: Mapping[str, Mapping[str, Recipe]] = {
    "core.players": PLAYERS,
    "core.games": GAMES,
    "core.pitches": PITCHES,
    "core.plate_appearances": PLATE_APPEARANCES,
    "core.plate_appearance_details": PLATE_APPEARANCE_DETAILS,
    "core.player_games": PLAYER_GAMES,
    "core.batted_balls": BATTED_BALLS,
    "core.season_lines": SEASON_LINES,
    "core.minor_lines": MINOR_LINES,
}


def cook(store: Store, recipe: Recipe, season: int = 0, months: Sequence[int] = ()) -> pa.Table:
    """The rows of a season's months, before any check; the statements see the tables that the recipe reads."""
    values = {**recipe.parameters, "season": season, "months": list(months)}
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
    wanted = set(re.findall(r"\$(\w+)", statement(name)))
    return {key: value for key, value in values.items() if key in wanted}


def reads_of(table: str) -> dict[str, Window]:
    """What the recipes of a table read together. Raises DeclarationError where two of them differ in a window."""
    reads: dict[str, Window] = {}
    for recipe in RECIPES[table].values():
        for name, window in recipe.reads.items():
            if reads.setdefault(name, window) != window:
                raise DeclarationError(f"the recipes of {table} read {name} by two windows; give both the wider one")
    return reads
