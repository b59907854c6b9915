"""Assets of the players' vectors: the decoder by cutoff, and the vectors that its weights make of all seasons."""

import dagster as dg

from fbm_pipeline.defs.declared_assets import declared_assets
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.defs.trainings import run_address, tracked, training_asset
from fbm_pipeline.player_vectors.tables import DECODER, PLAYER_VECTORS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store


def _train(store: Store, settings: Settings, cutoff: int) -> tuple[dg.DataVersion, Metadata]:
    from fbm_pipeline.player_vectors.decoder import decoder_inputs, train_decoder

    with tracked(settings, decoder_inputs(store, settings, cutoff), "decoder", "decoder") as observer:
        card = train_decoder(store, settings, cutoff, observer)
        url = observer.url
    metadata: Metadata = {
        "decoder": card.hash,
        "written": "skipped" if card.skipped else "trained",
        "checkpoint": dg.MetadataValue.path(str(card.folder)),
        **run_address(url),
        "nats on the games held out": markdown_table(("metric", "value"), sorted(card.metrics.items())),
    }
    return dg.DataVersion(card.weights), metadata


ASSETS = [training_asset(DECODER, _train), *declared_assets(PLAYER_VECTORS, kinds=("pytorch", "deltalake"))]
