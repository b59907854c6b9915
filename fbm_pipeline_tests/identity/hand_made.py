"""Player-games written by hand, and a small random league of them with its season lines and players."""

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.statistics import COUNTS, statistics
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.marcel.hand_made import batting, pitching, write_lines, write_players

GAMES = TABLES["core.player_games"].schema
BATTERS, PITCHERS = range(1, 25), range(101, 125)


def game(date: dt.date, player: int, player_type: str = "batter", **counts: object) -> dict[str, object]:
    """One player's game; every at-bat is an opportunity unless `opportunities` is given, hits are singles."""
    row: dict[str, object] = {name: 0 for name in COUNTS} | {"outs": None, "er": None, "r": None}
    row |= {"role": "starter", "team": "BOS", "opponent": "NYA", "is_home": True, "source": "hand"}
    row |= {"opportunities": counts.get("ab", 0), "single": counts.get("h", 0)}
    row |= {"season": date.year, "month": date.month, "game_date": date, "game_id": f"{date:%Y%m%d}"}
    return {**row, "player_type": player_type, "mlbam_id": player, **counts}


def write_games(store: Store, rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows to core.player_games, a partition per month, in the order given."""
    by_month: dict[tuple[object, object], list[Mapping[str, object]]] = {}
    for row in rows:
        by_month.setdefault((row["season"], row["month"]), []).append(row)
    for (season, month), found in by_month.items():
        table = pa.Table.from_pylist([{name: row.get(name) for name in GAMES.names} for row in found], schema=GAMES)
        store.write("core.player_games", {"season": int(str(season)), "month": int(str(month))}, table)


def write_constants(store: Store, player_type: str, regression: float) -> None:
    """The same regression for every statistic, in Marcel's weighted opportunities, and no aging."""
    schema = TABLES["features.marcel_constants"].schema
    rows = [
        {
            "player_type": player_type,
            "statistic": statistic.name,
            "regression": regression,
            "age_slope": 0.0,
            "fitted_from": 2003,
            "fitted_until": 2010,
            "n": 1,
            "rmse": 0.0,
        }
        for statistic in statistics(player_type)
    ]
    table = pa.Table.from_pylist(rows, schema=schema)
    store.write("features.marcel_constants", {"player_type": player_type}, table)


def random_games(seasons: Iterable[int], seed: int = 3) -> list[dict[str, object]]:
    """Twenty games a season, April to September, for 24 batters and 24 pitchers; earned runs known throughout."""
    rng = np.random.default_rng(seed)
    rows = []
    for season in seasons:
        for number in range(20):
            date = dt.date(season, 4 + number % 6, 1 + number)
            rows += [game(date, player, **_counts(rng, 12 + player % 5)) for player in BATTERS]
            for player in PITCHERS:
                role = "starter" if player % 2 else "reliever"
                pitched = {"outs": 9, "er": int(rng.integers(0, 4)), "role": role}
                rows.append(game(date, player, "pitcher", **_counts(rng, 14), **pitched))
    return rows


def _counts(rng: np.random.Generator, at_bats: int) -> dict[str, int]:
    single, double, triple, hr, so = (int(n) for n in rng.multinomial(at_bats, [0.16, 0.05, 0.01, 0.03, 0.2, 0.55])[:5])
    bb = int(rng.integers(0, 3))
    hits = single + double + triple + hr
    found = {"ab": at_bats, "h": hits, "single": single, "double": double, "triple": triple, "hr": hr, "so": so}
    return {**found, "bb": bb, "opportunities": at_bats + bb}


def season_lines(games: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """The official lines that add up from games."""
    sums: dict[tuple[int, int, str], dict[str, int]] = {}
    for row in games:
        key = (int(str(row["season"])), int(str(row["mlbam_id"])), str(row["player_type"]))
        total = sums.setdefault(key, {})
        for name in (*COUNTS, "opportunities", "outs", "er"):
            total[name] = total.get(name, 0) + int(str(row[name] or 0))
    makers = {"batter": batting, "pitcher": pitching}
    return [
        {**makers[player_type](season, player, **total), "single": total["single"]}
        for (season, player, player_type), total in sums.items()
    ]


def fill(store: Store, games: list[dict[str, object]], regression: float = 500.0) -> None:
    """Games, their season lines, players and constants: all that profiles are made from."""
    write_games(store, games)
    write_lines(store, season_lines(games))
    write_known_players(store)
    for player_type in ("batter", "pitcher"):
        write_constants(store, player_type, regression)


def write_mle_rates(
    store: Store, season: int, players: Mapping[int, Mapping[str, object]], player_type: str = "batter"
) -> None:
    """features.mle_rates: of every player one row per statistic and system, `minor_rate`, `minor_weight`, `rate` and
    `source` as given, a statistic's own values under its name; other systems than `mle` say nonsense.
    """
    schema = TABLES["features.mle_rates"].schema
    rows = [
        {
            "season": season,
            "player_type": player_type,
            "as_of": dt.date(season, 3, 1),
            "mlbam_id": player,
            "system": system,
            "statistic": item.name,
            "weight": 500.0,
            "trained_until": season - 1,
            "source": "mle",
            "minor_rate": 0.3,
            "minor_weight": 150.0,
            "rate": 0.25,
            **told,
            **(told.get(item.name, {}) if system == "mle" else {"rate": 0.9, "minor_rate": 0.9, "minor_weight": 9.0}),
        }
        for player, told in players.items()
        for item in statistics(player_type)
        for system in ("mle", "component_factors", "debut_mean")
    ]
    known = [{name: row.get(name) for name in schema.names} for row in rows]
    table = pa.Table.from_pylist(known, schema=schema)
    store.write("features.mle_rates", {"player_type": player_type, "season": season}, table)


def write_known_players(store: Store) -> None:
    """Players of every hand, one of unknown hands."""
    ids = [*BATTERS, *PITCHERS]
    born = {player: dt.date(1975 + player % 15, 1 + player % 12, 10) for player in ids}
    bats = {player: "LRB"[player % 3] for player in ids if player != 1}
    throws = {player: "LR"[player % 2] for player in ids if player != 1}
    write_players(store, born, bats=bats, throws=throws)
