"""The vectors of players under finished weights of the decoder: all seasons filtered, what is written, what it means.

Vectors of a target season see every game before it and none of it. Not here: the weights' training (decoder), the
filter (vector_filter).
"""

import logging
import time
from collections.abc import Sequence

import pyarrow as pa
import torch

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.nn.device import prepare
from fbm_pipeline.player_vectors.decoder import decoder_of
from fbm_pipeline.player_vectors.decoder_training import HEAD_WEIGHTS, THREADS, days_of
from fbm_pipeline.player_vectors.meetings import load_meetings, seasons_with_meetings
from fbm_pipeline.player_vectors.pitch_decoder import SIDES
from fbm_pipeline.player_vectors.tables import DECODER, PLAYER_VECTORS
from fbm_pipeline.player_vectors.vector_filter import State, Weights, count_season, drifted, filter_season
from fbm_pipeline.store.inputs import Inputs

SEASONS_BACK = 3  # a player has a vector for a target season when he played in one of so many before it

logger = logging.getLogger("fbm_pipeline.training")


def player_vectors(inputs: Inputs, cutoff: int) -> pa.Table:
    """Rows of models.player_vectors of a cutoff: each target season's players as they were known on 1 March.

    The weights are frozen; every stored season updates the vectors in order.
    """
    prepare(THREADS)
    weights, card = decoder_of(inputs.trained(DECODER.name).checkpoint)
    heads = {name: HEAD_WEIGHTS[name] for name in weights.intercepts}  # nothing measured only after the cutoff
    seasons = seasons_with_meetings(inputs)
    state, rows, began = State(), [], time.monotonic()
    for season in seasons:
        meetings = load_meetings(inputs, season, *days_of(season), THREADS)
        filter_season(state, weights, count_season(meetings, heads))
        rows += [_rows(state, weights, side, season + 1) for side in SIDES]
    logger.info("decoder %d: %d seasons filtered in %.1f s", cutoff, len(seasons), time.monotonic() - began)
    return _table(rows, cutoff, card.hash)


def _rows(state: State, weights: Weights, side: str, target: int) -> dict[str, list]:
    """Columns of the players known for a target season, by their number."""
    players = {
        player: known for player, known in sorted(state.players[side].items()) if known.season >= target - SEASONS_BACK
    }
    ahead = [drifted(known, weights.persistence[side], target) for known in players.values()]
    n = len(players)
    return {
        "season": [target] * n,
        "player_type": [side] * n,
        "as_of": [preseason(target)] * n,
        "mlbam_id": list(players),
        "plate_appearances": [known.appearances for known in players.values()],
        "last_season": [known.season for known in players.values()],
        "mean": [one.mean[0].tolist() for one in ahead],
        "sd": [torch.diagonal(one.covariance[0]).sqrt().tolist() for one in ahead],
    }


def _table(rows: Sequence[dict[str, list]], cutoff: int, decoder: str) -> pa.Table:
    schema = PLAYER_VECTORS.schema
    columns: dict[str, list] = {name: [value for part in rows for value in part[name]] for name in rows[0]}
    n = len(columns["season"])
    columns |= {"cutoff": [cutoff] * n, "decoder": [decoder] * n}
    return pa.Table.from_arrays([pa.array(columns[item.name], item.type) for item in schema], schema=schema)
