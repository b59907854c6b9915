"""Tiny raw tables written by hand: each row names only what its test is about, the rest is a quiet default.

The little world: ids a1, a2 (batters 11, 12) and p1, p2 (pitchers 21, 22); home team Kansas City (KCA, KC), visitors
the Cubs (CHN, CHC), park KAN06.
"""

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline_tests.making import make_core

PEOPLE = {"a1": 11, "a2": 12, "p1": 21, "p2": 22}
GID = "KCA202304010"

_PLAY = {
    "season": 2023,
    "source_file": "plays_2023.parquet",
    "gid": GID,
    "event": "8/F",
    "inning": 1,
    "top_bot": 0,
    "site": "KAN06",
    "batteam": "CHN",
    "pitteam": "KCA",
    "batter": "a1",
    "pitcher": "p1",
    "bathand": "R",
    "pithand": "L",
    "pitches": "X",
    "pa": 1,
    "outs_pre": 0,
    "outs_post": 0,
    "runs": 0,
    "date": dt.date(2023, 4, 1),
    "gametype": "regular",
}
_FLAGS = ("ab", "single", "double", "triple", "hr", "sh", "sf", "hbp", "walk", "iw", "k", "xi", "roe", "fc")
_PITCH = {
    "season": 2024,
    "source_file": "statcast_2024-04.parquet",
    "game_pk": 700001,
    "game_date": dt.date(2024, 4, 1),
    "game_type": "R",
    "at_bat_number": 1,
    "pitch_number": 1,
    "inning": 1,
    "inning_topbot": "Top",
    "outs_when_up": 0,
    "balls": 0,
    "strikes": 0,
    "batter": 11,
    "pitcher": 21,
    "stand": "R",
    "p_throws": "L",
    "home_team": "KC",
    "away_team": "CHC",
    "description": "ball",
    "bat_score": 0,
    "post_bat_score": 0,
}


def table(store: Store, name: str, rows: Sequence[dict]) -> pa.Table:
    """Rows as a table of the contract; columns that no row names are null."""
    return pa.Table.from_pylist(list(rows), schema=store.contracts[name].schema)


def play(pn: int, **values: object) -> dict:
    """One play, all flags 0 but those given."""
    return {**_PLAY, **dict.fromkeys(_FLAGS, 0), "pn": pn, **values}


def out(pn: int, outs: int, **values: object) -> dict:
    """A ball in play for one out; `outs` stood before it."""
    return play(pn, ab=1, outs_pre=outs, outs_post=outs + 1, **values)


def pitch(at_bat: int, number: int, **values: object) -> dict:
    """One Statcast pitch."""
    return {**_PITCH, "at_bat_number": at_bat, "pitch_number": number, **values}


def write_register(store: Store, people: dict[str, int] | None = None) -> None:
    rows = [
        {
            "source_file": "people.parquet",
            "key_person": code,
            "key_mlbam": mlbam,
            "key_retro": code,
            "key_bbref": f"{code}_bbref",
            "name_first": "A",
            "name_last": code,
            "birth_year": 1990,
            "birth_month": 1,
            "birth_day": 2,
            "key_fangraphs": mlbam + 1000,
        }
        for code, mlbam in (PEOPLE if people is None else people).items()
    ]
    store.write("raw.register", {}, table(store, "raw.register", rows))


def write_plays(store: Store, rows: Sequence[dict]) -> Written:
    file = {"season": 2023, "source_file": "plays_2023.parquet"}
    return store.write("raw.retrosheet_plays", file, table(store, "raw.retrosheet_plays", rows))


def write_pitches(store: Store, rows: Sequence[dict], file: str = "statcast_2024-04.parquet") -> Written:
    named = [{**row, "source_file": file} for row in rows]
    return store.write(
        "raw.statcast_pitches", {"season": 2024, "source_file": file}, table(store, "raw.statcast_pitches", named)
    )


def write_line(store: Store, **values: object) -> None:
    """One official pitching line of p1 in the Statcast game."""
    row = {
        "source_file": "pitching.parquet",
        "season": 2024,
        "gid": "KCA202404010",
        "id": "p1",
        "team": "KCA",
        "stattype": "value",
        "p_ipouts": 2,
        "p_bfp": 3,
        "p_h": 1,
        "p_hr": 0,
        "p_r": 1,
        "p_er": 1,
        "p_w": 1,
        "p_iw": 1,
        "p_k": 0,
        "p_hbp": 0,
        "p_sh": 0,
        "p_sf": 0,
        "date": dt.date(2024, 4, 1),
        "number": 0,
        "site": "KAN06",
        "gametype": "regular",
        **values,
    }
    store.write("raw.retrosheet_pitching", {}, table(store, "raw.retrosheet_pitching", [row]))


def build(store: Store, season: int) -> dict[str, list[Written]]:
    """All core tables of a season."""
    return {
        "players": make_core(store, "players", 0),
        "games": make_core(store, "games", season),
        "pitches": make_core(store, "pitches", season),
        "plate_appearances": make_core(store, "plate_appearances", season),
        "player_games": make_core(store, "player_games", season),
        "season_lines": make_core(store, "season_lines", season),
    }


def rows(store: Store, name: str, *columns: str) -> list[tuple]:
    """The core table's rows as tuples of these columns, in the order of its key."""
    key = [(column, "ascending") for column in store.contracts[name].key]
    held = store.delta(name).to_pyarrow_table().sort_by(key)
    return [tuple(row[column] for column in columns) for row in held.to_pylist()]
