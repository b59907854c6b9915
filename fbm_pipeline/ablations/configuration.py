"""What a cell of an ablation fits: a network, or a control with some families of columns.

An ablation is a difference from a reference. Not here: which differences have names (registry), a network's fields
(presets.network), the seed and the fold (plan).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.presets.network import ConfigurationError, Network

FAMILIES = ("discipline", "battedball", "spray", "platoon", "opposition", "recency", "context")


class AblationError(EvaluationError):
    """An ablation, plan or cell that cannot be as it is asked for; the message says what to do next."""


@dataclass(frozen=True)
class Control:
    """The control's ridge, by the families of columns that it reads beside season lines."""

    families: tuple[str, ...] = ()  # some of FAMILIES in their order

    def __post_init__(self) -> None:
        if tuple(name for name in FAMILIES if name in self.families) != self.families:
            raise ConfigurationError(
                f"families is {self.families!r}, expected some of {', '.join(FAMILIES)} in that order, each once"
            )


Configuration = Network | Control


def model_of(configuration: Configuration) -> str:
    """The name of what is fitted: `network` or `control`."""
    return "network" if isinstance(configuration, Network) else "control"


def changed(configuration: Configuration, changes: Mapping[str, object]) -> Configuration:
    """The configuration with some fields changed. Raises ConfigurationError for an unknown or unchanged field."""
    if isinstance(configuration, Network):
        return configuration.changed(**changes)
    same = [name for name in changes if changes[name] == getattr(configuration, name, None)]
    if same or set(changes) - {"families"}:
        raise ConfigurationError(f"{dict(changes)} is no change of {configuration}; a control's change is of families")
    return replace(configuration, **changes)  # type: ignore[arg-type]


def key_parts(configuration: Configuration) -> dict[str, object]:
    """What the key of a cell knows of its configuration: a network's fields only where they are not the defaults."""
    if isinstance(configuration, Network):
        return {"model": "network", **configuration.differences()}
    return {"model": "control", "families": list(configuration.families)}


def described(configuration: Configuration) -> dict[str, object]:
    """All fields as plain values, for cards and trackers."""
    if isinstance(configuration, Network):
        return {"model": "network", **configuration.as_plain()}
    return key_parts(configuration)
