"""Mean embeddings of players with and without measured physics, by the same encoder: input of the physics tests.

Belongs here: the two passes over the same games. Not here: what they foretell (evaluation).
"""

from dataclasses import replace

import numpy as np

from fbm_pipeline.samples.held_out import split_held_out
from fbm_pipeline.samples.outings import Outings, load_outings
from fbm_pipeline.samples.vocabulary import FIELDS, UNKNOWN
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.training.embedding import embed
from fbm_pipeline.training.encoder import load_encoder, prepare
from fbm_pipeline.training.season_embeddings import SeasonMeans, load_outing_players, season_means


def without_physics(outings: Outings) -> Outings:
    """The same outings as a season without any measurement tells them: no number of a pitch or ball, no pitch type."""
    ids = outings.ids.copy()
    ids[:, FIELDS.index("pitch_type")] = UNKNOWN
    return replace(outings, ids=ids, physics_row=np.zeros_like(outings.physics_row))


def physics_means(
    store: Store, settings: Settings, cutoff: int, season: int, *, before_august: bool
) -> dict[bool, dict[str, SeasonMeans]]:
    """By physics read or not, then by player type: means over the season's plate appearances, or those before August.

    Raises EncoderError as load_encoder does, ValueError for a season without games before and after August.
    """
    encoder, _ = load_encoder(settings, cutoff)
    prepare(settings.preset)
    outings = load_outings(store, season)
    players = np.stack(load_outing_players(store, season), axis=1)
    if before_august:
        keys = _keys_before_august(store, season, outings)
        outings, _ = split_held_out(store, season, outings)
        players = players[keys]
    return {
        physics: season_means(embed(encoder, outings if physics else without_physics(outings)), *players.T)
        for physics in (True, False)
    }


def _keys_before_august(store: Store, season: int, outings: Outings) -> np.ndarray:
    """The places, in the season's order of keys, of the plate appearances that split_held_out puts first."""
    marked = replace(outings, plate_appearance=np.arange(outings.plate_appearances))
    return split_held_out(store, season, marked)[0].plate_appearance
