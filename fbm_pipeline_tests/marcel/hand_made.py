"""Season lines and players written by hand into a store: the smallest leagues that Marcel can be computed from."""

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.statistics import COUNTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

LINES = TABLES["core.season_lines"].schema
PLAYERS = TABLES["core.players"].schema


def batting(season: int, player: int, **counts: int) -> dict[str, object]:
    """A batter's line: opportunities are at-bats, walks, hit by pitch and sacrifices unless given."""
    row: dict[str, object] = {name: counts.get(name, 0) for name in COUNTS}
    row["single"] = row["h"] - row["double"] - row["triple"] - row["hr"]  # type: ignore[operator]
    total = sum(int(row[name]) for name in ("ab", "bb", "hbp", "sf", "sh"))  # type: ignore[call-overload]
    row["opportunities"] = counts.get("opportunities", total)
    return _line(row, season, player, "batter", counts)


def pitching(season: int, player: int, **counts: int) -> dict[str, object]:
    """A pitcher's line: batters faced are `opportunities`."""
    row: dict[str, object] = {name: counts.get(name, 0) for name in (*COUNTS, "opportunities", "outs", "er")}
    return _line(row, season, player, "pitcher", counts)


def _line(
    row: dict[str, object], season: int, player: int, player_type: str, counts: Mapping[str, int]
) -> dict[str, object]:
    defaults = {"source": "hand", "team": "BOS", "teams": 1, "g": counts.get("g", 30), "gs": counts.get("gs", 0)}
    return {**defaults, **row, "season": season, "mlbam_id": player, "player_type": player_type}


def write_lines(store: Store, rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows to core.season_lines, a partition per season, in the order given."""
    by_season: dict[int, list[Mapping[str, object]]] = {}
    for row in rows:
        by_season.setdefault(int(row["season"]), []).append(row)  # type: ignore[call-overload]
    for season, found in by_season.items():
        table = pa.Table.from_pylist([{name: row.get(name) for name in LINES.names} for row in found], schema=LINES)
        store.write("core.season_lines", {"season": season}, table)


def write_players(store: Store, born: Mapping[int, dt.date | None], **columns: Mapping[int, str]) -> None:
    """Write core.players: birth dates, and any text column by player, such as bats={1: "L"}."""
    rows = [
        {"mlbam_id": player, "name": f"Player {player}", "birth_date": date}
        | {name: values.get(player) for name, values in columns.items()}
        for player, date in born.items()
    ]
    table = pa.Table.from_pylist([{name: row.get(name) for name in PLAYERS.names} for row in rows], schema=PLAYERS)
    store.write("core.players", {}, table)


def random_league(
    seasons: Iterable[int], players: int = 60, seed: int = 5, *, missing_share: float = 0.1
) -> list[dict[str, object]]:
    """Lines of both types for players of fixed talent: strikeouts differ a lot between them, triples hardly."""
    rng = np.random.default_rng(seed)
    strikeouts = rng.beta(20, 80, players)
    rows = []
    for season in seasons:
        for player in range(players):
            if rng.random() < missing_share:
                continue
            ab, bb = int(rng.integers(150, 550)), int(rng.integers(10, 60))
            so = int(rng.binomial(ab, strikeouts[player]))
            hits = rng.multinomial(ab, [0.16, 0.05, 0.005, 0.03, 0.755])[:4]
            counts = {"ab": ab, "bb": bb, "so": so, "h": int(hits.sum())}
            extra = {"double": int(hits[1]), "triple": int(hits[2]), "hr": int(hits[3])}
            rows.append(batting(season, 1 + player, **counts, **extra))
            er, outs = int(rng.binomial(ab + bb, 0.1)), int(ab * 0.7)
            pitched = {"opportunities": ab + bb, "outs": outs, "er": er, "gs": 30 * (player % 2)}
            rows.append(pitching(season, 1001 + player, **counts, **extra, **pitched))
    return rows


def birth_dates(players: int = 60) -> dict[int, dt.date | None]:
    """Birth dates of a random league: twenty to forty years old around 2015."""
    ids = [*range(1, 1 + players), *range(1001, 1001 + players)]
    return {player: dt.date(1975 + player % 21, 1 + player % 12, 15) for player in ids}
