"""Learned blocks: the games of a season of each player in at most 24 numbers, as features.learned_blocks.

A block takes its directions and scales from seasons up to its cutoff and is measured against each season's own
league. Not here: pooling over seasons and shrinking, which are the reader's, and whether a block is worth anything.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.controls.tables import BLOCK_TABLES, LEARNED_BLOCKS
from fbm_pipeline.level1.embeddings import last_served
from fbm_pipeline.level1.encoder import arms_of
from fbm_pipeline.level1.principal_components import (
    Components,
    PlayerSeasons,
    centred,
    fit_components,
    league_members,
    turned,
    unit_spread,
)
from fbm_pipeline.level1.token_histogram import choose_tokens, load_token_counts, token_shares
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.store.engine import conform
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.making import make
from fbm_pipeline.store.tables import Store, Written

EMBEDDINGS = "models.season_embeddings"
VECTORS = "models.player_vectors"

logger = logging.getLogger("fbm_pipeline.training")

Fit = Callable[[Sequence[PlayerSeasons], int], Components]


class BlockError(ValueError):
    """A block cannot be made as asked; the message says what was found and what to materialize."""


@dataclass(frozen=True)
class BlockSettings:
    """What of the preset shapes a block. The histogram counts the seasons that the encoder of its cutoff embeds, so
    that blocks differ in what they measure and not in how long."""

    last_served: int


def blocks_of(preset: Preset, cutoff: int) -> tuple[str, ...]:
    """The blocks of a cutoff: one for each arm of its encoder, the histogram and the vectors."""
    return (*arms_of(preset, cutoff), "histogram", "vectors")


def build_block(store: Store, preset: Preset, block: str, cutoff: int) -> Written:
    """Make features.learned_blocks of one block and cutoff, every season that its tables hold.

    Raises BlockError for an unknown block or cutoff and for tables without rows; MissingInputError when a table was
    never written.
    """
    if block not in BLOCK_TABLES:
        raise BlockError(f"block {block!r} is unknown, expected one of {', '.join(BLOCK_TABLES)}")
    cutoffs = [plan.cutoff for plan in preset.encoders]
    if cutoff not in cutoffs:
        raise BlockError(f"preset {preset.name} has no encoder with cutoff {cutoff}, only {sorted(cutoffs)}")
    shaped_by = BlockSettings(last_served(preset, cutoff))
    return make(store, BLOCK_TABLES[block], {"block": block, "cutoff": cutoff}, shaped_by)


def embedded_block(inputs: Inputs, block: str, cutoff: int) -> pa.Table:
    """Components of the mean embeddings of an encoder's arm. Raises BlockError for tables without rows."""
    return _block_rows(block, cutoff, _embedded(inputs, block, cutoff), fit_components)


def histogram_block(inputs: Inputs, block: str, cutoff: int) -> pa.Table:
    """Components of the counts of plain tokens: the bar under every encoder. Raises as embedded_block."""
    return _block_rows(block, cutoff, _histograms(inputs, cutoff), fit_components)


def vectors_block(inputs: Inputs, block: str, cutoff: int) -> pa.Table:
    """The decoder's vectors, whose dimensions are few already. Raises as embedded_block."""
    return _block_rows(block, cutoff, _player_vectors(inputs, cutoff), unit_spread)


def _block_rows(block: str, cutoff: int, seasons: Iterable[PlayerSeasons], fit: Fit) -> pa.Table:
    """Rows of the table: player-seasons centred, turned by what `fit` finds up to the cutoff, by player type."""
    began = time.monotonic()
    parts = list(seasons)
    if not parts:
        raise BlockError(f"block {block} of cutoff {cutoff}: its tables hold no season; materialize them first")
    deviations = [centred(part) for part in parts if len(part.mlbam_id)]
    rows = []
    for player_type in PLAYER_TYPES:
        of_type = [part for part in deviations if part.player_type == player_type]
        components = fit(of_type, cutoff)
        rows += [_rows(block, cutoff, part, turned(part, components)) for part in of_type]
    table = conform(pa.concat_tables(rows), LEARNED_BLOCKS.schema)
    logger.info("block %s, cutoff %d: %d rows in %.1f s", block, cutoff, len(table), time.monotonic() - began)
    return table


