"""A few seasons of a few players written straight into the tables that samples read: no other room takes part."""

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.level1.encoder import planned
from fbm_pipeline.nn.checkpoint import save_checkpoint
from fbm_pipeline.presets.network import Network
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.once import made_once

SEASONS = range(2015, 2020)
TARGET_SEASONS = (2016, 2017, 2018, 2019, 2021)  # 2021 is the season to come
CUTOFF = 2017  # of the encoder that made the embeddings
WIDTH = 4
BATTERS = range(100, 112)
PITCHERS = range(200, 206)
GAMES = 8
NETWORK = Network(  # trains on these seasons in a moment
    train_from=2016,
    width=8,
    heads=2,
    batter_games=6,
    pitcher_games=4,
    epochs=2,
    batch=8,
    learning_rate=0.01,
    min_opportunities=1,
)
EMPTY_OF_TYPE = {"string": "x", "bool": False, "binary": b"", "date32[day]": dt.date(2000, 1, 1)}


def rows_of(contract: Table, columns: Mapping[str, Any], count: int) -> pa.Table:
    """A table of the contract; columns that are not given hold a plain value of their type, or null where allowed."""
    arrays = []
    for field in contract.schema:
        values = columns.get(field.name, None if field.nullable else EMPTY_OF_TYPE.get(str(field.type), 0))
        if values is None or np.isscalar(values) or isinstance(values, dt.date | bytes):
            values = [values] * count
        arrays.append(pa.array(list(values), field.type))
    return pa.Table.from_arrays(arrays, schema=contract.schema)


def write_small_store(store: Store) -> None:
    """Write all tables into an empty store."""
    shutil.copytree(made_once("small", _write_all) / "store", store.root)


def _write_all(folder: Path) -> None:
    store = Store(folder / "store", TABLES)
    for season in SEASONS:
        write_season(store, season, np.random.default_rng(100 * season))
    for season in TARGET_SEASONS:
        write_features(store, season, np.random.default_rng(season))


def copy_of(store: Store, root: Path) -> Store:
    """A store of its own with the same rows, to be changed."""
    shutil.copytree(store.root, root)
    return Store(root, store.contracts)


