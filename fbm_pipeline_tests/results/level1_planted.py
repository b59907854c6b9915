"""Rows of evaluation.level1 and a store with faces, planted: what the page has to say of them is known."""

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.evaluation.learned_gains import BOTH, CHANGE, CHOSEN, CONTROL, MAIN
from fbm_pipeline.evaluation.level1_sections import COLLAPSE, DECODER, NATS, PRETRAINING, TABLE, USEFUL
from fbm_pipeline.evaluation.sheets import scored_statistics
from fbm_pipeline.level1.pitch_encoder import EncoderShape, OutingEncoder
from fbm_pipeline.level1.vocabulary import FIELDS, RESERVED, UNKNOWN, WORDS
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.results import level1
from fbm_pipeline.results.level1_page import COLLAPSE_MEASURES
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.level1.small_store import rows_of

SEASON, CUTOFF = 2024, 2024  # of the tiny preset: it looks ahead to 2025
DEVELOPMENT, TEST = "2023", "2024"
WIDTH = 4


def settings_in(folder: Path, simulated: bool = True) -> Settings:
    data = folder / ("simulated" if simulated else "real")
    data.mkdir(parents=True, exist_ok=True)
    if simulated:
        (data / "simulated_league.json").write_text("{}", encoding="utf-8")
    return Settings(home=folder, data=data, preset=PRESETS["tiny"])


def frame(rows: Sequence[dict], data: str = "simulated") -> pd.DataFrame:
    """Rows with all columns, as level1.parquet has them."""
    empty = {"low": np.nan, "high": np.nan, "holm": np.nan, "verdict": "", "reference": "", "n": 900, "data": data}
    return pd.DataFrame([empty | row for row in rows])[TABLES[TABLE].column_names]


def useful_rows(
    better: Collection[str] = (),
    worse: Collection[str] = (),
    untrained: tuple[float, float, float] = (-0.2, -0.3, -0.1),
    seasons: str = TEST,
    arm: str = "masked",
) -> list[dict]:
    """An arm that changes d's RMSE by -.0005 clearly where `better`, +.0005 where `worse`, elsewhere by -.0001."""
    told = {"section": USEFUL, "cutoff": CUTOFF, "seasons": seasons, "arm": arm}
    rows = []
    for player_type in PLAYER_TYPES:
        for stat in scored_statistics(player_type):
            name = f"{player_type} {stat}"
            cell = {**told, "player_type": player_type, "stat": stat}
            value = 0.0005 if name in worse else -0.0005 if name in better else -0.0001
            spread = 0.0003 if name in {*better, *worse} else 0.0004
            word = "worse" if name in worse else "better" if name in better else "undecided"
            rows += [
                {**cell, "arm": CONTROL, "measure": "rmse", "value": 0.03},
                {**cell, "measure": "rmse", "value": 0.03 + value},
                {**cell, "measure": "r", "value": 0.8},
                *(
                    {
                        **cell,
                        "reference": reference,
                        "measure": "d_rmse",
                        "value": value,
                        "low": value - spread,
                        "high": value + spread,
                        "holm": 0.01,
                        "verdict": word,
                    }
                    for reference in (CONTROL, "untrained")
                ),
                {**cell, "reference": CONTROL, "measure": "d_r", "value": 0.002, "low": 0.001, "high": 0.003},
            ]
    whole = {**told, "player_type": BOTH, "stat": MAIN, "n": 12}
    for reference, (value, low, high) in {CONTROL: (-0.4, -0.6, -0.2), "untrained": untrained}.items():
        change = {"reference": reference, "measure": CHANGE, "value": value, "low": low, "high": high}
        rows.append({**whole, **change})
    return [*rows, {**whole, "reference": CONTROL, "measure": CHOSEN, "value": 1.0}]


def other_rows() -> list[dict]:
    """Pre-training, decoder and signs of collapse."""
    told = {"cutoff": CUTOFF, "seasons": "2024", "player_type": "", "measure": NATS}
    nats = {"base": 2.14, "hands_order": 1.97, "hands_order_length": 1.90, "masked": 1.93}
    heads = {"base": 1.60, "lookup": 1.16, "vectors": 1.17}
    return [
        *({**told, "section": PRETRAINING, "stat": "outcome", "arm": arm, "value": v} for arm, v in nats.items()),
        *({**told, "section": DECODER, "stat": "pitch", "arm": arm, "value": v} for arm, v in heads.items()),
        *(
            {
                "section": COLLAPSE,
                "cutoff": cutoff,
                "arm": "masked",
                "seasons": "2024",
                "player_type": "",
                "stat": f"epoch_{epoch}",
                "measure": measure,
                "value": 10.0 + epoch + place,
            }
            for cutoff in (2022, 2024)
            for epoch in (1, 2, 10)
            for place, measure in enumerate(COLLAPSE_MEASURES)
        ),
    ]


def write_level1_rows(store: Store, rows: Sequence[dict], data: str = "simulated") -> None:
    table = frame(rows, data).astype({"verdict": "object"})
    contract = store.contracts["evaluation.level1"]
    store.write("evaluation.level1", {}, pa.Table.from_pandas(table, schema=contract.schema, preserve_index=False))


