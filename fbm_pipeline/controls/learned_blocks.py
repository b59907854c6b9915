"""Learned blocks: what the games of a season say of each player, in at most 24 numbers, as features.learned_blocks.

A block takes its directions and scales from seasons up to its cutoff and is measured against each season's own
league. Not here: pooling over seasons and shrinking, which are the reader's, and whether a block is worth anything.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.level1 import token_histogram
from fbm_pipeline.level1.embedding import seasons_served
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
from fbm_pipeline.settings import EncoderPlan, Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.engine import conform, statement
from fbm_pipeline.store.tables import Store, Written, inputs_key

TABLE = "features.learned_blocks"
EMBEDDINGS = "models.season_embeddings"
VECTORS = "models.player_vectors"
EMBEDDED = ("masked", "untrained")  # blocks that are components of mean embeddings, by arm
BLOCKS = (*EMBEDDED, "histogram", "vectors")

logger = logging.getLogger("fbm_pipeline.training")

Fit = Callable[[Sequence[PlayerSeasons], int], Components]


class BlockError(ValueError):
    """A block cannot be made as asked; the message says what was found and what to materialize."""


def build_block(store: Store, settings: Settings, block: str, cutoff: int) -> Written:
    """Write features.learned_blocks of one block and cutoff, every season that its tables hold.

    Raises BlockError for an unknown block or cutoff and for tables without rows; FileNotFoundError when a table was
    never written.
    """
    if block not in BLOCKS:
        raise BlockError(f"block {block!r} is unknown, expected one of {', '.join(BLOCKS)}")
    plan = _plan(settings, cutoff)
    key = inputs_key(
        block=block, cutoff=cutoff, plan=plan, code=code_key(f"{__name__}:build_block"),
        reads=_contents(store, settings, block, plan),
    )  # fmt: skip

    def compute() -> pa.Table:
        began = time.monotonic()
        parts = list(_seasons_of(store, settings, block, plan))
        if not parts:
            raise BlockError(f"block {block} of cutoff {cutoff}: its tables hold no season; materialize them first")
        fit: Fit = fit_components if block in EMBEDDED or block == "histogram" else unit_spread
        table = block_rows(store, block, cutoff, parts, fit)
        logger.info("block %s, cutoff %d: %d rows in %.1f s", block, cutoff, len(table), time.monotonic() - began)
        return table

    return store.build(TABLE, {"block": block, "cutoff": cutoff}, key, compute)


def block_rows(store: Store, block: str, cutoff: int, seasons: Iterable[PlayerSeasons], fit: Fit) -> pa.Table:
    """Rows of the table: player-seasons centred, turned by what `fit` finds up to the cutoff, by player type."""
    held = [centred(part) for part in seasons if len(part.mlbam_id)]
    rows = []
    for player_type in PLAYER_TYPES:
        own = [part for part in held if part.player_type == player_type]
        components = fit(own, cutoff)
        rows += [_rows(block, cutoff, part, turned(part, components)) for part in own]
    return conform(pa.concat_tables(rows), store.contracts[TABLE].schema)


def _plan(settings: Settings, cutoff: int) -> EncoderPlan:
    found = {plan.cutoff: plan for plan in settings.preset.encoders}
    if cutoff not in found:
        raise BlockError(f"preset {settings.preset.name} has no encoder with cutoff {cutoff}, only {sorted(found)}")
    return found[cutoff]


def _contents(store: Store, settings: Settings, block: str, plan: EncoderPlan) -> Mapping[str, object]:
    if block in EMBEDDED:
        return {EMBEDDINGS: store.content(EMBEDDINGS, {"arm": block, "cutoff": plan.cutoff})}
    if block == "vectors":
        return {VECTORS: store.content(VECTORS, {"cutoff": plan.cutoff})}
    held = {
        f"{name} {season}": store.content(name, {"season": season})
        for season in _core_seasons(store, settings, plan.cutoff)
        for name in token_histogram.READS
    }
    return {**held, "sql": statement(token_histogram.STATEMENT)}


def _seasons_of(store: Store, settings: Settings, block: str, plan: EncoderPlan) -> Iterable[PlayerSeasons]:
    if block in EMBEDDED:
        return _embedded(store, block, plan.cutoff)
    if block == "vectors":
        return _player_vectors(store, plan.cutoff)
    return _histograms(store, settings, plan.cutoff)


def _core_seasons(store: Store, settings: Settings, cutoff: int) -> list[int]:
    """Those that the encoder of this cutoff embeds, so that blocks differ in what they say and not in how long."""
    held = {int(part["season"]) for part in store.partitions("core.plate_appearances")}
    return seasons_served(settings.preset, cutoff, held)


def _histograms(store: Store, settings: Settings, cutoff: int) -> Iterable[PlayerSeasons]:
    counts = [load_token_counts(store, season) for season in _core_seasons(store, settings, cutoff)]
    for player_type in PLAYER_TYPES:
        (other,) = set(PLAYER_TYPES) - {player_type}
        tokens, scales = choose_tokens([part[player_type] for part in counts], cutoff)
        for part in counts:
            yield token_shares(part[player_type], part[other], tokens, scales)


def _embedded(store: Store, arm: str, cutoff: int) -> Iterable[PlayerSeasons]:
    wanted = (pc.field("arm") == arm) & (pc.field("cutoff") == cutoff)
    table = store.delta(EMBEDDINGS).to_pyarrow_dataset().to_table(filter=wanted)
    for season in sorted(pc.unique(table.column("season")).to_pylist()):
        of_season = table.filter(pc.field("season") == season).sort_by("mlbam_id")
        sides = {kind: of_season.filter(pc.field("player_type") == kind) for kind in PLAYER_TYPES}
        for player_type, other in zip(PLAYER_TYPES, reversed(PLAYER_TYPES), strict=True):
            own = sides[player_type]
            ids, turns = (_whole(own, name) for name in ("mlbam_id", "plate_appearances"))
            other_ids, other_turns = (_whole(sides[other], name) for name in ("mlbam_id", "plate_appearances"))
            members = league_members(player_type, ids, turns, other_ids, other_turns)
            values = _matrix(own.column("embedding"))
            yield PlayerSeasons(season, player_type, ids, turns.astype(np.float64), values, members)


def _player_vectors(store: Store, cutoff: int) -> Iterable[PlayerSeasons]:
    """The vector as of 1 March of season T says what is known after season T - 1."""
    table = store.delta(VECTORS).to_pyarrow_dataset().to_table(filter=pc.field("cutoff") == cutoff)
    for target in sorted(pc.unique(table.column("season")).to_pylist()):
        for player_type in PLAYER_TYPES:
            chosen = (pc.field("season") == target) & (pc.field("player_type") == player_type)
            own = table.filter(chosen & (pc.field("plate_appearances") > 0)).sort_by("mlbam_id")
            played = _whole(own, "last_season") == target - 1  # the league is who was in it, not who once was
            turns = _whole(own, "plate_appearances").astype(np.float64)
            yield PlayerSeasons(
                target - 1, player_type, _whole(own, "mlbam_id"), turns, _matrix(own.column("mean")), played
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