def write_season(store: Store, season: int, draw: np.random.Generator) -> None:
    """Games, plate appearances, embeddings, player-games and lines of one season."""
    appearances = []
    for game in range(GAMES):
        date = dt.date(season, 3, 1) + dt.timedelta(days=game)  # the first on the as-of date itself
        game_id = f"AAA{date:%Y%m%d}0"
        for index in range(int(draw.integers(14, 22))):
            batter = int(draw.choice(list(BATTERS)))
            pitcher = 200 + (index // 6 + 3 * (index % 2)) % 6
            outcome = draw.choice(["so", "bb", "hr", "single", "out"], p=[0.25, 0.1, 0.05, 0.2, 0.4])
            appearances.append((game_id, date, index, batter, pitcher, str(outcome), str(draw.choice(["L", "R"]))))
    _write_games(store, season, appearances)
    _write_appearances(store, season, appearances, draw)
    _write_player_games(store, season, appearances)


def _key_columns(season: int, dates: list[dt.date]) -> dict[str, Any]:
    return {"season": season, "month": 3, "game_date": dates, "source": "retrosheet"}


def _write_games(store: Store, season: int, appearances: list[tuple]) -> None:
    games = sorted({(row[0], row[1]) for row in appearances})
    columns = _key_columns(season, [date for _, date in games]) | {"game_id": [name for name, _ in games]}
    table = rows_of(store.contracts["core.games"], columns, len(games))
    store.write("core.games", {"season": season, "month": 3}, table)


def _write_appearances(store: Store, season: int, appearances: list[tuple], draw: np.random.Generator) -> None:
    columns = _key_columns(season, [row[1] for row in appearances]) | {
        "game_id": [row[0] for row in appearances],
        "plate_appearance": [row[2] for row in appearances],
        "batter_id": [row[3] for row in appearances],
        "pitcher_id": [row[4] for row in appearances],
        "stand": "R",
        "throws": [row[6] for row in appearances],
        "outcome": [row[5] for row in appearances],
        "times_faced": 1,
        "outing_index": [row[2] // 6 for row in appearances],
    }
    n = len(appearances)
    table = rows_of(store.contracts["core.plate_appearances"], columns, n)
    store.write("core.plate_appearances", {"season": season, "month": 3}, table)
    vectors = draw.normal(size=(n, WIDTH)).astype("<f2")
    embedded = {
        "cutoff": CUTOFF,
        "season": season,
        "month": 3,
        "game_id": columns["game_id"],
        "plate_appearance": columns["plate_appearance"],
        "encoder": "small",
        "embedding": [vector.tobytes() for vector in vectors],
    }
    table = rows_of(store.contracts["models.pa_embeddings"], embedded, n)
    store.write("models.pa_embeddings", {"cutoff": CUTOFF, "season": season, "month": 3}, table)


def _write_player_games(store: Store, season: int, appearances: list[tuple]) -> None:
    lines: dict[tuple, dict[str, Any]] = {}
    for game_id, date, _, batter, pitcher, outcome, _ in appearances:
        for kind, player in (("batter", batter), ("pitcher", pitcher)):
            start = {"date": date, "opportunities": 0, **dict.fromkeys(("ab", "h", "single", "hr", "bb", "so"), 0)}
            line = lines.setdefault((game_id, kind, player), start)
            line["opportunities"] += 1
            line["ab"] += outcome != "bb"
            line["h"] += outcome in ("single", "hr")
            if outcome in line:
                line[outcome] += 1
    counts = ("opportunities", "ab", "h", "single", "hr", "bb", "so")
    keys, values = list(lines), list(lines.values())
    columns = _key_columns(season, [value["date"] for value in values]) | {
        "game_id": [key[0] for key in keys],
        "player_type": [key[1] for key in keys],
        "mlbam_id": [key[2] for key in keys],
        "is_home": [key[2] % 2 == 0 for key in keys],
        "role": ["starter" if key[2] % 3 else "reliever" for key in keys],
        **{name: [value[name] for value in values] for name in counts},
        "outs": 3,
        "er": 1,
        "r": 1,
    }
    table = rows_of(store.contracts["core.player_games"], columns, len(keys))
    store.write("core.player_games", {"season": season, "month": 3}, table)
    people = sorted({key[1:] for key in keys})
    totals = {name: [sum(v[name] for k, v in lines.items() if k[1:] == one) for one in people] for name in counts}
    official = {"season": season, "player_type": [one[0] for one in people], "mlbam_id": [one[1] for one in people]}
    table = rows_of(store.contracts["core.season_lines"], official | totals | {"er": 5, "outs": 60}, len(people))
    store.write("core.season_lines", {"season": season}, table)


def write_features(store: Store, season: int, draw: np.random.Generator) -> None:
    """Marcel rates, profiles and archetypes of every player as of 1 March of the season."""
    for player_type, players in (("batter", BATTERS), ("pitcher", PITCHERS)):
        partition = {"player_type": player_type, "season": season}
        key = {**partition, "as_of": preseason(season)}
        names = [item.name for item in statistics(player_type)]
        cells = [(p, system, name) for p in players for system in ("marcel_classic", "marcel") for name in names]
        rates = {
            **key,
            "mlbam_id": [cell[0] for cell in cells],
            "system": [cell[1] for cell in cells],
            "statistic": [cell[2] for cell in cells],
            "rate": draw.uniform(0.05, 0.3, len(cells)),
            "weight": 300.0,
            "league_rate": 0.2,
            "opportunities": 250.0,
        }
        table = rows_of(store.contracts["features.marcel_rates"], rates, len(cells))
        store.write("features.marcel_rates", partition, table)
        contract = store.contracts["features.stat_profiles"]
        ids = list(players)
        profile = {
            field.name: draw.uniform(0.05, 0.3, len(ids)) if str(field.type) == "double" else 50
            for field in contract.schema
            if str(field.type) in ("double", "int32")
        }
        words = {field.name: "career" for field in contract.schema if field.name.endswith("_supplied_by")}
        fixed = {"bats": "R", "throws": "L", "role": "starter", "identity_source": "mlb"}
        columns = profile | words | fixed | key | {"mlbam_id": ids, "age": draw.uniform(21, 36, len(ids))}
        store.write("features.stat_profiles", partition, rows_of(contract, columns, len(ids)))
        labels = {
            **key,
            "mlbam_id": ids,
            "archetype": [i % 3 for i in range(len(ids))],
            "membership": [[0.5]] * len(ids),
        }
        table = rows_of(store.contracts["features.archetypes"], labels, len(ids))
        store.write("features.archetypes", partition, table)


def settings_with_encoder(home: Path, preset: Preset, *, cutoff: int = CUTOFF) -> Settings:
    """Settings with a finished encoder in use, named as the embeddings say."""
    settings = Settings(home=home, data=home, preset=preset)
    save_encoder(settings, cutoff=cutoff)
    return settings


def save_encoder(settings: Settings, *, cutoff: int = CUTOFF, name: str = "small") -> None:
    """A finished encoder in use, without weights: a network over the embeddings asks for its name and cutoff alone."""
    folder, store = settings.checkpoints / "level1" / name, Store(settings.store_root, {})
    for plan in settings.preset.encoders:
        plan_of_arm = planned(store, settings, {"cutoff": plan.cutoff, "arm": "masked"})
        size = asdict(plan_of_arm["size"])  # type: ignore[call-overload]
        card = {"step": 1, "finished": True, "hash": name, "cutoff": cutoff, "size": size}
        save_checkpoint(folder, {"w": torch.zeros(1)}, {}, card)
        (folder.parent / f"current-masked-{plan.cutoff}").write_text(name, encoding="utf-8")
