"""A league with games, written by hand into a store: who plays, who is hurt, who never comes back.

Regulars play nearly every game and substitutes some; every third pitcher relieves. Whoever is hurt plays no game of a
season's second half and few of the next season; one in twelve never plays again.
"""

import datetime as dt
from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.marcel.hand_made import batting, pitching, write_lines, write_players

CLUBS = ("BOS", "CHC", "NYY", "SEA")
GAMES = 40  # of each club in a season
SHORT = 16
PLAYERS = 90  # of one type: ids 1..
FIRST_OF_TYPE = {"batter": 1, "pitcher": 1001}
TURNS = 4  # plate appearances or batters faced of every game
PLAYED = {"BOS": "NYY", "CHC": "SEA", "NYY": "BOS", "SEA": "CHC"}


def write_league(
    store: Store,
    seasons: Iterable[int],
    *,
    player_type: str = "batter",
    seed: int = 5,
    other_from: int | None = None,
    reverse: bool = False,
    twins: bool = False,
) -> None:
    """Write games, player games, lines, appearances and people; from `other_from` on everything falls otherwise.

    `twins` adds two players of the last season with as many games: the first of them all in its first half.
    `reverse` writes every table's rows in reverse.
    """
    games, used, lines, appearances = [], [], [], []
    state = _State(seed, FIRST_OF_TYPE[player_type])
    years = list(seasons)
    for season in years:
        if season == other_from:
            state.rng = np.random.default_rng(seed + 1)
        days = [dt.date(season, 4, 1) + dt.timedelta(days=4 * i) for i in range(SHORT if season == 2020 else GAMES)]
        for number, day in enumerate(days):
            games += [_game(season, number, day, home) for home in ("BOS", "CHC")]
        playing = state.next_season(len(days))
        if twins and season == years[-1]:
            half = len(days) // 2
            playing[9001] = np.arange(len(days)) < half
            playing[9002] = np.arange(len(days)) % 2 == 0
        for player, mask in playing.items():
            if not mask.any():
                continue
            club = CLUBS[player % len(CLUBS)]
            used += [_player_game(season, i, days[i], player, player_type, club) for i in np.flatnonzero(mask)]
            lines.append(_line(season, player, player_type, club, int(mask.sum())))
            appearances.append(_appearance(season, player, club, int(mask.sum())))
    players = sorted({int(row["mlbam_id"]) for row in lines})  # type: ignore[call-overload]
    direction = -1 if reverse else 1
    _write(store, "core.games", games[::direction])
    _write(store, "core.player_games", used[::direction])
    write_lines(store, lines[::direction])
    write_players(
        store,
        {player: dt.date(1985 + player % 9, 5, 5) for player in players[::direction]},
        lahman_id={player: f"p{player}" for player in players},
    )
    people = [{"playerID": f"p{player}", "nameLast": "P", "debut": dt.date(2008, 4, 1)} for player in players]
    _write_whole(store, "raw.lahman_people", people[::direction])
    _write_whole(store, "raw.lahman_appearances", appearances[::direction])


class _State:
    """The players from season to season: how regular each is, who was hurt, who is gone."""

    def __init__(self, seed: int, first: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.ids = range(first, first + PLAYERS)
        self.regular = {player: 0.95 if self.rng.random() < 0.5 else 0.3 for player in self.ids}
        self.hurt: set[int] = set()
        self.gone: set[int] = set()

    def next_season(self, games: int) -> dict[int, np.ndarray]:
        playing, hurt = {}, set()
        for player in self.ids:
            share = 0.1 if player in self.hurt else self.regular[player]
            mask = self.rng.random(games) < share
            if self.rng.random() < 0.25:
                mask[games // 2 :] = False
                hurt.add(player)
            if self.rng.random() < 1 / 12:
                self.gone.add(player)
            playing[player] = mask if player not in self.gone else np.zeros(games, dtype=bool)
        self.hurt = hurt
        return playing


def _game(season: int, number: int, day: dt.date, home: str) -> dict[str, object]:
    return {
        "season": season,
        "month": day.month,
        "game_id": f"{home}{season}{number:03d}",
        "game_date": day,
        "source": "hand",
        "number": 0,
        "home_team": home,
        "away_team": PLAYED[home],
    }


def _player_game(season: int, number: int, day: dt.date, player: int, player_type: str, club: str) -> dict[str, object]:
    home = club if club in ("BOS", "CHC") else PLAYED[club]
    return _game(season, number, day, home) | {
        "player_type": player_type,
        "mlbam_id": player,
        "team": club,
        "opponent": PLAYED[club],
        "is_home": club == home,
        "role": "batter" if player_type == "batter" else role_of(player),
        "opportunities": TURNS,
    }


def _line(season: int, player: int, player_type: str, club: str, games: int) -> dict[str, object]:
    turns = TURNS * games
    if player_type == "batter":
        row = batting(season, player, ab=turns, so=turns // 5, h=turns // 4, g=games)
    else:
        starts = games if role_of(player) == "starter" else 0
        row = pitching(season, player, opportunities=turns, outs=3 * turns // 4, er=turns // 9, g=games, gs=starts)
    return row | {"team": club}


def role_of(player: int) -> str:
    """A pitcher's role, the same in all of his games."""
    return "reliever" if player % 3 == 0 else "starter"


def _appearance(season: int, player: int, club: str, games: int) -> dict[str, object]:
    place = "G_c" if player % 8 == 0 else "G_ss"
    return {"yearID": season, "teamID": club, "playerID": f"p{player}", "G_all": games, place: games}


def _table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    """Rows as the table's contract has them; columns that no row names are null, or zero where they may not be."""
    schema = TABLES[name].schema
    arrays = []
    for field in schema:
        if field.name in rows[0] or any(field.name in row for row in rows):
            absent = None if field.nullable else 0
            arrays.append(pa.array([row.get(field.name, absent) for row in rows], field.type))
        elif field.nullable:
            arrays.append(pa.nulls(len(rows), field.type))
        else:
            arrays.append(
                pa.array([""] * len(rows) if pa.types.is_string(field.type) else np.zeros(len(rows)), field.type)
            )
    return pa.Table.from_arrays(arrays, schema=schema)


def _write(store: Store, name: str, rows: list[dict[str, object]]) -> None:
    seasons: dict[int, list[dict[str, object]]] = {}
    for row in rows:
        seasons.setdefault(int(row["season"]), []).append(row)  # type: ignore[call-overload]
    for season, found in seasons.items():
        months = {int(row["month"]): "hand" for row in found}  # type: ignore[call-overload]
        store.write_many(name, {"season": season}, "month", _table(name, found), months)


def _write_whole(store: Store, name: str, rows: list[dict[str, object]]) -> None:
    store.write(name, {}, _table(name, rows))
