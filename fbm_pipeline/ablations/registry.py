"""The named ablations: what each asks, what it changes and from which reference.

Not here: on which seasons and seeds they run (plan), what a change does (network, control_cells).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fbm_pipeline.ablations.configuration import FAMILIES, AblationError, Configuration, Control, changed
from fbm_pipeline.presets.network import HORIZONS_READ, PHASES, phases
from fbm_pipeline.presets.presets import Preset

NETWORK = "network"  # the reference of all ablations of a network: the preset's own
# What is compared with, among controls: by name the families of aggregates that it reads.
CONTROLS: Mapping[str, Control] = {"control": Control(FAMILIES), "lines": Control()}
REFERENCES = (NETWORK, *CONTROLS)


@dataclass(frozen=True)
class Ablation:
    """One named difference: its `changes`, or the roadmap's phase whose network it is."""

    name: str
    phase: str
    question: str
    reference: str
    changes: Mapping[str, object] = field(default_factory=dict)
    roadmap: str = ""  # one of PHASES

    def changes_under(self, preset: Preset) -> dict[str, object]:
        """The fields that it changes under a preset; none where the preset's reference is like it already."""
        reference = reference_configuration(self.reference, preset)
        wanted = vars(phases(preset.network)[self.roadmap]) if self.roadmap else self.changes
        return {name: value for name, value in wanted.items() if getattr(reference, name) != value}


class UnknownAblationError(AblationError):
    """A name that is not registered, or one that changes nothing; the message says which there are."""


def _network(name: str, phase: str, question: str, **changes: object) -> Ablation:
    return Ablation(name, phase, question, NETWORK, changes)


def _phases() -> list[Ablation]:
    question = "How good is the roadmap's phase {} beside the network in use?"
    return [
        Ablation(f"phase_{name.replace(' ', '_')}", "roadmap", question.format(name), NETWORK, roadmap=name)
        for name in PHASES
        if PHASES[name] != PHASES["4"]  # the network in use
    ]


def _families() -> list[Ablation]:
    ablations = []
    for name in FAMILIES:
        question = f"What do the {name} columns alone add to season lines?"
        ablations.append(Ablation(f"only_{name}", "control", question, "lines", {"families": (name,)}))
    for name in FAMILIES:
        rest = tuple(other for other in FAMILIES if other != name)
        question = f"What does the control lose without its {name} columns?"
        ablations.append(Ablation(f"without_{name}", "control", question, "control", {"families": rest}))
    question = "What do all aggregates together add to season lines?"
    return [Ablation("all_families", "control", question, "lines", {"families": FAMILIES}), *ablations]


def _horizons() -> list[Ablation]:
    ablations = []
    for name in HORIZONS_READ:
        rest = tuple(other for other in HORIZONS_READ if other != name)
        question = f"Does the profile need its {name} rates?"
        ablations.append(_network(f"without_{name}_rates", "horizons", question, horizons=rest))
    return ablations


def _windows() -> list[Ablation]:
    return [
        _network(
            f"window_{games}",
            "6 windows",
            f"Is a window of {games} games as good?",
            batter_games=games,
            pitcher_games=games,
        )
        for games in (10, 20, 30, 40, 50, 80)
    ]


WITHOUT_DROPOUT: Mapping[str, object] = {"statistic_dropout": 0.0, "archetype_dropout": 0.0}

