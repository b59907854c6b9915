"""The published systems in order of merit, for everything that people read: the best measured one comes first.

Merit is the RMSE of rates over the test seasons 2018-2024 (networks: 2019-2023), relative to the control's, as the
mean over the main statistics: -0.7 % of the first, +9.6 % of the last. A test holds the order against
docs/results/scores.csv. Not here: which systems are made and scored (backtest.universes), what they are called.
"""

from collections.abc import Collection

BY_MERIT = (
    "control_full",
    "control_minors",
    "control_parks",
    "control",
    "control_physics",
    "ridge_minors",
    "ridge",
    "contextual",
    "ensemble",
    "mle",
    "marcel",
    "marcel_classic",
)


def in_order_of_merit(systems: Collection[str]) -> list[str]:
    """The given systems, the best first; those without a place here come last, by name."""
    return sorted(systems, key=lambda name: (BY_MERIT.index(name) if name in BY_MERIT else len(BY_MERIT), name))
