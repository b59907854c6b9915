"""The named ablations: what each asks, what it changes and from which reference; those not buildable yet say why.

Not here: on which seasons and seeds they run (plan), what a change does (inputs, network_cells, control_cells).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fbm_pipeline.ablations.configuration import (
    FAMILIES,
    HORIZONS_READ,
    AblationError,
    Configuration,
    of_preset,
)
from fbm_pipeline.settings import Preset

# What is compared with: by name the model and the families of aggregates it reads.
REFERENCES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "network": ("network", ()),
    "control": ("control", FAMILIES),  # the control by its ridge
    "lines": ("control", ()),  # `ridge`
}


@dataclass(frozen=True)
class Ablation:
    """One named difference. `missing` says why it cannot be built yet; it is empty for one that can."""

    name: str
    phase: str
    question: str
    reference: str
    changes: Mapping[str, object] = field(default_factory=dict)
    missing: str = ""

    @property
    def buildable(self) -> bool:
        return not self.missing


class UnknownAblationError(AblationError):
    """A name that is not registered, or one that cannot be built yet; the message says which there are."""


def _network(name: str, phase: str, question: str, **changes: object) -> Ablation:
    return Ablation(name, phase, question, "network", changes)


def _later(name: str, phase: str, question: str, missing: str) -> Ablation:
    return Ablation(name, phase, question, "network", missing=missing)


def _families() -> list[Ablation]:
    found = []
    for name in FAMILIES:
        question = f"What do the {name} columns alone add to season lines?"
        found.append(Ablation(f"only_{name}", "control", question, "lines", {"families": (name,)}))
    for name in FAMILIES:
        rest = tuple(other for other in FAMILIES if other != name)
        question = f"What does the control lose without its {name} columns?"
        found.append(Ablation(f"without_{name}", "control", question, "control", {"families": rest}))
    question = "What do all aggregates together add to season lines?"
    return [Ablation("all_families", "control", question, "lines", {"families": FAMILIES}), *found]


def _horizons() -> list[Ablation]:
    found = []
    for name in HORIZONS_READ:
        rest = tuple(other for other in HORIZONS_READ if other != name)
        question = f"Does the profile need its {name} rates?"
        found.append(_network(f"without_{name}_rates", "horizons", question, horizons=rest))
    return found


def _windows() -> list[Ablation]:
    return [
        _network(f"window_{games}", "6 windows", f"Is a window of {games} games as good?", batter_games=games,
                 pitcher_games=games)
        for games in (10, 20, 40, 80)
    ]  # fmt: skip


_NOT_IN_MODEL = "Levels 2 and 3 have no such switch; it needs a change of model/ and new trainings of every fold"
_ENCODER = "embeddings of one frozen encoder are cached; it needs another encoder and its embeddings of all seasons"

_ALL: tuple[Ablation, ...] = (
    _network("no_sequence", "2a identity only", "Do the games add anything to identity and prior?", sequence="none"),
    _network("empty_windows", "2a", "Is a network without evidence Marcel to the last bit?", sequence="empty"),
    _network("context_mean", "2a", "Does attention over games beat the shrunk mean of what was seen?",
             sequence="window_mean"),
    _network("no_identity", "2a", "Do profile and archetype add anything to games and prior?", identity="none"),
    _network("profile_only", "2a", "Does the archetype add to the profile?", identity="profile"),
    _network("archetype_only", "2a", "Does the profile add to the archetype?", identity="archetype"),
    _network("shuffled_identity", "2a", "Does it matter whose identity it is?", identity="shuffled"),
    _network("game_mean", "2b", "Do plate appearances tell more than their game's mean?", sequence="game_mean"),
    _network("shuffled_games", "2b", "Does the order of the games matter?", sequence="shuffled"),
    _later("concatenation", "2c", "Does conditioning by gates beat plain concatenation?", _NOT_IN_MODEL),
    _later("no_stat_dropout", "2c", "Is the sequence ignored without dropout of statistics?", _NOT_IN_MODEL),
    _later("no_stat_dropout_no_sequence", "2c", "What does the sequence add without dropout of statistics?",
           _NOT_IN_MODEL),
    _later("concatenation_no_stat_dropout", "2c", "Both at once.", _NOT_IN_MODEL),
    _network("absolute_rates", "3", "Does starting from Marcel beat starting from the league's rate?", prior="league"),
    _network("classic_prior", "3", "Does it matter that Marcel's constants were fitted?", prior="marcel_classic"),
    _later("squared_residuals", "3", "Is the likelihood better than squared error of plain residuals?",
           "the loss is part of training/loop.py; it needs a target mode there"),
    *_horizons(),
    _later("attention_pooling", "pooling", "Attention over a plate appearance's pitches instead of their mean?",
           _ENCODER),
    _later("last_pitch_pooling", "pooling", "The last pitch instead of the mean?", _ENCODER),
    _later("untrained_encoder", "pooling", "Does pre-training add to the same encoder untrained?", _ENCODER),
    _network("majors_identity", "4 minors", "What is lost where profiles and archetypes know nothing of the minors?",
             identity="majors"),
    _network("mle_prior", "4 minors", "Does it help to adjust what majors and minors say together, not Marcel?",
             prior="mle"),
    _later("unfreeze_gradually", "5", "Does unfreezing Level 1 from the top help?", _ENCODER),
    _later("unfreeze_all", "5", "Does training Level 1 with the rest help?", _ENCODER),
    *_windows(),
    _later("event_bias", "6", "Does a bias toward kinds of outcomes help Level 2?", _NOT_IN_MODEL),
    _network("narrow", "capacity", "Is half the width enough?", width=32),
    _network("wide", "capacity", "Does twice the width help?", width=128),
    _network("two_layers", "capacity", "Does a second layer help?", layers=2),
    _network("eight_epochs", "capacity", "Was training stopped too early?", epochs=8, patience=4),
    _network("all_players", "capacity", "Do players of few opportunities help training?", min_train_opportunities=1),
    *_families(),
)  # fmt: skip
REGISTRY: Mapping[str, Ablation] = {item.name: item for item in _ALL}


def ablation(name: str) -> Ablation:
    """The ablation of that name. Raises UnknownAblationError listing the names for an unknown one."""
    if name not in REGISTRY:
        raise UnknownAblationError(f"ablation {name!r} is not registered; `fbm ablations --list` shows the names")
    return REGISTRY[name]


def reference_configuration(name: str, preset: Preset) -> Configuration:
    """The configuration of a reference under a preset. Raises KeyError for an unknown reference."""
    model, families = REFERENCES[name]
    return of_preset(preset, model, families)


def configuration_of(name: str, preset: Preset) -> Configuration:
    """The configuration of a reference or of an ablation.

    Raises UnknownAblationError for an unknown name, or for an ablation that cannot be built yet, with its reason.
    """
    if name in REFERENCES:
        return reference_configuration(name, preset)
    found = ablation(name)
    if not found.buildable:
        raise UnknownAblationError(f"ablation {name} cannot be built yet: {found.missing}")
    return reference_configuration(found.reference, preset).difference(effective_changes(found, preset))


def effective_changes(found: Ablation, preset: Preset) -> dict[str, object]:
    """The changes of an ablation that are changes under this preset.

    Raises UnknownAblationError when none is: `window_40` under a preset whose windows hold 40 games.
    """
    reference = reference_configuration(found.reference, preset)
    changes = {name: value for name, value in found.changes.items() if getattr(reference, name) != value}
    if not changes:
        raise UnknownAblationError(f"ablation {found.name} changes nothing under preset {preset.name}: leave it out")
    return changes
