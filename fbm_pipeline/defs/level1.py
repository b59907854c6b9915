"""Assets of Level 1: encoders and decoders by cutoff, what they make of every season, and what that is worth.

The partition of what is trained is its cutoff, the last season that it may see. Trainings are tracked by MLflow under
a key that names their inputs, so that a resumed one has one history. Not here: the networks above (training).
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.automation import WHEN_INPUTS_CHANGE
from fbm_pipeline.defs.code_versions import code_version
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.defs.network import ONCE_MORE, TRAINER_POOL, run_address
from fbm_pipeline.defs.partitions import EVERY_SEASON, ONE_RUN, SEASON, UP_TO, seasons_of
from fbm_pipeline.defs.recording import record_season, seasons_recorded
from fbm_pipeline.defs.table_assets import OWNERS, dependency, season_table, whole
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written, inputs_key

if TYPE_CHECKING:
    from fbm_pipeline.level1.encoder import EncoderCard
    from fbm_pipeline.player_vectors.decoder import DecoderCard

GROUP = "level1"
_SOURCES = ("core/pitches", "core/plate_appearances", "core/plate_appearance_details", "core/batted_balls")
_ENCODER_CODE = ("level1", "nn")
_DECODER_CODE = ("player_vectors", "nn")
_BLOCK_CODE = ("controls.learned_blocks", "level1.principal_components", "level1.token_histogram")


def cutoffs(store: Store, settings: Settings) -> Collection[int]:
    """The preset's cutoffs that the store holds the season of."""
    held = _seasons(store, settings)
    return [plan.cutoff for plan in settings.preset.encoders if plan.cutoff in held]


def _seasons(store: Store, settings: Settings) -> Collection[int]:
    return {int(part["season"]) for part in store.partitions("core.plate_appearances")}


