"""Configurations: every field is part of the run key, and what cannot be run is refused with its field."""

from dataclasses import fields, replace

import pytest

from fbm_pipeline.ablations.configuration import (
    PRESET_FIELDS,
    Configuration,
    ConfigurationError,
    of_preset,
    preset_with,
)
from fbm_pipeline.ablations.plan import run_key
from fbm_pipeline.network.folds import network_settings
from fbm_pipeline.settings import PRESETS, Preset
from fbm_pipeline_tests.ablations.conftest import INERT

REAL = PRESETS["real"]
ONE_CHANGE: dict[str, object] = {
    "model": "control", "sequence": "shuffled", "identity": "archetype", "horizons": ("career",), "prior": "league",
    "families": ("spray",), "train_from": 2004, "width": 65, "layers": 2, "heads": 5, "batter_games": 41,
    "pitcher_games": 21, "epochs": 5, "patience": 3, "batch": 65, "learning_rate": 0.002, "archetypes": 9,
    "min_train_opportunities": 101, "threads": 3,
}  # fmt: skip


def key_of(configuration: Configuration, **place: object) -> str:
    asked = {"player_type": "batter", "season": 2019, "seed": 11, "reads": "abc"} | place
    return run_key(configuration, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", [field.name for field in fields(Configuration)])
def test_every_field_changes_the_run_key(field: str) -> None:
    reference = of_preset(REAL, "network")
    assert key_of(reference.difference({field: ONE_CHANGE[field]})) != key_of(reference)


def test_place_data_and_code_change_the_run_key() -> None:
    reference = of_preset(REAL, "network")
    places = [{"player_type": "pitcher"}, {"season": 2021}, {"seed": 12}, {"reads": "abd"}]
    keys = [key_of(reference), *(key_of(reference, **place) for place in places)]
    assert len(set(keys)) == 5
    assert key_of(of_preset(REAL, "network")) == keys[0]


def test_the_key_is_the_same_in_every_process() -> None:
    assert key_of(Configuration("network"))[:12] == "f0347f9007de"


def test_every_setting_of_a_network_is_a_field() -> None:
    assert set(network_settings(REAL)) == {*PRESET_FIELDS, "seed"}
    assert set(PRESET_FIELDS) <= {field.name for field in fields(Configuration)}
    assert set(INERT) <= {field.name for field in fields(Configuration)}


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_the_reference_is_the_preset_itself(preset: Preset) -> None:
    assert preset_with(of_preset(preset, "network"), preset, preset.seed) == preset
    wide = of_preset(preset, "network").difference({"width": 1000})
    assert preset_with(wide, preset, 5) == replace(preset, width=1000, seed=5)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sequence": "games"}, "as in the reference already"),
        ({"depth": 3}, "fields \\['depth'\\] are unknown"),
        ({"sequence": "no"}, "sequence is 'no', expected one of games"),
        ({"families": ("spray", "discipline")}, "in that order, each once"),
        ({"horizons": ("decade",)}, "expected some of career"),
    ],
)
def test_what_cannot_be_run_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        of_preset(REAL, "network").difference(changes)
