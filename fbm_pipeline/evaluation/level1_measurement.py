"""evaluation.level1: all that is measured of Level 1, put together from encoders, decoders, blocks and controls.

Belongs here: which measurement is made of what, in which order: the block is chosen on development seasons before the
test seasons are looked at. Not here: any measurement itself, the page (results).
"""

import logging
from collections.abc import Iterator, Mapping

import pyarrow as pa

from fbm_pipeline.controls.learned_controls import BLOCKS
from fbm_pipeline.evaluation.level1_sections import COLLAPSE, DECODER, NATS, PRETRAINING, TABLE
from fbm_pipeline.evaluation.useful_test import choose_block, useful_test
from fbm_pipeline.level1.encoder import EncoderCard, arms_of, load_encoder, load_pretraining, plan_of
from fbm_pipeline.level1.frequencies import LOOKUPS, fit_frequencies
from fbm_pipeline.level1.held_out import held_out_masks, measure
from fbm_pipeline.level1.outing_batches import arrange
from fbm_pipeline.level1.outings import concatenate, load_outings
from fbm_pipeline.nn.device import prepare
from fbm_pipeline.player_vectors.decoder import load_decoder
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.tables import Store, Written

Row = dict[str, object]
READS = (
    "features.learned_blocks",
    "features.control_rates",
    "core.season_lines",
    "core.plate_appearances",
    "core.pitches",
)
DECODER_ARMS = {"decoded": "vectors", "context": "lookup", "base": "base"}

logger = logging.getLogger("fbm_pipeline.evaluation")


def measure_level1(store: Store, settings: Settings) -> Written:
    """Write evaluation.level1 unless it was made from the same inputs.

    Raises EncoderError, DecoderError or EvaluationError where something that is measured was never made.
    """
    played_seasons = {int(part["season"]) for part in store.partitions("core.plate_appearances")}
    cutoffs = [plan.cutoff for plan in settings.preset.encoders if plan.cutoff in played_seasons]
    key = inputs_key(
        tables={name: store.content(name) for name in READS},
        code=code_key(f"{__name__}:measure_level1"),
        encoders=[load_encoder(settings, cutoff)[1].weights for cutoff in cutoffs],
        decoders=[load_decoder(settings, cutoff)[1].weights for cutoff in cutoffs],
        preset=settings.preset,
        kind=settings.data_kind,
    )
    return store.build(TABLE, {}, key, lambda: _measured(store, settings, cutoffs, played_seasons))


def _measured(store: Store, settings: Settings, cutoffs: list[int], played_seasons: set[int]) -> pa.Table:
    schema, preset = store.contracts[TABLE].schema, settings.preset
    blank: Row = {"low": None, "high": None, "holm": None, "verdict": None, "data": settings.data_kind}
    rows = [blank | row for cutoff in cutoffs for row in _of_cutoff(store, settings, cutoff, played_seasons)]
    development = useful_test(store, settings, preset.development_seasons, _blocks(settings, cutoffs[0]))
    chosen = choose_block(development, preset)
    logger.info("level 1: %s is the best block of the development seasons", chosen.name)
    tested = useful_test(
        store, settings, preset.test_seasons, _blocks(settings, cutoffs[1]), forms=(chosen.form,), chosen=chosen
    )
    parts = [pa.Table.from_pylist(rows, schema), development, tested]
    return pa.concat_tables([part.select(schema.names).cast(schema) for part in parts])


def _blocks(settings: Settings, cutoff: int) -> tuple[str, ...]:
    """The blocks that a cutoff has: those of its arms, and those that every cutoff has."""
    arms = arms_of(settings.preset, cutoff)
    return tuple(block for block in BLOCKS if block in arms or block in ("histogram", "vectors"))


def _of_cutoff(store: Store, settings: Settings, cutoff: int, played_seasons: set[int]) -> Iterator[Row]:
    _, card = load_encoder(settings, cutoff)
    yield from _nats(card.metrics, cutoff, f"{cutoff} from August", int(card.metrics["hidden"]))
    yield from _collapse(card)
    if cutoff + 1 in played_seasons:
        metrics = _next_season(store, settings, cutoff)
        yield from _nats(metrics, cutoff, str(cutoff + 1), int(metrics["hidden"]))
    _, decoder = load_decoder(settings, cutoff)
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


def _next_season(store: Store, settings: Settings, cutoff: int) -> dict[str, float]:
    """Nats of the season after the cutoff, and what tables of frequencies up to the cutoff score there."""
    prepare(settings.preset.threads, settings.device)
    model, _ = load_pretraining(settings, cutoff)
    plan = plan_of(settings.preset, cutoff)
    stored = {int(part["season"]) for part in store.partitions("core.plate_appearances")}
    seasons = sorted(season for season in stored if plan.first_season <= season <= cutoff)
    after = load_outings(store, cutoff + 1)
    metrics = measure(model, after, settings.preset.seed)
    chosen, masked = held_out_masks(after, settings.preset.seed)
    hidden = arrange(after, chosen).pas[masked]
    tables = fit_frequencies(concatenate([load_outings(store, season) for season in seasons]))
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
