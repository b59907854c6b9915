"""Which games of an encoder's last season are kept from its gradient, and what is measured on them.

Those from the first of August on measure what was learnt, and what is known of August and September is then no
knowledge of the encoder. Not here: the gradient (masked_run).
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch

from fbm_pipeline.level1.frequencies import fit_frequencies
from fbm_pipeline.level1.outing_batches import OutingBatch, arrange, collate, groups, ragged, starts_of
from fbm_pipeline.level1.outings import Outings
from fbm_pipeline.level1.pretraining import (
    OBJECTIVES,
    PADDED_TOKENS,
    MaskedGamestate,
    batch_tensors,
    cross_entropies,
    draw_masked,
    hide,
    targets_of,
)
from fbm_pipeline.nn.device import moved
from fbm_pipeline.nn.monitors import effective_rank, information_abundance
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENT = "samples/held_out_games"
HELD_OUT_OUTINGS = 2000


def split_held_out(store: Store, season: int, outings: Outings) -> tuple[Outings, Outings]:
    """A season's outings before August, and from then on. Raises ValueError when either has none."""
    with session(store, tables=["core.games"]) as connection:
        games = query(connection, STATEMENT, {"season": season}).column("game_id").to_pylist()
    late = np.isin(np.asarray(outings.game_id.to_pylist()), games)  # by key
    held_out = late[outings.pa_rows[outings.outing_starts[:-1]]]
    if held_out.all() or not held_out.any():
        raise ValueError(
            f"season {season} has {int(held_out.sum())} of {len(held_out)} outings from the first of August on; "
            "expected some before and some after, to train on and to measure on. Materialize the whole season."
        )
    return select(outings, np.flatnonzero(~held_out)), select(outings, np.flatnonzero(held_out))


def select(outings: Outings, chosen: np.ndarray) -> Outings:
    """The chosen outings (ascending indices) alone; their keys are those of their own plate appearances."""
    counts = np.diff(outings.outing_starts)[chosen]
    pas = ragged(outings.outing_starts[chosen], counts)
    lengths = np.diff(outings.pa_starts)[pas]
    tokens = ragged(outings.pa_starts[pas], lengths)
    keys = np.sort(outings.pa_rows[pas])
    rows = outings.physics_row[tokens]
    kept = np.flatnonzero(np.bincount(rows, minlength=len(outings.physics)) > 0)
    kept = np.union1d(kept, [0])  # row 0 is the one of tokens without any
    return replace(
        outings,
        ids=outings.ids[tokens],
        physics=outings.physics[kept],
        physics_row=np.searchsorted(kept, rows).astype(np.int32),
        state=outings.state[tokens],
        pa_starts=starts_of(lengths),
        outing_starts=starts_of(counts),
        pa_rows=np.searchsorted(keys, outings.pa_rows[pas]),
        game_id=outings.game_id.take(keys),
        plate_appearance=outings.plate_appearance[keys],
    )


def held_out_masks(outings: Outings, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The outings to measure on and which of their plate appearances to hide: the same at every call."""
    generator = torch.Generator().manual_seed(seed + 200)
    chosen = torch.randperm(outings.outings, generator=generator)[:HELD_OUT_OUTINGS].sort().values.numpy()
    return chosen, draw_masked(outings, chosen, generator)


def measure(model: MaskedGamestate, outings: Outings, seed: int, *, physics: bool = True) -> dict[str, float]:
    """Mean nats per plate appearance by objective, `hidden_*` and `visible_*`, their numbers, and signs of collapse.

    Without physics every outing is read as one of a season that had none. Nothing is drawn but the masks of
    held_out_masks. `embedding_*` are of the visible plate appearances' embeddings, `words_*` of the table of words.
    """
    chosen, masked = held_out_masks(outings, seed)
    rows = arrange(outings, chosen, masked)
    dropped = np.full(len(rows.row_pas) - 1, not physics)
    sums: dict[str, float] = {}
    embeddings = []
    with torch.inference_mode():
        for which in groups(rows, PADDED_TOKENS):
            batch: OutingBatch = hide(collate(outings, rows, which), dropped[which])
            embedded = model.encoder(*moved(batch_tensors(batch), model.device))
            nats = cross_entropies(
                {name: head(embedded) for name, head in model.heads.items()}, targets_of(outings, batch.pas)
            )
            hidden = moved(torch.from_numpy(batch.collapsed), model.device)
            for name, value in nats.items():
                for label, part in (("hidden", hidden), ("visible", ~hidden)):
                    sums[f"{label}_{name}"] = sums.get(f"{label}_{name}", 0.0) + float(value[part].sum())
            embeddings.append(embedded[~hidden])
    counts = {"hidden": float(masked.sum()), "visible": float((~masked).sum())}
    metrics = {name: total / max(counts[name.split("_")[0]], 1.0) for name, total in sums.items()} | counts
    for name, vectors in (("embedding", torch.cat(embeddings)), ("words", model.encoder.words)):
        metrics[f"{name}_effective_rank"] = effective_rank(vectors)
        metrics[f"{name}_information_abundance"] = information_abundance(vectors)
    return metrics


def measured_both_ways(model: MaskedGamestate, measured: Outings, seed: int) -> dict[str, float]:
    """The metrics of `measure`, and those of hidden plate appearances without physics where there is any."""
    metrics = measure(model, measured, seed)
    if len(measured.physics) > 1:  # row 0 is that of tokens without physics
        blind = measure(model, measured, seed, physics=False)
        metrics |= {f"{name}_without_physics": value for name, value in blind.items() if name.startswith("hidden_")}
    return metrics


def bars(training: Outings, measured: Outings, seed: int) -> dict[str, float]:
    """What tables of frequencies score at the same hidden plate appearances, `base_outcome` and so on."""
    chosen, masked = held_out_masks(measured, seed)
    hidden = arrange(measured, chosen).pas[masked]
    tables = fit_frequencies(training).cross_entropies(measured, hidden)
    return {f"{lookup}_{name}": nats for lookup, by in tables.items() for name, nats in by.items()}


def lift(metrics: Mapping[str, float]) -> str:
    """The hidden objectives beside their bars, in words."""
    return ", ".join(
        f"{name} {metrics[f'hidden_{name}']:.4f} (base {metrics[f'base_{name}']:.4f}, hands and order "
        f"{metrics[f'hands_order_{name}']:.4f})"
        for name in OBJECTIVES
    )
