"""The networks of Levels 2 and 3 and their table: what each fold projects for its validation and its test season.

Both end before the test season: a training reads up to the season that it is stopped on, a projection up to the season
before. What is as of a date of the test season itself is read by the projection alone, and it reads no outcome.
"""

from collections.abc import Mapping
from dataclasses import replace

from fbm_pipeline.level1.tables import ENCODER, OUTINGS
from fbm_pipeline.presets.network import Network, trains_level1
from fbm_pipeline.store.columns import AS_OF, MLBAM_ID, PLAYER_TYPE, SEASON, STATISTIC, SYSTEM, TRAINED_UNTIL, Column
from fbm_pipeline.store.declarations import Table, Training
from fbm_pipeline.store.windows import Window, seasons_before, seasons_up_to, whole

_PARTITION = ("player_type", "fold")
_FEATURES = ("features.marcel_rates", "features.stat_profiles", "features.archetypes")
# What shapes a network and what it makes of a player; the fold is planned.
_SETTINGS = ("network", "archetypes", "threads", "device", "train_seasons", "validation_season", "cutoff")
_EMBEDDINGS = "models.pa_embeddings"

# Of the players' games: those in the windows, and of a training those that happened after them.
_WINDOWS_LEARNT = seasons_before(since="first_history", until="last_history")
_LEARNT = seasons_before(since="first_history", until="validation_season")
_SAMPLES_LEARNT = seasons_before(since="first_target", until="validation_season")
_WINDOWS_PROJECTED = seasons_before(since="first_history")
_SAMPLES_PROJECTED = seasons_up_to(since="validation_season")

NETWORK = Training(
    "models.network",
    description="Levels 2 and 3: the network of one test season, trained on seasons before it.",
    reads={
        "core.games": _LEARNT,
        "core.plate_appearances": _WINDOWS_LEARNT,
        "core.player_games": _LEARNT,
        "core.season_lines": _SAMPLES_LEARNT,
        _EMBEDDINGS: _WINDOWS_LEARNT,
        **dict.fromkeys(_FEATURES, _SAMPLES_LEARNT),
    },
    settings=(*_SETTINGS, "first_history", "last_history", "first_target"),
    code=("fbm_pipeline.network.fold_training:trained",),
    current="fbm_pipeline.network.fold_training:current_network",
    partition_by=_PARTITION,
    plan="fbm_pipeline.network.folds:planned_training",
    trained=(ENCODER,),
    seasons="fbm_pipeline.network.folds:fold_seasons",
)

PREDICTIONS = Table(
    "models.predictions",
    grain="one row per fold, season, player, side of the ball, system and statistic",
    description="What Marcel and the network project for the validation and the test season of a fold.",
    columns=(
        Column("fold", "i16", "season", "the test season of the fold"),
        Column("split", "str", "word", "`validation`, on which the network was stopped, or `test`"),
        SEASON,
        PLAYER_TYPE,
        AS_OF,
        MLBAM_ID,
        SYSTEM,
        STATISTIC,
        Column("rate", "f64", "of the statistic", "the projected rate, in the statistic's own scale"),
        Column("concentration", "f64", "denominators", "how sure the rate is, as opportunities", nullable=True),
        TRAINED_UNTIL,
    ),
    key=("fold", "season", "player_type", "mlbam_id", "system", "statistic"),
    partition_by=_PARTITION,
    reads={
        "core.games": _WINDOWS_PROJECTED,
        "core.plate_appearances": _WINDOWS_PROJECTED,
        "core.player_games": _WINDOWS_PROJECTED,
        _EMBEDDINGS: _WINDOWS_PROJECTED,
        **dict.fromkeys(_FEATURES, _SAMPLES_PROJECTED),
    },
    settings=(*_SETTINGS, "first_history", "tune_until"),
    build="fbm_pipeline.network.projection:predictions",
    plan="fbm_pipeline.network.folds:planned_projection",
    trained=(NETWORK,),
    seasons="fbm_pipeline.network.folds:fold_seasons",
)

TABLES = (PREDICTIONS,)


def training_of(network: Network) -> Training:
    """The training of a network, with what its configuration reads beside NETWORK's tables."""
    reads = _reads(network, NETWORK.reads, _SAMPLES_LEARNT, seasons_before(until="validation_season"))
    return replace(NETWORK, reads=reads)


def predictions_of(network: Network) -> Table:
    """The projections of a network, with what its configuration reads beside PREDICTIONS' tables."""
    reads = _reads(network, PREDICTIONS.reads, _SAMPLES_PROJECTED, seasons_before())
    encodes = _encodes(network)
    return replace(PREDICTIONS, reads=reads, trained=(NETWORK, ENCODER) if encodes else (NETWORK,))


def _encodes(network: Network) -> bool:
    """Whether plate appearances are encoded anew: the cache holds those of the frozen encoder in use alone."""
    return trains_level1(network) or network.encoder != "masked"


def _reads(network: Network, always: Mapping[str, Window], samples: Window, career: Window) -> dict[str, Window]:
    reads = dict(always)
    if network.prior == "mle":
        reads["features.mle_rates"] = samples
    if network.identity == "majors":  # profiles are made again, from whole careers
        once = ("features.marcel_constants", "features.archetype_centroids", "core.players")
        reads |= dict.fromkeys(("core.player_games", "core.season_lines"), career) | dict.fromkeys(once, whole())
    if _encodes(network):
        reads |= dict.fromkeys(OUTINGS, reads.pop(_EMBEDDINGS))
    return reads
