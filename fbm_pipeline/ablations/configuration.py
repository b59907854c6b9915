"""Everything that the result of one ablation cell depends on beside its data, its code, its fold and its seed.

An ablation is a difference from a reference configuration. Not here: which differences have names (registry), what
a switch does to the inputs (inputs), the seed and the fold (plan).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.settings import Preset

MODELS = ("network", "control")
SEQUENCES = ("games", "shuffled", "game_mean", "window_mean", "none", "empty")
IDENTITIES = ("both", "profile", "archetype", "none", "shuffled", "majors")
PRIORS = ("marcel", "marcel_classic", "league", "mle")
HORIZONS_READ = ("career", "three_year", "one_year", "thirty_day", "prior")
FAMILIES = ("discipline", "battedball", "spray", "platoon", "opposition", "recency", "context")

# Fields that a preset holds too: a network cell is trained under the preset with these put in.
PRESET_FIELDS = (
    "train_from", "width", "layers", "heads", "batter_games", "pitcher_games", "epochs", "patience", "batch",
    "learning_rate", "archetypes", "min_train_opportunities", "threads",
)  # fmt: skip
# Fields that the run key knows only where they are not these defaults: cells that do not read them keep their keys.
SILENT: Mapping[str, object] = {}


class AblationError(EvaluationError):
    """An ablation, plan or cell that cannot be as it is asked for; the message says what to do next."""


class ConfigurationError(AblationError):
    """A configuration that cannot be run; the message says which field, what was found and what is legal."""


@dataclass(frozen=True)
class Configuration:
    """One system to be fitted and applied to a season. Every field changes the run key of its cells."""

    model: str  # one of MODELS
    # The network's inputs (see inputs.py for what each word does)
    sequence: str = "games"  # one of SEQUENCES
    identity: str = "both"  # one of IDENTITIES
    horizons: tuple[str, ...] = HORIZONS_READ  # groups of the profile that are left in
    prior: str = "marcel"  # one of PRIORS: the rates that the network adjusts
    # The control's inputs beside its season lines
    families: tuple[str, ...] = ()  # of FAMILIES
    # The network's settings, as in settings.Preset
    train_from: int = 2003
    width: int = 64
    layers: int = 1
    heads: int = 4
    batter_games: int = 40
    pitcher_games: int = 20
    epochs: int = 4
    patience: int = 2
    batch: int = 64
    learning_rate: float = 1e-3
    archetypes: int = 8
    min_train_opportunities: int = 100
    threads: int = 2

    def __post_init__(self) -> None:
        words = {"model": MODELS, "sequence": SEQUENCES, "identity": IDENTITIES, "prior": PRIORS}
        wrong = [
            f"{name} is {getattr(self, name)!r}, expected one of {', '.join(legal)}"
            for name, legal in words.items()
            if getattr(self, name) not in legal
        ]
        for name, legal in (("horizons", HORIZONS_READ), ("families", FAMILIES)):
            found = getattr(self, name)
            if tuple(item for item in legal if item in found) != found:
                wrong.append(f"{name} is {found!r}, expected some of {', '.join(legal)} in that order, each once")
        if wrong:
            raise ConfigurationError("; ".join(wrong))

    def difference(self, changes: Mapping[str, object]) -> "Configuration":
        """This configuration with some fields changed. Raises ConfigurationError for an unknown or unchanged field."""
        known = {field.name for field in fields(self)}
        unknown = sorted(set(changes) - known)
        same = sorted(name for name in set(changes) & known if getattr(self, name) == changes[name])
        if unknown or same:
            raise ConfigurationError(
                f"fields {unknown} are unknown and {same} are as in the reference already; "
                f"an ablation changes some of {', '.join(sorted(known))}"
            )
        return replace(self, **changes)  # type: ignore[arg-type]

    def as_json(self) -> dict[str, object]:
        """The fields as plain values, in their order; those of SILENT only where they are not the default."""
        told = {name: value for name, value in asdict(self).items() if SILENT.get(name) != value}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}


def of_preset(preset: Preset, model: str, families: tuple[str, ...] = ()) -> Configuration:
    """The reference configuration of a model under a preset: nothing taken away."""
    values = {name: getattr(preset, name) for name in PRESET_FIELDS}
    return Configuration(model=model, families=families, **values)


def preset_with(configuration: Configuration, preset: Preset, seed: int) -> Preset:
    """The preset that a network cell is trained under."""
    return replace(preset, seed=seed, **{name: getattr(configuration, name) for name in PRESET_FIELDS})
