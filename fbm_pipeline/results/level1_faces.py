"""Faces of Level 1: who is near whom among player vectors, which plate appearances look alike, maps of words.

Belongs here: which season and cutoff they are of, and that all that they need is there. Public facts of baseball and
aggregates only. Not here: how each is found (level1_players, level1_appearances, level1_maps).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.level1.encoder import EncoderError, arms_of, load_encoder
from fbm_pipeline.level1.pitch_encoder import OutingEncoder
from fbm_pipeline.results.level1_appearances import appearance_faces, load_appearances
from fbm_pipeline.results.level1_maps import PlaneMap, outcome_map, word_maps
from fbm_pipeline.results.level1_players import load_known_players, neighbours_table
from fbm_pipeline.results.level1_tables import FaceTable
from fbm_pipeline.settings import Settings, cutoff_for
from fbm_pipeline.store.tables import Store

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
