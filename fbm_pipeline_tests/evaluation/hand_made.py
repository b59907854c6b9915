"""A tiny hand-made store: players, lines, predictions and public projections of a few seasons, from one seed."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.universes import MARCELS
from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES, Statistic, statistics
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.making import make_backtest, make_blend_weights, make_error_spread, make_pairs, make_scores
from fbm_pipeline_tests.once import copy_store, made_once

PLAYERS = 60  # of each type: ids 1.. batters, 1001.. pitchers
SEASONS = tuple(range(2015, 2022))
FOLDS = {2019: 2018, 2021: 2019, 2022: 2021}  # test season: validation season; 2022 is the one looked ahead to
TESTED = (2017, 2018, 2019, 2021)
TRUST = {  # how far each system moves from Marcel to what the season brought
    "marcel_classic": -0.05,
    "marcel": 0.0,
    "ridge": 0.2,
    "control_ridge": 0.3,
    "control_trees": 0.3,
    "control": 0.35,
    "control_parks": 0.4,
    "control_physics": 0.4,
}
UNCONTROLLED = ("avg", "slg", "er_rate", "whip")  # statistics that the controls do not project
DEBUTANT = 60  # the last of each type plays his first season in 2019
PER_OPPORTUNITY = {
    "batter": {"so": 0.22, "bb": 0.08, "hr": 0.03, "single": 0.15, "double": 0.045, "triple": 0.004, "hbp": 0.01},
    "pitcher": {"so": 0.23, "bb": 0.08, "hr": 0.03, "single": 0.15, "double": 0.045, "triple": 0.004, "er": 0.1},
}


def settings_for(folder: Path, simulated: bool = True) -> Settings:
    """Settings of the demo preset: chosen on 2017 and 2018, tested on 2019 and 2021, looking ahead to 2022."""
    from dataclasses import replace

    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    if simulated:
        (data / "simulated_league.json").write_text("{}", encoding="utf-8")
    preset = replace(
        PRESETS["large"],
        development_seasons=(2017, 2018),
        test_seasons=(2019, 2021),
        network_seasons=(2019, 2021),
        projection_season=2022,
    )
    return Settings(home=folder, data=data, preset=preset)


def table(contract: Table, rows: Iterable[dict]) -> pa.Table:
    """Rows as a table of the contract; columns left out are null, counts that may not be null are zero."""
    filled = [
        {
            field.name: row.get(
                field.name,
                None if field.nullable else ("" if pa.types.is_string(field.type) else 0),
            )
            for field in contract.schema
        }
        for row in rows
    ]
    return pa.Table.from_pylist(filled, schema=contract.schema)


def ids(player_type: str) -> list[int]:
    first = 1 if player_type == "batter" else 1001
    return list(range(first, first + PLAYERS))


def line(rng: np.random.Generator, player_type: str, mlbam_id: int, season: int) -> dict:
    """One season line around the player's own talent."""
    talent = 0.75 + 0.5 * ((mlbam_id * 37) % 50) / 50
    opportunities = int(rng.integers(150, 650))
    counts = {
        name: int(rng.binomial(opportunities, rate * (talent if name in ("so", "hr", "er") else 1.0)))
        for name, rate in PER_OPPORTUNITY[player_type].items()
    }
    h = sum(counts[name] for name in ("single", "double", "triple", "hr"))
    row = {
        "season": season,
        "player_type": player_type,
        "mlbam_id": mlbam_id,
        "source": "hand",
        "team": "ATL",
        "teams": 1,
        "g": 100,
        "opportunities": opportunities,
        "h": h,
        "ab": opportunities - counts["bb"] - counts.get("hbp", 0) - 4,
        "sf": 4,
    } | counts
    if player_type == "pitcher":
        row |= {"outs": int(0.97 * (opportunities - h - counts["bb"])), "r": counts["er"]}
    return row


@cache
def _season_lines(seed: int) -> list[dict]:
    rng = np.random.default_rng(seed)
    return [
        line(rng, player_type, mlbam_id, season)
        for season in SEASONS
        for player_type in PLAYER_TYPES
        for mlbam_id in ids(player_type)
        if not (mlbam_id % 1000 == DEBUTANT and season < 2019)
    ]


def season_lines(seed: int = 3) -> list[dict]:
    """Lines of all players and seasons; the debutants' begin in 2019."""
    return [dict(row) for row in _season_lines(seed)]


def rate(row: dict, statistic: Statistic) -> float:
    """A line's rate, spelled out once more so that the code under test is not its own judge."""
    above = sum(weight * row[name] for name, weight in statistic.numerator)
    below = sum(weight * row[name] for name, weight in statistic.denominator)
    return statistic.scale * above / below


