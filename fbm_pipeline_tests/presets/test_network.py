"""Configurations: every field is in the key where it is not the default, and what cannot be is refused by its field."""

from dataclasses import MISSING, fields

import pytest

from fbm_pipeline.presets.network import PHASES, ConfigurationError, Network, freedom_of_level1, phases, trains_level1
from fbm_pipeline.presets.presets import PRESETS, Preset

ONE_CHANGE: dict[str, object] = {
    "batter_games": 41,
    "pitcher_games": 21,
    "sequence": "shuffled",
    "identity": "archetype",
    "horizons": ("career",),
    "game": "mean",
    "conditioning": "concatenated",
    "outcome_bias": True,
    "statistic_dropout": 0.3,
    "archetype_dropout": 0.2,
    "target": "residual",
    "prior": "league",
    "next_games_weight": 0.3,
    "encoder": "untrained",
    "pitch_pooling": "last",
    "level1": ("all",),
    "level1_rate": 0.2,
    "width": 68,
    "layers": 2,
    "heads": 2,
    "dropout": 0.2,
    "train_from": 2004,
    "epochs": 5,
    "patience": 3,
    "batch": 65,
    "learning_rate": 0.002,
    "min_opportunities": 101,
    "seed": 12,
}
UNDER = {"pitch_pooling": {"level1": ("top",)}}  # fields that are legal only under others


@pytest.mark.parametrize("name", [item.name for item in fields(Network)])
def test_every_field_is_in_the_key_once_it_is_changed(name: str) -> None:
    reference = Network(**UNDER.get(name, {}))
    value = ONE_CHANGE[name]
    changed = reference.changed(**{name: value})
    assert reference.differences().keys() == UNDER.get(name, {}).keys()
    expected = list(value) if isinstance(value, tuple) else value
    assert changed.differences() == reference.differences() | {name: expected}


def test_every_field_has_a_default_that_keys_leave_out() -> None:
    assert [item.name for item in fields(Network) if item.default is MISSING] == []
    assert Network().differences() == {}
    assert Network().as_plain().keys() == {item.name for item in fields(Network)}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sequence": "no"}, "sequence is 'no', expected one of games"),
        ({"horizons": ("decade",)}, "expected some of career"),
        ({"horizons": ("prior", "career")}, "in that order, each once"),
        ({"epochs": 0}, "epochs is 0, expected at least 1"),
        ({"dropout": 1.5}, "dropout is 1.5, expected 0 to 1"),
        ({"level1": ("half",)}, "expected some of frozen, top, all"),
        ({"level1": ()}, "one an epoch"),
        ({"level1": ("all",), "sequence": "none"}, "expected one of games, shuffled, empty"),
        ({"pitch_pooling": "last"}, "with Level 1 frozen"),
        ({"outcome_bias": True, "game": "mean"}, "expected the game 'attention'"),
        ({"heads": 5}, "expected a multiple of heads, which is 5"),
        ({"learning_rate": 0.0}, "expected a number above 0"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        Network(**changes)  # type: ignore[arg-type]


def test_a_change_changes_something_that_is_there() -> None:
    with pytest.raises(ConfigurationError, match=r"fields \['depth'\] are unknown and \['width'\] are as in the ref"):
        Network().changed(depth=3, width=64)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_the_network_in_use_is_phase_4_and_no_two_phases_are_the_same(preset: Preset) -> None:
    made = phases(preset.network)
    assert list(made) == ["2a", "2b", "2c", "3", "3 residual", "3 counts", "4", "5 top", "5 all", "6 windows", "6 bias"]
    assert made["4"] == preset.network
    assert len(set(made.values())) == len(made)
    assert phases(Network()) == PHASES


def test_what_is_trained_of_level_1_goes_by_the_epoch() -> None:
    network = Network(level1=("frozen", "top", "all"))
    assert [freedom_of_level1(network, epoch) for epoch in range(5)] == ["frozen", "top", "all", "all", "all"]
    assert trains_level1(network)
    assert not trains_level1(Network())
