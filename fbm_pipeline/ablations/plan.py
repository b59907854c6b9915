"""Plans: ablations × player types × folds × seeds, as cells that each have a deterministic run key.

The key is the hash of the configuration, the player type, the fold, the seed, and of the data and the code that the
cell reads: the same question asked twice has one answer. Not here: running them (runner).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from fbm_pipeline.ablations.configuration import AblationError, Configuration, key_parts, model_of
from fbm_pipeline.ablations.control_cells import control_key
from fbm_pipeline.ablations.network_cells import network_key
from fbm_pipeline.ablations.registry import NETWORK, REGISTRY, UnknownAblationError, ablation, configuration_of
from fbm_pipeline.backtest.universes import FULL, TIERS
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.presets.network import Network
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.tables import Store


@dataclass(frozen=True)
class Plan:
    """Which ablations to run, on what. `seasons` and `seeds` empty mean the preset's: networks run on its test
    seasons with a network, controls on its development seasons, both under its one seed. Each of `universes` is scored
    for itself: `full`, or tiers of history."""

    name: str
    ablations: tuple[str, ...]
    player_types: tuple[str, ...] = PLAYER_TYPES
    seasons: tuple[int, ...] = ()
    seeds: tuple[int, ...] = ()
    universes: tuple[str, ...] = (FULL,)


@dataclass(frozen=True)
class Cell:
    """One arm (a reference or an ablation) on one player type, test season and seed."""

    arm: str
    configuration: Configuration
    player_type: str
    season: int
    seed: int
    key: str
    reads: str = ""  # hash of the data and the code that it is made from, a part of the key

    @property
    def label(self) -> str:
        return f"{self.arm} {self.player_type} {self.season} seed {self.seed}"


def _named(phase: str) -> tuple[str, ...]:
    return tuple(name for name, item in REGISTRY.items() if item.phase.startswith(phase))


PLANS: Mapping[str, Plan] = {
    plan.name: plan
    for plan in (
        Plan("control_families", _named("control")),
        Plan("network_inputs", ("no_sequence", "no_identity")),
        Plan("network_minors", _named("4"), universes=(FULL, *TIERS)),
        Plan("network_matrix", (*_named("2"), *_named("3"))),
        Plan("network_windows", _named("6 windows")),
        Plan("network_horizons", _named("horizons")),
        Plan("network_capacity", _named("capacity")),
        Plan("network_level1", (*_named("5"), *_named("pooling"))),
        Plan("network_phases", _named("roadmap")),
    )
}


def plan_of(words: Sequence[str], name: str | None = None) -> Plan:
    """The registered plan of that name, or one of the ablations that the words name.

    Raises UnknownAblationError for a name that is not there, for both at once, or for ablations of two models.
    """
    if name is not None and (name not in PLANS or words):
        raise UnknownAblationError(
            f"plan {name!r} with the ablations {list(words)}: name one of the plans {', '.join(PLANS)}, or ablations"
        )
    plan = PLANS[name] if name is not None else Plan("+".join(words), tuple(words))
    models = {"network" if ablation(word).reference == NETWORK else "control" for word in plan.ablations}
    if len(models) != 1:
        raise UnknownAblationError(
            f"the ablations {list(plan.ablations)} are of the models {sorted(models)}, expected those of one: name some"
        )
    return plan


def completed(plan: Plan, preset: Preset) -> Plan:
    """The plan with the preset's seasons and seed where it names none, without ablations that change nothing here.

    Raises UnknownAblationError for a name that is not registered, and when nothing is left.
    """
    kept = tuple(name for name in plan.ablations if ablation(name).changes_under(preset))
    if not kept:
        raise UnknownAblationError(f"none of {list(plan.ablations)} changes anything under preset {preset.name}")
    network = REGISTRY[kept[0]].reference == NETWORK
    seasons = plan.seasons or (preset.network_seasons if network else preset.development_seasons)
    return replace(plan, ablations=kept, seasons=seasons, seeds=plan.seeds or (preset.seed,))


def arms(plan: Plan) -> list[str]:
    """The references of a plan, each once, then its ablations."""
    return [*dict.fromkeys(REGISTRY[name].reference for name in plan.ablations), *plan.ablations]


def cells(store: Store, settings: Settings, plan: Plan) -> list[Cell]:
    """The cells of a completed plan, season by season, references first. Raises AblationError where a fold has too
    few seasons."""
    configurations = {arm: configuration_of(arm, settings.preset) for arm in arms(plan)}
    made = []
    for player_type, season in product(plan.player_types, plan.seasons):
        reads: dict[Configuration | None, str] = {}
        for (arm, configuration), seed in product(configurations.items(), plan.seeds):
            network = configuration if isinstance(configuration, Network) else None  # controls all read the same
            if network not in reads:
                reads[network] = _reads(store, settings, configuration, player_type, season)
            key = run_key(configuration, player_type, season, seed, reads[network])
            made.append(Cell(arm, configuration, player_type, season, seed, key, reads[network]))
    return made


def run_key(configuration: Configuration, player_type: str, season: int, seed: int, reads: str) -> str:
    """Identifies one cell's result; `reads` is the hash of the data and the code that it is made from."""
    return inputs_key(
        configuration=key_parts(configuration), player_type=player_type, season=season, seed=seed, reads=reads
    )


def _reads(store: Store, settings: Settings, configuration: Configuration, player_type: str, season: int) -> str:
    try:
        if isinstance(configuration, Network):
            return network_key(store, settings, configuration, player_type, season)
        return control_key(store, player_type, season)
    except ValueError as error:
        raise AblationError(f"{model_of(configuration)} {player_type} {season} cannot be run: {error}") from error


def narrowed(plan: Plan, player_types: Sequence[str], seasons: Sequence[int], seeds: Sequence[int]) -> Plan:
    """The plan with what is given in place of its own; empty means as it was.

    Raises UnknownAblationError for a player type that is none.
    """
    unknown = sorted(set(player_types) - set(PLAYER_TYPES))
    if unknown:
        raise UnknownAblationError(f"player types {unknown} are unknown, expected some of {', '.join(PLAYER_TYPES)}")
    return replace(
        plan,
        player_types=tuple(name for name in PLAYER_TYPES if name in player_types) or plan.player_types,
        seasons=tuple(sorted(set(seasons))) or plan.seasons,
        seeds=tuple(dict.fromkeys(seeds)) or plan.seeds,
    )
