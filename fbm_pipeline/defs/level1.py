"""Assets of Level 1: encoders by cutoff, and what they make of every season."""

from typing import TYPE_CHECKING

import dagster as dg

from fbm_pipeline.defs.declared_assets import declared_season_table
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.defs.trainings import run_address, tracked, training_asset
from fbm_pipeline.level1.tables import ENCODER, PA_EMBEDDINGS, SEASON_EMBEDDINGS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.making import make
from fbm_pipeline.store.tables import Store, Written

if TYPE_CHECKING:
    from fbm_pipeline.level1.encoder import EncoderCard


def _train(store: Store, settings: Settings, cutoff: int) -> tuple[dg.DataVersion, Metadata]:
    """All arms of a cutoff, the one in use first."""
    from fbm_pipeline.level1.encoder import arms_of, encoder_inputs, train_encoder

    cards = []
    for arm in arms_of(settings.preset, cutoff):
        with tracked(settings, encoder_inputs(store, settings, cutoff, arm), "encoder", arm) as observer:
            cards.append((train_encoder(store, settings, cutoff, observer, arm), observer.url))
    return dg.DataVersion(inputs_key(weights=[card.weights for card, _ in cards])), _described(cards)


def _described(cards: list[tuple["EncoderCard", str | None]]) -> Metadata:
    card, url = cards[0]
    names = sorted(card.metrics)
    rows = [[name, *(other.metrics.get(name, "") for other, _ in cards)] for name in names]
    measured = markdown_table(("metric", *(other.arm for other, _ in cards)), rows)
    epochs = [[epoch.get(name, "") for name in names] for epoch in card.history]
    return {
        "encoder": card.hash,
        "written": "skipped" if card.skipped else "trained",
        "checkpoint": dg.MetadataValue.path(str(card.folder)),
        **run_address(url),
        "numbers seen": ", ".join(card.numerics_seen) or "none",
        "nats per hidden plate appearance of the games held out": measured,
        "by epoch": markdown_table(names, epochs),
    }


def _embed(store: Store, settings: Settings, season: int) -> list[Written]:
    from fbm_pipeline.level1.embeddings import cutoffs_serving, embed_season

    return [
        written
        for cutoff in cutoffs_serving(store, settings.preset, season)
        for written in embed_season(store, settings, cutoff, season)
    ]


def _season_means(store: Store, settings: Settings, season: int) -> list[Written]:
    from fbm_pipeline.level1.embeddings import cutoffs_serving
    from fbm_pipeline.level1.encoder import arms_of

    return [
        make(store, SEASON_EMBEDDINGS, {"arm": arm, "cutoff": cutoff, "season": season}, settings)
        for cutoff in cutoffs_serving(store, settings.preset, season)
        for arm in arms_of(settings.preset, cutoff)
    ]


ASSETS = [
    training_asset(ENCODER, _train),
    declared_season_table(PA_EMBEDDINGS, _embed, kinds=("pytorch", "deltalake")),
    declared_season_table(SEASON_EMBEDDINGS, _season_means, kinds=("pytorch", "deltalake")),
]