def small_encoder() -> OutingEncoder:
    """An encoder that has met no pitch type but two, and of the results all but the last."""
    encoder = OutingEncoder(EncoderShape(width=8, layers=1, heads=2, embedding=WIDTH))
    encoder.initialise(torch.Generator().manual_seed(3))
    for field, met in (("pitch_type", 2), ("result", len(WORDS["result"]) - 1)):
        offset = int(encoder.word_offsets[FIELDS.index(field)])
        encoder.word_map[offset + RESERVED + met : offset + RESERVED + len(WORDS[field])] = offset + UNKNOWN
    return encoder


def plant_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encoders as if they had been trained; the untrained one has no words yet."""

    def encoder(settings: Settings, cutoff: int, arm: str = "masked") -> tuple[OutingEncoder, None]:
        found = small_encoder()
        if arm == "untrained":
            found.words.data.zero_()
        return found, None

    monkeypatch.setattr(level1, "load_encoder", encoder)


def write_faces(store: Store) -> None:
    """Ten batters and ten pitchers on a line of vectors, strikeouts along it; four games of plate appearances."""
    _write_players(store)
    _write_appearances(store)


def _write_players(store: Store) -> None:
    ids = {"batter": range(100, 110), "pitcher": range(200, 210)}
    everybody = [player for players in ids.values() for player in players]
    names = {"mlbam_id": everybody, "name": [f"Player {player}" for player in everybody]}
    store.write("core.players", {}, rows_of(store.contracts["core.players"], names, len(everybody)))
    key = {"player_type": [kind for kind in ids for _ in range(10)], "mlbam_id": everybody}
    steps = [player % 100 for player in everybody]
    # The last of each side hardly played: neither leader nor neighbour, whatever his rates.
    lines = {
        **key,
        "season": SEASON,
        "opportunities": [40 if step == 9 else 400 for step in steps],
        "so": [39 if step == 9 else 40 + 10 * step for step in steps],
        "bb": [30 + step for step in steps],
        "hr": [20 - step for step in steps],
        "h": 100,
    }
    table = rows_of(store.contracts["core.season_lines"], lines, len(everybody))
    store.write("core.season_lines", {"season": SEASON}, table)
    vectors = {
        **key,
        "cutoff": CUTOFF,
        "season": SEASON + 1,
        "as_of": dt.date(SEASON + 1, 3, 1),
        "plate_appearances": 900,
        "last_season": SEASON,
        "mean": [[float(step), 1.0, -step / 10.0] for step in steps],
        "sd": [[0.3] * 3] * 20,
    }
    table = rows_of(store.contracts["models.player_vectors"], vectors, len(everybody))
    store.write("models.player_vectors", {"cutoff": CUTOFF}, table)


APPEARANCES = [  # game, outcome, hit type, results, embedding
    ("A", "home_run", "fly_ball", ["ball", "in_play"], (1.0, 0.0, 0.0, 0.0)),
    ("A", "home_run", "fly_ball", ["in_play"], (1.0, 0.01, 0.0, 0.0)),  # nearest of all, but of the same game
    ("B", "home_run", "line_drive", ["foul", "in_play"], (1.0, 0.1, 0.0, 0.0)),
    ("B", "strikeout", None, ["called_strike", "foul", "swinging_strike"], (0.0, 1.0, 0.0, 0.0)),
    ("C", "single", "ground_ball", ["in_play"], (0.0, 0.0, 1.0, 0.0)),
    ("C", "field_out", "popup", ["in_play"], (0.9, 0.5, 0.0, 0.1)),
]


def _write_appearances(store: Store) -> None:
    n = len(APPEARANCES)
    games = [f"{row[0]}20240401" for row in APPEARANCES]
    dates = [dt.date(2024, 4, "ABC".index(row[0]) + 1) for row in APPEARANCES]
    key = {"season": SEASON, "month": 4, "game_id": games, "plate_appearance": list(range(n))}
    columns = {
        **key,
        "game_date": dates,
        "stand": "L",
        "throws": "R",
        "outcome": [row[1] for row in APPEARANCES],
        "hit_type": [row[2] for row in APPEARANCES],
        "pitches": [len(row[3]) for row in APPEARANCES],
    }
    table = rows_of(store.contracts["core.plate_appearances"], columns, n)
    store.write("core.plate_appearances", {"season": SEASON, "month": 4}, table)
    thrown = [(place, number, result) for place, row in enumerate(APPEARANCES) for number, result in enumerate(row[3])]
    pitches = {
        "season": SEASON,
        "month": 4,
        "game_id": [games[place] for place, _, _ in thrown],
        "game_date": [dates[place] for place, _, _ in thrown],
        "plate_appearance": [place for place, _, _ in thrown],
        "pitch_number": [number + 1 for _, number, _ in thrown],
        "result": [result for _, _, result in thrown],
    }
    table = rows_of(store.contracts["core.pitches"], pitches, len(thrown))
    store.write("core.pitches", {"season": SEASON, "month": 4}, table)
    embedded = {**key, "cutoff": CUTOFF, "embedding": [np.array(row[4], "<f2").tobytes() for row in APPEARANCES]}
    table = rows_of(store.contracts["models.pa_embeddings"], embedded, n)
    store.write("models.pa_embeddings", {"cutoff": CUTOFF, "season": SEASON, "month": 4}, table)