_ALL: tuple[Ablation, ...] = (
    _network("no_sequence", "2a identity only", "Do the games add anything to identity and prior?", sequence="none"),
    _network("empty_windows", "2a", "Is a network without evidence Marcel to the last bit?", sequence="empty"),
    _network(
        "context_mean", "2a", "Does attention over games beat the shrunk mean of what was seen?", sequence="window_mean"
    ),
    _network("no_identity", "2a", "Do profile and archetype add anything to games and prior?", identity="none"),
    _network("profile_only", "2a", "Does the archetype add to the profile?", identity="profile"),
    _network("archetype_only", "2a", "Does the profile add to the archetype?", identity="archetype"),
    _network("shuffled_identity", "2a", "Does it matter whose identity it is?", identity="shuffled"),
    _network("game_mean", "2b", "Do plate appearances hold more than their game's mean?", sequence="game_mean"),
    _network("without_level2", "2b", "Does attention to plate appearances beat the mean of them?", game="mean"),
    _network("shuffled_games", "2b", "Does the order of the games matter?", sequence="shuffled"),
    _network(
        "concatenation", "2c", "Does conditioning by gates beat plain concatenation?", conditioning="concatenated"
    ),
    _network("no_stat_dropout", "2c", "Is the sequence ignored without dropout of statistics?", **WITHOUT_DROPOUT),
    _network(
        "no_stat_dropout_no_sequence",
        "2c",
        "What does the sequence add without dropout of statistics?",
        sequence="none",
        **WITHOUT_DROPOUT,
    ),
    _network("concatenation_no_stat_dropout", "2c", "Both at once.", conditioning="concatenated", **WITHOUT_DROPOUT),
    _network("absolute_rates", "3", "Does starting from Marcel beat starting from the league's rate?", prior="league"),
    _network("classic_prior", "3", "Does it matter that Marcel's constants were fitted?", prior="marcel_classic"),
    _network(
        "squared_residuals", "3", "Is the likelihood better than squared error of plain residuals?", target="residual"
    ),
    _network("poisson_counts", "3", "Is the likelihood better than that of counts alone?", target="counts"),
    *_horizons(),
    _network(
        "attention_pooling",
        "pooling",
        "Attention over a plate appearance's pitches instead of their mean?",
        pitch_pooling="attention",
        level1=("top",),
    ),
    _network(
        "last_pitch_pooling", "pooling", "The last pitch instead of the mean?", pitch_pooling="last", level1=("top",)
    ),
    _network(
        "untrained_encoder", "pooling", "Does pre-training add to the same encoder untrained?", encoder="untrained"
    ),
    _network(
        "majors_identity",
        "4 minors",
        "What is lost where profiles and archetypes know nothing of the minors?",
        identity="majors",
    ),
    _network(
        "mle_prior",
        "4 minors",
        "Does it help to adjust the rate of majors and minors together, not Marcel's?",
        prior="mle",
    ),
    _network("unfreeze_gradually", "5", "Does unfreezing Level 1 from the top help?", level1=("frozen", "top", "all")),
    _network("unfreeze_top", "5", "Does training the top of Level 1 with the rest help?", level1=("top",)),
    _network("unfreeze_all", "5", "Does training Level 1 with the rest help?", level1=("all",)),
    *_windows(),
    _network("event_bias", "6", "Does a bias toward kinds of outcomes help Level 2?", outcome_bias=True),
    _network("narrow", "capacity", "Is half the width enough?", width=32),
    _network("wide", "capacity", "Does twice the width help?", width=128),
    _network("two_layers", "capacity", "Does a second layer help?", layers=2),
    _network("eight_epochs", "capacity", "Was training stopped too early?", epochs=8, patience=4),
    _network("all_players", "capacity", "Do players of few opportunities help training?", min_opportunities=1),
    *_phases(),
    *_families(),
)
REGISTRY: Mapping[str, Ablation] = {item.name: item for item in _ALL}


def ablation(name: str) -> Ablation:
    """The ablation of that name. Raises UnknownAblationError listing the names for an unknown one."""
    if name not in REGISTRY:
        raise UnknownAblationError(f"ablation {name!r} is not registered; `fbm ablations --list` shows the names")
    return REGISTRY[name]


def reference_configuration(name: str, preset: Preset) -> Configuration:
    """The configuration of a reference under a preset. Raises KeyError for an unknown reference."""
    return preset.network if name == NETWORK else CONTROLS[name]


def configuration_of(name: str, preset: Preset) -> Configuration:
    """The configuration of a reference or of an ablation.

    Raises UnknownAblationError for an unknown name, and for an ablation that changes nothing under this preset:
    `window_40` where windows hold 40 games.
    """
    if name in REFERENCES:
        return reference_configuration(name, preset)
    item = ablation(name)
    changes = item.changes_under(preset)
    if not changes:
        raise UnknownAblationError(f"ablation {name} changes nothing under preset {preset.name}: leave it out")
    return changed(reference_configuration(item.reference, preset), changes)