def known_players(player_type: str, season: int) -> list[int]:
    """The players whom Marcel projects: all but the debutants until they have played."""
    return [i for i in ids(player_type) if not (i % 1000 == DEBUTANT and season <= 2019)]


def marcel_and_truth(lines: list[dict], season: int, player_type: str) -> dict[tuple[int, str], tuple[float, float]]:
    """By player and statistic: Marcel, near the league and drawn a little, and the actual rate (2021's for 2022)."""
    rng = np.random.default_rng(season)
    played = {row["mlbam_id"]: row for row in lines if row["season"] == min(season, 2021)}
    found = {}
    for mlbam_id in known_players(player_type, season):
        for statistic in statistics(player_type):
            truth = rate(played[mlbam_id], statistic)
            league = {"so_rate": 0.22, "era": 4.0, "whip": 1.3, "avg": 0.25, "obp": 0.32}.get(statistic.name, 0.1)
            marcel = league + 0.3 * (truth - league) + 0.02 * league * rng.normal()
            found[mlbam_id, statistic.name] = (max(marcel, 0.001), truth)
    return found


def predictions(lines: list[dict], fold: int, player_type: str, trust: float = 0.6) -> list[dict]:
    """Marcel near the league, contextual nearer to what the season brought by `trust`; both splits of a fold."""
    heads = {item.name for item in statistics(player_type) if item.head}
    found = []
    for split, season in (("validation", FOLDS[fold]), ("test", fold)):
        for (mlbam_id, name), (marcel, truth) in marcel_and_truth(lines, season, player_type).items():
            for system, moved in (("marcel_classic", -0.05), ("marcel", 0.0), ("contextual", trust)):
                found.append(
                    {
                        "fold": fold,
                        "split": split,
                        "season": season,
                        "player_type": player_type,
                        "as_of": preseason(season),
                        "mlbam_id": mlbam_id,
                        "system": system,
                        "statistic": name,
                        "rate": max(marcel + moved * (truth - marcel), 0.001),
                        "trained_until": season - 1,
                        "concentration": 400.0 if system == "contextual" and name in heads else None,
                    }
                )
    return found


def write_core(store: Store, lines: list[dict]) -> None:
    """core.players and core.season_lines; core.player_games without rows, for no luck of games is asked for here."""
    store.create("core.player_games")
    for season in SEASONS:
        rows = [row for row in lines if row["season"] == season]
        name = "core.season_lines"
        store.write(name, {"season": season}, table(store.contracts[name], rows))
    people = [
        {"mlbam_id": mlbam_id, "name": f"Player <{mlbam_id}>", "birth_date": dt.date(1992, 5, 1), "fangraphs_id": None}
        for player_type in PLAYER_TYPES
        for mlbam_id in ids(player_type)
    ]
    store.write("core.players", {}, table(store.contracts["core.players"], people))


def write_predictions(store: Store, lines: list[dict], trust: float = 0.6) -> None:
    """models.predictions of all folds."""
    for fold in FOLDS:
        for player_type in PLAYER_TYPES:
            rows = predictions(lines, fold, player_type, trust)
            name = "models.predictions"
            store.write(name, {"player_type": player_type, "fold": fold}, table(store.contracts[name], rows))


def playing_time_of(mlbam_id: int) -> float:
    """What Marcel projects for a player."""
    return 200.0 + 7 * (mlbam_id % 50)


def write_rates(store: Store, lines: list[dict], season: int, systems: tuple[str, ...] = tuple(TRUST)) -> None:
    """features.marcel_rates of a season and, of the systems asked for, features.control_rates."""
    for player_type in PLAYER_TYPES:
        known = marcel_and_truth(lines, season, player_type)
        marcel, truth = np.array(list(known.values())).T
        players, names = zip(*known, strict=True)
        rows = pd.DataFrame(
            {
                "season": season,
                "player_type": player_type,
                "as_of": preseason(season),
                "mlbam_id": players,
                "statistic": names,
                "weight": 300.0,
                "league_rate": 0.1,
                "trained_from": 2015,
                "trained_until": season - 1,
                "n": 1,
                "opportunities": [playing_time_of(i) for i in players],
            }
        )
        moved = [
            rows.assign(system=system, rate=np.maximum(marcel + TRUST[system] * (truth - marcel), 0.001))
            for system in systems
        ]
        every = pd.concat(moved, ignore_index=True)
        is_marcel = every["system"].isin(MARCELS)
        controls = every[~is_marcel & ~every["statistic"].isin(UNCONTROLLED)]
        for name, chosen in (("features.marcel_rates", every[is_marcel]), ("features.control_rates", controls)):
            schema = store.contracts[name].schema
            content = pa.Table.from_pandas(chosen[schema.names], schema, preserve_index=False)
            store.write(name, {"player_type": player_type, "season": season}, content)


