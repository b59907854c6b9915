"""models.season_embeddings of every arm: the mean of a player's plate appearances as each encoder sees them.

The arm in use reads what is stored of its embeddings; the others embed, and only their means are kept. Not here: the
means themselves (season_embeddings), what becomes of them (learned_blocks).
"""

import numpy as np

from fbm_pipeline.level1.embedding import embed
from fbm_pipeline.level1.embeddings import load_embeddings
from fbm_pipeline.level1.encoder import code_hash, content_of, load_encoder
from fbm_pipeline.level1.outings import load_outings
from fbm_pipeline.level1.season_embeddings import TABLE, load_outing_players, write_season_embeddings
from fbm_pipeline.nn.device import prepare
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.tables import Store, Written, inputs_key


def build_season_embeddings(store: Store, settings: Settings, arm: str, cutoff: int, season: int) -> Written:
    """Write the means of one arm, cutoff and season unless they were made from the same inputs.

    Raises EncoderError as load_encoder does, MissingJoinError for the arm in use when the season is not embedded.
    """
    encoder, card = load_encoder(settings, cutoff, arm)
    key = inputs_key(
        weights=card.weights, code=code_hash(), own=code_key(f"{__name__}:build_season_embeddings"),
        content=content_of(store, season),
    )  # fmt: skip
    held = store.current(TABLE, {"arm": arm, "cutoff": cutoff, "season": season}, key)
    if held is not None:
        return held
    if arm == "masked":
        embeddings = _stored(store, cutoff, season)
    else:
        prepare(settings.preset.threads, settings.device)
        embeddings = embed(encoder, load_outings(store, season))
    players = load_outing_players(store, season)
    return write_season_embeddings(store, arm, cutoff, season, card.hash, embeddings, *players, key)


def _stored(store: Store, cutoff: int, season: int) -> np.ndarray:
    """The stored embeddings in the order of the outings' keys: (plate appearances, width) float16."""
    found = load_embeddings(store, cutoff, [season])
    keys = found.keys.sort_by([("game_id", "ascending"), ("plate_appearance", "ascending")])
    return found.matrix[keys.column("embedding_row").to_numpy()]