def _histograms(store: Store, cutoff: int) -> Iterable[PlayerSeasons]:
    seasons = sorted({int(part["season"]) for part in store.partitions("core.plate_appearances")})
    counts = [load_token_counts(store, season) for season in seasons]
    for player_type in PLAYER_TYPES:
        (other,) = set(PLAYER_TYPES) - {player_type}
        tokens, scales = choose_tokens([part[player_type] for part in counts], cutoff)
        for part in counts:
            yield token_shares(part[player_type], part[other], tokens, scales)


def _embedded(store: Store, arm: str, cutoff: int) -> Iterable[PlayerSeasons]:
    of_encoder = (pc.field("arm") == arm) & (pc.field("cutoff") == cutoff)
    table = store.delta(EMBEDDINGS).to_pyarrow_dataset().to_table(filter=of_encoder)
    for season in sorted(pc.unique(table.column("season")).to_pylist()):
        of_season = table.filter(pc.field("season") == season).sort_by("mlbam_id")
        sides = {kind: of_season.filter(pc.field("player_type") == kind) for kind in PLAYER_TYPES}
        for player_type, other in zip(PLAYER_TYPES, reversed(PLAYER_TYPES), strict=True):
            side = sides[player_type]
            ids, turns = (_whole(side, name) for name in ("mlbam_id", "plate_appearances"))
            other_ids, other_turns = (_whole(sides[other], name) for name in ("mlbam_id", "plate_appearances"))
            members = league_members(player_type, ids, turns, other_ids, other_turns)
            values = _matrix(side.column("embedding"))
            yield PlayerSeasons(season, player_type, ids, turns.astype(np.float64), values, members)


def _player_vectors(store: Store, cutoff: int) -> Iterable[PlayerSeasons]:
    """The vector as of 1 March of season T holds what is known after season T - 1."""
    table = store.delta(VECTORS).to_pyarrow_dataset().to_table(filter=pc.field("cutoff") == cutoff)
    for target in sorted(pc.unique(table.column("season")).to_pylist()):
        for player_type in PLAYER_TYPES:
            of_target = (pc.field("season") == target) & (pc.field("player_type") == player_type)
            side = table.filter(of_target & (pc.field("plate_appearances") > 0)).sort_by("mlbam_id")
            played = _whole(side, "last_season") == target - 1  # the league is who was in it, not who once was
            turns = _whole(side, "plate_appearances").astype(np.float64)
            yield PlayerSeasons(
                target - 1, player_type, _whole(side, "mlbam_id"), turns, _matrix(side.column("mean")), played
            )


def _rows(block: str, cutoff: int, part: PlayerSeasons, vectors: np.ndarray) -> pa.Table:
    n, width = vectors.shape
    offsets = pa.array(np.arange(n + 1, dtype=np.int32) * width)
    fixed = {"block": block, "cutoff": cutoff, "season": part.season, "player_type": part.player_type}
    columns = {
        "mlbam_id": pa.array(part.mlbam_id, pa.int32()),
        "plate_appearances": pa.array(part.plate_appearances, pa.float32()),
        "vector": pa.ListArray.from_arrays(offsets, pa.array(vectors.ravel(), pa.float32())),
    }
    return pa.table({name: pa.repeat(pa.scalar(value), n) for name, value in fixed.items()} | columns)


def _whole(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).to_numpy().astype(np.int64)


def _matrix(column: pa.ChunkedArray) -> np.ndarray:
    """(n, width) float64 from lists of one length. Raises BlockError for lengths that differ."""
    widths = set(pc.list_value_length(column).to_pylist())
    if len(widths) > 1:
        raise BlockError(f"vectors have lengths {sorted(widths)}, expected one; make the table anew")
    flat = pc.list_flatten(column).to_numpy().astype(np.float64)
    return flat.reshape(len(column), max(widths, default=0))
