"""The published systems in order of merit, for everything that people read: the best measured one comes first.

Merit is the RMSE of rates over the test seasons 2018-2024 (networks: 2019-2023), relative to the control's, as the
mean over the main statistics. Not here: which systems are made and scored (backtest.universes), what they are called.
"""

from collections.abc import Collection

BY_MERIT = (
    "control_full",  # -0.3 % among 500 to 1,200 opportunities in three seasons
    "control_minors",  # -0.2 % among the same
    "control_parks",  # -0.1 %
    "control",
    "control_physics",  # +0.1 %
    "ridge_minors",  # +1.3 %
    "ridge",  # +1.7 %
    "contextual",  # +3.4 %
    "ensemble",  # +3.4 %
    "mle",  # +3.7 %
    "marcel",  # +5.1 %
    "marcel_classic",  # +10.2 %
)


def in_order_of_merit(systems: Collection[str]) -> list[str]:
    """The given systems, the best first; those without a place here come last, by name."""
    return sorted(systems, key=lambda name: (BY_MERIT.index(name) if name in BY_MERIT else len(BY_MERIT), name))
