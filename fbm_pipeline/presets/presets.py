"""How large a run is and on which seasons: the presets, by name.

Not here: which preset a run has (settings), and what makes one network differ from another (network).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fbm_pipeline.presets.network import Network


@dataclass(frozen=True)
class EncoderPlan:
    """The seasons that one Level 1 encoder, and one decoder of player vectors, learns from."""

    cutoff: int  # last season it may see anything of; it serves target seasons after it
    first_season: int
    arms: tuple[str, ...] = ()  # encoders beside the one in use, for comparison: untrained


@dataclass(frozen=True)
class Preset:
    """How large one run is. Every field changes the run; seeds and thread counts are recorded with it.

    Seasons are target seasons: a model for season T learns from targets before T only.
    """

    name: str
    tune_until: int  # last target season for Marcel's constants, archetype centroids and Level 1 (inclusive)
    development_seasons: tuple[int, ...]  # every choice is made on these
    test_seasons: tuple[int, ...]  # reported once per finished configuration, never chosen on
    network_seasons: tuple[int, ...]  # the test seasons with a network, each trained on seasons before it
    projection_season: int  # the season that publish.projections looks ahead to
    # Level 1
    encoders: tuple[EncoderPlan, ...]  # by cutoff, ascending
    level1_width: int
    level1_embedding: int  # width of a stored plate-appearance embedding
    level1_precision: str  # of the blocks' arithmetic: float32 or bfloat16
    level1_layers: int
    level1_heads: int
    pretrain_steps: int
    pretrain_batch: int  # outings in a batch
    # Levels 2 and 3
    network: Network
    archetypes: int  # kinds of players, of each type
    min_train_opportunities: int  # PA or BF that a target of a fit by statistic needs (training only, never scoring)
    threads: int
    seed: int


# What a newcomer meets: every asset in two minutes, over a league of 2020-2024.
_DEMO = Preset(
    name="demo",
    tune_until=2021,
    development_seasons=(2022,),
    test_seasons=(2023, 2024),
    network_seasons=(2024,),
    projection_season=2025,
    encoders=(EncoderPlan(2021, 2020, ("untrained",)), EncoderPlan(2022, 2020, ("untrained",))),
    level1_width=16,
    level1_embedding=8,
    level1_precision="float32",
    level1_layers=1,
    level1_heads=2,
    pretrain_steps=24,
    pretrain_batch=16,
    network=Network(
        batter_games=8, pitcher_games=4, width=16, heads=2, train_from=2021, epochs=1, patience=1, min_opportunities=30
    ),
    archetypes=4,
    min_train_opportunities=30,
    threads=2,
    seed=11,
)
# The smallest that exercises every asset: for tests, over a league of 2021-2024.
_TINY = replace(
    _DEMO,
    name="tiny",
    tune_until=2022,
    development_seasons=(2023,),
    test_seasons=(2024,),
    encoders=(EncoderPlan(2022, 2021, ("untrained",)), EncoderPlan(2024, 2021)),
    pretrain_steps=2,
    pretrain_batch=8,
    network=replace(_DEMO.network, batter_games=4, pitcher_games=3, train_from=2022, min_opportunities=20),
    archetypes=3,
    min_train_opportunities=20,
    threads=1,
)
# The simulated league of eleven seasons, with networks and encoders of several cutoffs.
_LARGE = Preset(
    name="large",
    tune_until=2020,
    development_seasons=(2018, 2019),
    test_seasons=(2021, 2022, 2023, 2024),
    network_seasons=(2023, 2024),
    projection_season=2025,
    encoders=(
        EncoderPlan(2017, 2014, ("untrained",)),
        EncoderPlan(2020, 2014, ("untrained",)),
        EncoderPlan(2024, 2014),
    ),
    level1_width=32,
    level1_embedding=16,
    level1_precision="float32",
    level1_layers=1,
    level1_heads=2,
    pretrain_steps=100,
    pretrain_batch=32,
    network=Network(
        batter_games=16, pitcher_games=8, width=32, heads=2, train_from=2018, epochs=2, min_opportunities=50
    ),
    archetypes=6,
    min_train_opportunities=50,
    threads=2,
    seed=11,
)
_REAL = Preset(
    name="real",
    tune_until=2017,
    development_seasons=tuple(range(2010, 2018)),
    test_seasons=(2018, 2019, 2021, 2022, 2023, 2024),
    network_seasons=(2019, 2021, 2022, 2023),
    projection_season=2025,
    encoders=(
        EncoderPlan(2009, 2000, ("untrained",)),
        EncoderPlan(2017, 2000, ("untrained",)),
        EncoderPlan(2024, 2010),
    ),
    level1_width=384,
    level1_embedding=64,
    level1_precision="bfloat16",
    level1_layers=3,
    level1_heads=6,
    pretrain_steps=250,
    pretrain_batch=384,
    network=Network(),
    archetypes=8,
    min_train_opportunities=100,
    threads=2,
    seed=11,
)

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in (_TINY, _DEMO, _LARGE, _REAL)}