def write_playing_time(store: Store, season: int, left_out: int = 0) -> None:
    """features.playing_time of a season: 20 more than Marcel, between 50 below and 80 above, 60 more as a regular.

    A pitcher makes seven outs of ten batters, starts with a chance of .8 and started the season before.
    """
    name = "features.playing_time"
    for player_type in PLAYER_TYPES:
        rows = [
            {
                "season": season,
                "player_type": player_type,
                "as_of": preseason(season),
                "mlbam_id": i,
                "opportunities": playing_time_of(i) + 20,
                "p10": playing_time_of(i) - 30,
                "p50": playing_time_of(i) + 20,
                "p90": playing_time_of(i) + 100,
                "trained_until": season - 1,
                "if_regular": playing_time_of(i) + 60,
            }
            for i in known_players(player_type, season)[left_out:]
        ]
        if player_type == "pitcher":
            faced = {"outs": "opportunities", "outs_p10": "p10", "outs_p90": "p90"}
            role = {"role": "starter", "starter_chance": 0.8, "role_change": 0.2}
            rows = [row | {name: 0.7 * row[of] for name, of in faced.items()} | role for row in rows]
        store.write(name, {"player_type": player_type, "season": season}, table(store.contracts[name], rows))


def write_identities(store: Store, season: int) -> None:
    """features.stat_profiles and archetypes of a season for every player."""
    for player_type in PLAYER_TYPES:
        key = {"season": season, "player_type": player_type, "as_of": preseason(season)}
        people = ids(player_type)
        profiles = [key | {"mlbam_id": i, "age": 27.5, "identity_source": "mlb"} for i in people]
        archetypes = [key | {"mlbam_id": i, "archetype": i % 4, "distance": 1.0, "membership": [1.0]} for i in people]
        partition = {"player_type": player_type, "season": season}
        for name, rows in (("stat_profiles", profiles), ("archetypes", archetypes)):
            store.write(f"features.{name}", partition, table(store.contracts[f"features.{name}"], rows))


def public_rows(season: int = 2019, snapshot: str = "2019-02-20", system: str = "steamer") -> list[dict]:
    """A public system's lines of every batter and pitcher, debutants included."""
    key = {"season": season, "system": system, "snapshot": snapshot, "name": "Somebody"}
    batters = [
        key
        | {
            "player_type": "batter",
            "mlbam_id": i,
            "fangraphs_id": str(i),
            "PA": 500.0,
            "AB": 440.0,
            "H": 100.0 + i % 30,
            "2B": 20.0,
            "3B": 2.0,
            "HR": 15.0 + i % 9,
            "BB": 45.0,
            "SO": 90.0 + i % 40,
            "HBP": 5.0,
        }
        for i in ids("batter")
    ]
    pitchers = [
        key
        | {
            "player_type": "pitcher",
            "mlbam_id": i,
            "fangraphs_id": str(i),
            "IP": 150.0,
            "H": 130.0 + i % 20,
            "HR": 18.0,
            "BB": 50.0 + i % 10,
            "SO": 140.0 + i % 60,
            "ER": 60.0 + i % 17,
        }
        for i in ids("pitcher")
    ]
    return batters + pitchers


def full_store(folder: Path) -> Store:
    """Everything the evaluation and the report read, before blend weights are chosen: a copy of its own."""
    return _copy(made_once("hand_made", _write_all), folder)


def evaluated_store(folder: Path) -> tuple[Store, Settings]:
    """The same with all that `evaluate` makes, and pairs."""
    return _copy(made_once("hand_made_evaluated", _evaluate_all), folder), settings_for(folder)


def _copy(made: Path, folder: Path) -> Store:
    copy_store(made / "store", folder / "store")
    return Store(folder / "store", TABLES)


def _evaluate_all(folder: Path) -> None:
    store, settings = full_store(folder), settings_for(folder)
    evaluate(store, settings)
    make_pairs(store, settings)


def _write_all(folder: Path) -> None:
    store = Store(folder / "store", TABLES)
    lines = season_lines()
    write_core(store, lines)
    write_predictions(store, lines)
    for season in TESTED:
        write_rates(store, lines, season)
    write_rates(store, lines, 2022, MARCELS)
    write_identities(store, 2022)
    name = "raw.public_projections"
    rows = public_rows() + public_rows(system="zips") + public_rows(2021, "2021-03-26")
    store.write(name, {}, table(store.contracts[name], rows))


def evaluate(store: Store, settings: Settings) -> None:
    """Blend weights, the spread of earlier errors and the backtest of all tested seasons, then their scores."""
    for season in TESTED:
        if season in FOLDS:
            make_blend_weights(store, season)
        make_error_spread(store, settings, season)
        make_backtest(store, season)
    make_scores(store, settings)
