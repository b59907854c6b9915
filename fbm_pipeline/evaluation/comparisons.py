"""Named comparisons: which systems are compared, on which seasons, and which pairs of them are tested.

Not here: the scores (scoring), the intervals of differences (pairs).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from fbm_pipeline.backtest.public import PUBLIC_SYSTEMS
from fbm_pipeline.backtest.universes import DEBUTS, TIERS


@dataclass(frozen=True)
class Comparison:
    """Systems scored on the players whom all of them project.

    `seasons` None means the preset's test seasons. A season in which one of the systems projects nobody is left out
    and named. `pairs` are (base, new); None means every two systems in their order.
    """

    name: str
    systems: tuple[str, ...]
    seasons: tuple[int, ...] | None = None
    pairs: tuple[tuple[str, str], ...] | None = None
    shown: tuple[str, ...] = ()  # the universes that a reader is shown first; none named: its own

    @property
    def universe(self) -> str:
        """`common` where somebody else's system takes part (the players whom all project), else `full`."""
        return "common" if set(self.systems) & set(PUBLIC_SYSTEMS) else "full"

    @property
    def tested(self) -> tuple[tuple[str, str], ...]:
        """The pairs (base, new) whose difference is tested."""
        return tuple(combinations(self.systems, 2)) if self.pairs is None else self.pairs


CONTROLS = Comparison(
    "controls",
    (
        "marcel_classic",
        "marcel",
        "ridge",
        "control_ridge",
        "control_trees",
        "control",
        "control_parks",
        "control_physics",
    ),
    pairs=(
        ("marcel_classic", "marcel"),
        ("marcel", "ridge"),
        ("ridge", "control"),
        ("marcel", "control"),
        ("control", "control_parks"),
        ("control", "control_physics"),
    ),
)
PUBLIC = Comparison(
    "public",
    ("marcel", "ridge", "control", "control_parks", "steamer", "zips", "atc", "depthcharts"),
    pairs=tuple((system, "control") for system in ("steamer", "zips", "atc", "depthcharts")),
)
NETWORK = Comparison(
    "network",
    ("marcel", "ridge", "control", "contextual", "ensemble"),
    pairs=(("marcel", "contextual"), ("ridge", "contextual"), ("control", "contextual"), ("control", "ensemble")),
)
# Measured physics begins in 2020: only these test seasons follow two seasons of it.
PHYSICS = Comparison("physics", ("control", "control_physics"), seasons=(2022, 2023, 2024))
# Who has no history, or a short one: what the minors add.
_SHORT_HISTORIES = (DEBUTS, *TIERS)
MINORS = Comparison(
    "minors",
    (
        "marcel",
        "ridge",
        "ridge_minors",
        "control",
        "control_minors",
        "control_full",
        "debut_mean",
        "component_factors",
        "mle",
    ),
    pairs=(
        ("debut_mean", "mle"),
        ("component_factors", "mle"),
        ("marcel", "mle"),
        ("ridge", "ridge_minors"),
        ("control", "control_minors"),
        ("mle", "control_minors"),
        ("control", "control_full"),
    ),
    shown=_SHORT_HISTORIES,
)
MINORS_PUBLIC = Comparison(
    "minors_public",
    ("control", "control_minors", "control_full", "mle", "steamer", "zips", "atc"),
    pairs=(
        ("steamer", "control"),
        ("steamer", "control_minors"),
        ("steamer", "control_full"),
        ("zips", "control_full"),
        ("atc", "control_full"),
        ("zips", "mle"),
    ),
    shown=_SHORT_HISTORIES,
)
# A network reads profiles with the minors: by history, beside the minors alone and the control with them.
NETWORK_MINORS = Comparison(
    "network_minors",
    ("marcel", "control", "mle", "control_minors", "contextual"),
    pairs=(("marcel", "contextual"), ("mle", "contextual"), ("control_minors", "contextual")),
    shown=tuple(TIERS),
)
REGISTERED = {item.name: item for item in (CONTROLS, PUBLIC, NETWORK, PHYSICS, MINORS, MINORS_PUBLIC, NETWORK_MINORS)}


def named(words: Sequence[str]) -> Comparison:
    """The registered comparison of that name, or one of the systems that the words name."""
    if len(words) == 1 and words[0] in REGISTERED:
        return REGISTERED[words[0]]
    return Comparison("+".join(words), tuple(words))
