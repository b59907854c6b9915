"""The registry: the roadmap's list is there, what is marked buildable really is a change, the rest says why not."""

import pytest

from fbm_pipeline.ablations.configuration import SILENT
from fbm_pipeline.ablations.plan import PLANS, arms, completed, narrowed, plan_of
from fbm_pipeline.ablations.registry import (
    REFERENCES,
    REGISTRY,
    UnknownAblationError,
    configuration_of,
    reference_configuration,
)
from fbm_pipeline.settings import PRESETS

REAL = PRESETS["real"]
ROADMAP = ("2a", "2b", "2c", "3", "horizons", "pooling", "5", "6 windows", "6", "4", "control")


def test_every_phase_of_the_roadmap_has_its_ablations() -> None:
    phases = {item.phase for item in REGISTRY.values()}
    assert [phase for phase in ROADMAP if not any(found.startswith(phase) for found in phases)] == []


@pytest.mark.parametrize("name", [name for name, item in REGISTRY.items() if item.buildable and name != "window_40"])
def test_a_buildable_one_differs_from_its_reference_in_what_it_says(name: str) -> None:
    item = REGISTRY[name]
    reference = reference_configuration(item.reference, REAL)
    found = configuration_of(name, REAL)
    before = SILENT | reference.as_json()
    differing = {field: value for field, value in found.as_json().items() if value != before[field]}
    expected = {field: value for field, value in item.changes.items() if getattr(reference, field) != value}
    assert {field: tuple(v) if isinstance(v, list) else v for field, v in differing.items()} == expected
    assert expected


@pytest.mark.parametrize("name", [name for name, item in REGISTRY.items() if not item.buildable])
def test_one_that_is_not_buildable_says_why_and_is_refused(name: str) -> None:
    with pytest.raises(UnknownAblationError, match=r"cannot be built yet: .{20}"):
        configuration_of(name, REAL)
    with pytest.raises(UnknownAblationError, match=name):
        completed(plan_of([name]), REAL)


def test_no_two_ablations_of_one_reference_are_the_same() -> None:
    made = [(item.reference, str(sorted(item.changes.items()))) for item in REGISTRY.values() if item.buildable]
    assert len(set(made)) == len(made)
    assert not set(REFERENCES) & set(REGISTRY)


@pytest.mark.parametrize("preset", ["demo", "real"])
@pytest.mark.parametrize("name", PLANS)
def test_a_registered_plan_is_complete(name: str, preset: str) -> None:
    plan = completed(plan_of((), name), PRESETS[preset])
    assert plan.seasons
    assert plan.seeds == (11,)
    assert set(plan.ablations) <= set(PLANS[name].ablations)
    assert all(arm in REFERENCES or REGISTRY[arm].buildable for arm in arms(plan))


def test_controls_run_on_development_seasons_and_networks_on_their_folds() -> None:
    assert completed(plan_of((), "control_families"), REAL).seasons == REAL.development_seasons
    assert completed(plan_of((), "network_inputs"), REAL).seasons == REAL.network_seasons
    given = narrowed(plan_of(["no_sequence"]), ["pitcher"], [2021, 2019], [2, 1])
    assert (given.player_types, given.seasons, given.seeds) == (("pitcher",), (2019, 2021), (2, 1))


def test_a_window_that_the_preset_has_already_is_left_out() -> None:
    assert "window_40" in completed(plan_of((), "network_windows"), REAL).ablations  # 20 games for a pitcher
    with pytest.raises(UnknownAblationError, match="changes anything"):
        completed(plan_of(["all_players"]), replace_minimum())


def replace_minimum():  # a preset that trains on everybody already
    from dataclasses import replace

    return replace(REAL, min_train_opportunities=1)


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
