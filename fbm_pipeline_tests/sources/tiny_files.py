"""Small files of the public formats, a few rows each, for the tests of the readers and of the raw tables."""

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, object]


def pitches(day: str = "2024-04-02", game: int = 745273, count: int = 3, **changed: object) -> list[dict[str, object]]:
    """`count` pitches of one plate appearance, with Savant's names; `changed` columns replace or join them."""
    return [
        {
            "game_pk": game,
            "game_date": day,
            "game_type": "R",
            "at_bat_number": 1,
            "pitch_number": number,
            "inning": 1,
            "inning_topbot": "Top",
            "outs_when_up": 0,
            "balls": 0,
            "strikes": min(number - 1, 2),
            "batter": 677587,
            "pitcher": 622491,
            "stand": "R",
            "p_throws": "L",
            "home_team": "SEA",
            "away_team": "CLE",
            "pitch_type": "FF",
            "description": "called_strike",
            "events": "NA",
            "bb_type": "",
            "release_speed": 95.3,
            "on_1b": "null",
            "player_name": "Castillo, Luis",
            **changed,
        }
        for number in range(1, count + 1)
    ]


def plays(season: int = 2023, game: str | None = None, count: int = 3, **changed: object) -> list[dict[str, object]]:
    """`count` strikeouts of one game, with the names of Retrosheet's own plays file and two more of its columns."""
    zeros = dict.fromkeys(
        ["single", "double", "triple", "hr", "sh", "sf", "hbp", "walk", "iw", "xi", "roe", "fc", "gdp", "runs"], 0
    )
    return [
        {
            "gid": game or f"BOS{season}03300",
            "event": "K",
            "inning": 1,
            "top_bot": 0,
            "vis_home": 0,
            "site": "BOS07",
            "batteam": "BAL",
            "pitteam": "BOS",
            "batter": "mullc002",
            "pitcher": "klubc001",
            "lp": 1,
            "bathand": "L",
            "pithand": "R",
            "balls": 1,
            "strikes": 2,
            "count": "12",
            "pitches": "BCCFS",
            "pa": 1,
            "ab": 1,
            **zeros,
            "k": 1,
            "loc": "",
            "hittype": "",
            "outs_pre": number - 1,
            "outs_post": number,
            "br1_pre": "",
            "pn": number,
            "date": f"{season}0330",
            "gametype": "regular",
            **changed,
        }
        for number in range(1, count + 1)
    ]


def csv_text(rows: Sequence[Row]) -> str:
    """The rows as CSV with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_csv(path: Path, rows: Sequence[Row]) -> Path:
    """Write the rows as CSV, compressed when the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = csv_text(rows).encode("utf-8")
    path.write_bytes(gzip.compress(body, mtime=0) if path.suffix == ".gz" else body)
    return path
