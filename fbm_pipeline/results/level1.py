"""`fbm level1`: the page of Level 1 with its picture, the chosen block's look, and all rows in the run.

Belongs here: which season and cutoff the faces are of, and that all that they need is there. Aggregates and public
facts of baseball only. Not here: the page's words (level1_page), the faces (level1_neighbours, level1_maps).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.level1_sections import SECTIONS, TABLE, USEFUL, epoch_of
from fbm_pipeline.evaluation.scoring import seasons_label
from fbm_pipeline.level1.encoder import EncoderError, arms_of, load_encoder
from fbm_pipeline.level1.pitch_encoder import OutingEncoder
from fbm_pipeline.publish.writing import replace_file, replace_text
from fbm_pipeline.results.files import page_folder, write_table
from fbm_pipeline.results.level1_gains import chosen_arm
from fbm_pipeline.results.level1_maps import PlaneMap, figure_words, outcome_map, word_maps
from fbm_pipeline.results.level1_neighbours import (
    FaceTable,
    appearance_faces,
    load_appearances,
    load_known_players,
    neighbours_table,
)
from fbm_pipeline.results.level1_page import Record, level1_page
from fbm_pipeline.results.looks import add_look, read_looks, write_looks
from fbm_pipeline.results.pages import run_named, stored_rows
from fbm_pipeline.settings import Settings, cutoff_for
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.tables import Store

LOOK_PLACES = 6  # of a score in the hash of a look
NEEDED = (
    "models.player_vectors",
    "models.pa_embeddings",
    "core.players",
    "core.season_lines",
    "core.plate_appearances",
    "core.pitches",
)
UNTRAINED = "untrained"


@dataclass(frozen=True)
class Faces:
    """What the page shows beside its figures, and what the picture of words is drawn from."""

    tables: Sequence[FaceTable]
    maps: Sequence[PlaneMap]


def write_level1(store: Store, settings: Settings, docs: Path | None = None) -> list[Path]:
    """Write level1.md, level1_words.png, looks.csv and the run's level1.parquet; returns their paths.

    Raises EvaluationError when evaluation.level1 is empty, a face lacks what it needs, or looks.csv is not this
    command's; nothing is written then.
    """
    folder, preset = page_folder(settings, docs), settings.preset
    rows = ordered_rows(stored_rows(store, settings, TABLE))
    looks = _with_look(read_looks(folder / "looks.csv"), rows, settings)
    faces = find_faces(store, settings)
    record = Record(
        data=settings.data_kind,
        encoders=[(plan.cutoff, plan.first_season) for plan in preset.encoders],
        development=seasons_label(preset.development_seasons),
        test=seasons_label(preset.test_seasons),
        faces=faces.tables,
        source=run_named(settings),
    )
    text, picture = level1_page(rows, record), figure_words(faces.maps)
    return [
        replace_text(folder / "level1.md", text),
        replace_file(folder / "level1_words.png", lambda path: path.write_bytes(picture)),
        write_looks(folder / "looks.csv", looks),
        write_table(settings, "level1", rows),
    ]


def ordered_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Sections and epochs in their order, words in place of nulls."""
    table = rows.copy()
    for name in ("reference", "player_type", "verdict"):
        table[name] = table[name].astype("object").fillna("").astype("str")
    places = {name: place for place, name in enumerate(SECTIONS)}
    keys = {
        "place": table["section"].map(lambda name: places.get(name, len(places))),
        "epoch": table["stat"].map(epoch_of),
    }
    order = ["place", "cutoff", "arm", "reference", "seasons", "player_type", "epoch", "stat", "measure"]
    table = table.assign(**keys).sort_values(order, kind="stable")
    return table.drop(columns=list(keys)).reset_index(drop=True)


def _with_look(looks: pd.DataFrame, rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The record with the chosen block's test scores as a look, where no such scores were seen before.

    A configuration is the hash of what the arm scores on the test seasons: it changes with what it projects.
    """
    useful, test = rows[rows["section"] == USEFUL], seasons_label(settings.preset.test_seasons)
    arm = chosen_arm(useful)
    seen = useful[(useful["arm"] == arm) & (useful["seasons"] == test) & useful["measure"].isin(["rmse", "r"])]
    if arm is None or seen.empty:
        return looks
    scores = [
        [row["player_type"], row["stat"], row["measure"], f"{row['value']:.{LOOK_PLACES}f}"]
        for row in seen.sort_values(["player_type", "stat", "measure"]).to_dict("records")
    ]
    return add_look(looks, settings.data_kind, f"level1 {arm}", inputs_key(scores=scores)[:12], test)


def find_faces(store: Store, settings: Settings) -> Faces:
    """The faces as of the preset's projection season: vectors of 1 March, games and lines of the season before.

    Raises EvaluationError when a table, an encoder, the decoder or a season of them is missing.
    """
    lacking = [name for name in NEEDED if not store.exists(name)]
    if lacking:
        raise EvaluationError(
            f"the faces of Level 1 need {', '.join(NEEDED)}; never written: {', '.join(lacking)}. Next: materialize "
            "these."
        )
    season = settings.preset.projection_season
    cutoff = cutoff_for(settings.preset, season)
    try:
        encoder, _ = load_encoder(settings, cutoff)
        untrained = _untrained(settings)
    except EncoderError as error:
        raise EvaluationError(f"the faces of Level 1 need what was trained: {error}") from error
    appearances = load_appearances(store, cutoff, season - 1)
    players = load_known_players(store, cutoff, season)
    tables = [neighbours_table(players, season), appearance_faces(store, appearances, season - 1)]
    return Faces(tables, [*word_maps(encoder, untrained), outcome_map(appearances, season - 1)])


def _untrained(settings: Settings) -> OutingEncoder:
    """The encoder before training, of whichever cutoff has it: all cutoffs of a preset begin with the same words."""
    for plan in settings.preset.encoders:
        if UNTRAINED in arms_of(settings.preset, plan.cutoff):
            return load_encoder(settings, plan.cutoff, UNTRAINED)[0]
    raise EvaluationError(
        f"the maps of words need an encoder {UNTRAINED}; no plan of the preset {settings.preset.name} has that arm. "
        "Next: add it to one of the preset's encoders."
    )
