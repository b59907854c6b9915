"""The registry: the roadmap's list is there, and everything that is registered can be built and is a change."""

from dataclasses import replace

import pytest

from fbm_pipeline.ablations.plan import PLANS, arms, completed, narrowed, plan_of
from fbm_pipeline.ablations.registry import (
    REFERENCES,
    REGISTRY,
    UnknownAblationError,
    configuration_of,
    reference_configuration,
)
from fbm_pipeline.presets.network import PHASES
from fbm_pipeline.presets.presets import PRESETS

REAL = PRESETS["real"]
ROADMAP = ("2a", "2b", "2c", "3", "horizons", "pooling", "5", "6 windows", "6", "4", "control")


def test_every_phase_of_the_roadmap_has_its_ablations() -> None:
    phases = {item.phase for item in REGISTRY.values()}
    assert [phase for phase in ROADMAP if not any(found.startswith(phase) for found in phases)] == []


@pytest.mark.parametrize("name", REGISTRY)
def test_everything_registered_is_built_and_differs_in_what_it_says(name: str) -> None:
    preset = PRESETS["large"] if name == "window_40" else REAL
    item = REGISTRY[name]
    reference = reference_configuration(item.reference, preset)
    built = configuration_of(name, preset)
    assert type(built) is type(reference)
    before = vars(reference)
    differing = {field: value for field, value in vars(built).items() if value != before[field]}
    assert differing == item.changes_under(preset)
    assert differing


def test_no_two_ablations_of_one_reference_are_the_same() -> None:
    made = [(item.reference, str(sorted(item.changes.items())), item.roadmap) for item in REGISTRY.values()]
    assert len(set(made)) == len(made)
    assert not set(REFERENCES) & set(REGISTRY)


def test_every_phase_but_the_network_in_use_is_an_arm() -> None:
    assert {item.roadmap for item in REGISTRY.values()} == {"", *PHASES} - {"4"}


@pytest.mark.parametrize("preset", ["demo", "large", "real"])
@pytest.mark.parametrize("name", PLANS)
def test_a_registered_plan_is_complete(name: str, preset: str) -> None:
    plan = completed(plan_of((), name), PRESETS[preset])
    assert plan.seasons
    assert plan.seeds == (11,)
    assert set(plan.ablations) <= set(PLANS[name].ablations)
    assert all(arm in REFERENCES or arm in REGISTRY for arm in arms(plan))


def test_controls_run_on_development_seasons_and_networks_on_their_folds() -> None:
    assert completed(plan_of((), "control_families"), REAL).seasons == REAL.development_seasons
    assert completed(plan_of((), "network_inputs"), REAL).seasons == REAL.network_seasons
    given = narrowed(plan_of(["no_sequence"]), ["pitcher"], [2021, 2019], [2, 1])
    assert (given.player_types, given.seasons, given.seeds) == (("pitcher",), (2019, 2021), (2, 1))


def test_a_window_that_the_preset_has_already_is_left_out() -> None:
    assert "window_40" in completed(plan_of((), "network_windows"), REAL).ablations  # 20 games for a pitcher
    with pytest.raises(UnknownAblationError, match="changes anything"):
        completed(plan_of(["all_players"]), replace(REAL, network=REAL.network.changed(min_opportunities=1)))


@pytest.mark.parametrize(
    ("words", "name", "told"),
    [
        (["no_such"], None, "'no_such' is not registered"),
        ([], "no_such", "name one of the plans control_families"),
        (["no_sequence"], "network_inputs", "with the ablations"),
        (["no_sequence", "only_spray"], None, "of the models"),
    ],
)
def test_names_that_do_not_fit_are_refused(words: list[str], name: str | None, told: str) -> None:
    with pytest.raises(UnknownAblationError, match=told):
        plan_of(words, name)


def test_an_unknown_player_type_is_refused() -> None:
    with pytest.raises(UnknownAblationError, match="catcher"):
        narrowed(plan_of(["no_sequence"]), ["catcher"], [], [])