@dg.asset(
    key=["models", "encoder"], group_name=GROUP, owners=OWNERS, kinds={"pytorch", "mlflow"},
    description="The pitch encoder of a cutoff, pre-trained on masked gamestates, and those it is compared with.",
    code_version=code_version(_ENCODER_CODE), partitions_def=SEASON, backfill_policy=ONE_RUN,
    deps=[dependency(key, UP_TO) for key in (*_SOURCES, "core/games")],
    automation_condition=WHEN_INPUTS_CHANGE, pool=TRAINER_POOL, retry_policy=ONCE_MORE,
)  # fmt: skip
def encoder(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:
    from fbm_pipeline.level1.encoder import arms_of

    store, settings = workplace.store, workplace.settings
    physics = settings.preset.physics_encoder
    possible = {*cutoffs(store, settings), *([physics.cutoff] if physics else [])} & {*_seasons(store, settings)}
    for cutoff in seasons_of(context):
        if cutoff in possible:
            cards = [_encoder(store, settings, cutoff, arm) for arm in arms_of(settings.preset, cutoff)]
            version = dg.DataVersion(inputs_key(weights=[card.weights for card, _ in cards]))
            record_season(context, cutoff, version, _encoder_metadata(cards))
    return seasons_recorded()


def _encoder(store: Store, settings: Settings, cutoff: int, arm: str) -> tuple["EncoderCard", str | None]:
    from fbm_pipeline.level1.encoder import content_of, plan_of, train_encoder
    from fbm_pipeline.tracking.mlflow_observer import open_run

    plan = plan_of(settings.preset, cutoff)
    seasons = sorted(season for season in _seasons(store, settings) if plan.first_season <= season <= cutoff)
    data = inputs_key(content=[content_of(store, season) for season in seasons])
    key = inputs_key(data=data, code=code_version(_ENCODER_CODE), preset=settings.preset, arm=arm, cutoff=cutoff)[:12]
    tags = {"fbm.data_hash": data, "fbm.code_hash": code_version(_ENCODER_CODE), "fbm.season": str(cutoff)}
    name = f"{arm}-{settings.preset.name}-{cutoff}-{key}"
    with open_run(settings, kind="encoder", run_key=name, tags=tags) as observer:
        return train_encoder(store, settings, cutoff, observer, arm), observer.url


def _content(store: Store, tables: Sequence[str], cutoff: int) -> str:
    """Hash of what the tables hold of the seasons up to a cutoff."""
    held = {int(part["season"]) for part in store.partitions("core.plate_appearances")}
    seasons = sorted(season for season in held if season <= cutoff)
    return inputs_key(content=[store.content(name, {"season": season}) for season in seasons for name in tables])


def _encoder_metadata(cards: list[tuple["EncoderCard", str | None]]) -> Metadata:
    card, url = cards[0]
    names = sorted(card.metrics)
    rows = [[name, *(other.metrics.get(name, "") for other, _ in cards)] for name in names]
    return {
        "encoder": card.hash, "written": "skipped" if card.skipped else "trained",
        "checkpoint": dg.MetadataValue.path(str(card.folder)), **run_address(url),
        "numbers seen": ", ".join(card.numerics_seen) or "none",
        "nats per hidden plate appearance of the games held out": markdown_table(
            ("metric", *(other.arm for other, _ in cards)), rows
        ),
        "by epoch": markdown_table(names, [[epoch.get(name, "") for name in names] for epoch in card.history]),
    }  # fmt: skip


def _embed(store: Store, settings: Settings, season: int) -> list[Written]:
    from fbm_pipeline.level1.embedding import embed_season, seasons_served

    held = _seasons(store, settings)
    return [
        written
        for cutoff in cutoffs(store, settings)
        if season in seasons_served(settings.preset, cutoff, held)
        for written in embed_season(store, settings, cutoff, season)
    ]


def _season_means(store: Store, settings: Settings, season: int) -> list[Written]:
    from fbm_pipeline.level1.embedding import seasons_served
    from fbm_pipeline.level1.encoder import arms_of
    from fbm_pipeline.level1.season_arms import build_season_embeddings

    held = _seasons(store, settings)
    return [
        build_season_embeddings(store, settings, arm, cutoff, season)
        for cutoff in cutoffs(store, settings)
        if season in seasons_served(settings.preset, cutoff, held)
        for arm in arms_of(settings.preset, cutoff)
    ]


_EMBEDDINGS = season_table(
    "models/pa_embeddings", "models.pa_embeddings", _embed,
    group=GROUP, code=_ENCODER_CODE, seasons=_seasons, kinds=("pytorch", "deltalake"),
    description="Each plate appearance of the season as the frozen encoders of later use see it.",
    deps=[dependency("models/encoder", EVERY_SEASON), *map(dependency, _SOURCES)],
)  # fmt: skip

_SEASON_EMBEDDINGS = season_table(
    "models/season_embeddings", "models.season_embeddings", _season_means,
    group=GROUP, code=_ENCODER_CODE, seasons=_seasons,
    kinds=("pytorch", "deltalake"),
    description="The mean of each player's plate appearances, by the encoder in use and by those beside it.",
    deps=[dependency("models/encoder", EVERY_SEASON), dependency("models/pa_embeddings")],
)  # fmt: skip


@dg.asset(
    key=["models", "decoder"], group_name=GROUP, owners=OWNERS, kinds={"pytorch", "mlflow"},
    description="What every pitch and plate appearance says through a batter's and a pitcher's vector, by cutoff.",
    code_version=code_version(_DECODER_CODE), partitions_def=SEASON, backfill_policy=ONE_RUN,
    deps=[dependency(key, UP_TO) for key in ("core/pitches", "core/plate_appearances", "core/batted_balls")],
    automation_condition=WHEN_INPUTS_CHANGE, pool=TRAINER_POOL, retry_policy=ONCE_MORE,
)  # fmt: skip
def decoder(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:
    store, settings = workplace.store, workplace.settings
    for cutoff in seasons_of(context):
        if cutoff in cutoffs(store, settings):
            card, url = _decoder(store, settings, cutoff)
            metadata: Metadata = {
                "decoder": card.hash, "written": "skipped" if card.skipped else "trained",
                "checkpoint": dg.MetadataValue.path(str(card.folder)), **run_address(url),
                "nats on the games held out": markdown_table(("metric", "value"), sorted(card.metrics.items())),
            }  # fmt: skip
            record_season(context, cutoff, dg.DataVersion(card.weights), metadata)
    return seasons_recorded()


def _decoder(store: Store, settings: Settings, cutoff: int) -> tuple["DecoderCard", str | None]:
    from fbm_pipeline.player_vectors.decoder import train_decoder
    from fbm_pipeline.tracking.mlflow_observer import open_run

    data = _content(store, ("core.pitches", "core.plate_appearances", "core.batted_balls"), cutoff)
    key = inputs_key(data=data, code=code_version(_DECODER_CODE), preset=settings.preset, cutoff=cutoff)[:12]
    tags = {"fbm.data_hash": data, "fbm.code_hash": code_version(_DECODER_CODE), "fbm.season": str(cutoff)}
    with open_run(
        settings, kind="decoder", run_key=f"decoder-{settings.preset.name}-{cutoff}-{key}", tags=tags
    ) as observer:
        return train_decoder(store, settings, cutoff, observer), observer.url


def _vectors(store: Store, settings: Settings, cutoff: int) -> Written:
    from fbm_pipeline.player_vectors.player_vectors import build_player_vectors

    return build_player_vectors(store, settings, cutoff)


_VECTORS = season_table(
    "models/player_vectors", "models.player_vectors", _vectors,
    group=GROUP, code=_DECODER_CODE, seasons=cutoffs, kinds=("pytorch", "deltalake"),
    description="Each player's vector and its uncertainty as of 1 March of every season, by the decoder of a cutoff.",
    deps=[
        dependency("models/decoder"),
        *(dependency(key, EVERY_SEASON) for key in ("core/pitches", "core/plate_appearances", "core/batted_balls")),
    ],
)  # fmt: skip


def _blocks(store: Store, settings: Settings, cutoff: int) -> list[Written]:
    from fbm_pipeline.controls.learned_blocks import build_block
    from fbm_pipeline.level1.encoder import arms_of

    blocks = (*arms_of(settings.preset, cutoff), "histogram", "vectors")
    return [build_block(store, settings, block, cutoff) for block in blocks]


_BLOCKS = season_table(
    "features/learned_blocks", "features.learned_blocks", _blocks,
    group=GROUP, code=_BLOCK_CODE, seasons=cutoffs, kinds=("deltalake",),
    description="What the games of every season say of each player, in at most 24 numbers, by block and cutoff.",
    deps=[
        dependency("models/player_vectors"),
        dependency("models/season_embeddings", EVERY_SEASON),
        dependency("core/pitches", EVERY_SEASON),
    ],
)  # fmt: skip


def _measured(store: Store, settings: Settings) -> Written:
    from fbm_pipeline.evaluation.level1_measurement import measure_level1

    return measure_level1(store, settings)


_MEASURED = whole(
    "evaluation/level1", "evaluation.level1", _measured,
    group=GROUP, code=("evaluation", "level1"),
    kinds=("pytorch", "deltalake"),
    description="Whether anything learnt makes the control better, and what the encoders and decoders have learnt.",
    deps=[
        dependency("features/learned_blocks"), dependency("core/season_lines"),
        *(dependency(f"{player_type}/control_rates") for player_type in PLAYER_TYPES),
    ],
)  # fmt: skip

ASSETS = [encoder, _EMBEDDINGS, _SEASON_EMBEDDINGS, decoder, _VECTORS, _BLOCKS, _MEASURED]
