"""evaluation.level1: all that is measured of Level 1, put together from encoders, decoders, blocks and controls.

Belongs here: which measurement is made of what, in which order: the block is chosen on development seasons before the
test seasons are looked at. Not here: any measurement itself, the page (results).
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from fbm_pipeline.controls.learned_controls import BLOCKS
from fbm_pipeline.evaluation.learned_gains import choose_block, learned_gains
from fbm_pipeline.evaluation.level1_sections import COLLAPSE, DECODER, NATS, PRETRAINING
from fbm_pipeline.evaluation.tables import LEVEL1
from fbm_pipeline.level1.encoder import EncoderCard, arms_of, current_encoder, encoder_of, plan_of, pretrained_of
from fbm_pipeline.level1.frequencies import LOOKUPS, fit_frequencies
from fbm_pipeline.level1.held_out import held_out_masks, measure
from fbm_pipeline.level1.outing_batches import arrange
from fbm_pipeline.level1.outings import concatenate, cutoffs_with_outings, load_outings, seasons_with_outings
from fbm_pipeline.level1.tables import ENCODER
from fbm_pipeline.nn.checkpoint import Checkpoint
from fbm_pipeline.nn.device import prepare
from fbm_pipeline.player_vectors.decoder import current_decoder, decoder_of
from fbm_pipeline.player_vectors.tables import DECODER as DECODER_TRAINING
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.declarations import Trained
from fbm_pipeline.store.held_tables import Partition
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

Row = dict[str, object]
DECODER_ARMS = {"decoded": "vectors", "context": "lookup", "base": "base"}

logger = logging.getLogger("fbm_pipeline.evaluation")


def current_encoders(store: Store, settings: Settings, partition: Partition) -> Trained:
    """The finished encoders in use, by cutoff; raises as load_encoder does."""
    return _by_cutoff(store, settings, current_encoder)


def current_decoders(store: Store, settings: Settings, partition: Partition) -> Trained:
    """The finished decoders, by cutoff; raises as load_decoder does."""
    return _by_cutoff(store, settings, current_decoder)


def _by_cutoff(store: Store, settings: Settings, current: Callable[[Store, Settings, Partition], Trained]) -> Trained:
    """The trainings of all cutoffs of the preset whose season is stored, in the preset's order."""
    by_cutoff = {
        cutoff: current(store, settings, {"cutoff": cutoff}) for cutoff in cutoffs_with_outings(store, settings)
    }
    weights = inputs_key(**{str(cutoff): training.weights for cutoff, training in by_cutoff.items()})
    return Trained(weights, {cutoff: training.checkpoint for cutoff, training in by_cutoff.items()})


def level1(inputs: Inputs) -> pa.Table:
    """All measurements. Raises EvaluationError where something that is measured was never made."""
    schema, settings = LEVEL1.schema, inputs.settings
    cutoffs = list(inputs.trained(ENCODER.name).checkpoint)
    blank: Row = {"low": None, "high": None, "holm": None, "verdict": None, "data": settings.data_kind}
    rows = [blank | row for cutoff in cutoffs for row in _of_cutoff(inputs, cutoff)]
    preset, kind = settings, settings.data_kind  # of the preset the fields that are declared
    development = learned_gains(inputs, preset, kind, preset.development_seasons, _blocks(preset, cutoffs[0]))
    chosen = choose_block(development, preset)
    logger.info("level 1: %s is the best block of the development seasons", chosen.name)
    tested = learned_gains(
        inputs, preset, kind, preset.test_seasons, _blocks(preset, cutoffs[1]), forms=(chosen.form,), chosen=chosen
    )
    parts = [pa.Table.from_pylist(rows, schema), development, tested]
    return pa.concat_tables([part.select(schema.names).cast(schema) for part in parts])


def _blocks(preset: Any, cutoff: int) -> tuple[str, ...]:
    """The blocks that a cutoff has: those of its arms, and those that every cutoff has."""
    arms = arms_of(preset, cutoff)
    return tuple(block for block in BLOCKS if block in arms or block in ("histogram", "vectors"))


def _of_cutoff(inputs: Inputs, cutoff: int) -> Iterator[Row]:
    checkpoint = inputs.trained(ENCODER.name).checkpoint[cutoff]
    _, card = encoder_of(checkpoint)
    yield from _nats(card.metrics, cutoff, f"{cutoff} from August", int(card.metrics["hidden"]))
    yield from _collapse(card)
    if cutoff + 1 in seasons_with_outings(inputs):
        metrics = _next_season(inputs, checkpoint, cutoff)
        yield from _nats(metrics, cutoff, str(cutoff + 1), int(metrics["hidden"]))
    _, decoder = decoder_of(inputs.trained(DECODER_TRAINING.name).checkpoint[cutoff])
    for name, value in sorted(decoder.metrics.items()):
        kind, _, head = name.partition("_")
        yield _row(DECODER, cutoff, DECODER_ARMS[kind], f"{cutoff} from August", head, NATS, value, 0)


def _nats(metrics: Mapping[str, float], cutoff: int, seasons: str, n: int) -> Iterator[Row]:
    for name, value in sorted(metrics.items()):
        for prefix in ("hidden", *sorted(LOOKUPS, key=len, reverse=True)):
            if name.startswith(f"{prefix}_"):
                stat = name.removeprefix(f"{prefix}_")
                blind = stat.endswith("_without_physics")
                arm = {"hidden": "masked_without_physics" if blind else "masked"}.get(prefix, prefix)
                stat = stat.removesuffix("_without_physics")
                yield _row(PRETRAINING, cutoff, arm, seasons, stat, NATS, value, n)
                break


def _collapse(card: EncoderCard) -> Iterator[Row]:
    for epoch, metrics in enumerate(card.history, start=1):
        for name, value in sorted(metrics.items()):
            if name.startswith(("embedding_", "words_")):
                yield _row(
                    COLLAPSE, card.cutoff, card.arm, f"{card.cutoff} from August", f"epoch_{epoch}", name, value, 0
                )


def _next_season(inputs: Inputs, checkpoint: Checkpoint, cutoff: int) -> dict[str, float]:
    """Nats of the season after the cutoff, and what tables of frequencies up to the cutoff score there."""
    settings = inputs.settings
    prepare(settings.threads, settings.device)
    model, _ = pretrained_of(checkpoint)
    first = plan_of(settings, cutoff).first_season
    seasons = sorted(season for season in seasons_with_outings(inputs) if first <= season <= cutoff)
    after = load_outings(inputs, cutoff + 1)
    metrics = measure(model, after, settings.seed)
    chosen, masked = held_out_masks(after, settings.seed)
    hidden = arrange(after, chosen).pas[masked]
    tables = fit_frequencies(concatenate([load_outings(inputs, season) for season in seasons]))
    for lookup, by in tables.cross_entropies(after, hidden).items():
        metrics |= {f"{lookup}_{name}": nats for name, nats in by.items()}
    return metrics


def _row(section: str, cutoff: int, arm: str, seasons: str, stat: str, measured: str, value: float, n: int) -> Row:
    return {
        "section": section,
        "cutoff": cutoff,
        "arm": arm,
        "reference": "",
        "seasons": seasons,
        "player_type": "",
        "stat": stat,
        "measure": measured,
        "value": float(value),
        "n": n,
    }
