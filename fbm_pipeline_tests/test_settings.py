"""Settings come from the environment, are validated once, and name what is wrong."""

from pathlib import Path

import pytest

from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import SettingsError, load_settings


def test_an_unknown_preset_names_the_choices() -> None:
    with pytest.raises(SettingsError, match=r"choose one of .*demo.*real"):
        load_settings({"FBM_PRESET": "huge"})


def test_the_data_kind_follows_the_simulators_manifest(tmp_path: Path) -> None:
    settings = load_settings({"FBM_HOME": str(tmp_path), "FBM_DATA": str(tmp_path)})
    assert settings.data_kind == "real"
    (tmp_path / "simulated_league.json").write_text("{}", encoding="utf-8")
    assert settings.data_kind == "simulated"


def test_a_home_that_no_table_can_be_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="rename it"):
        load_settings({"FBM_HOME": str(tmp_path / "a%20b")})
    assert load_settings({"FBM_HOME": str(tmp_path / "100% sure")}).home == tmp_path / "100% sure"


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_nothing_is_tuned_on_a_season_that_is_tested(preset) -> None:
    assert preset.tune_until < min(preset.network_seasons)
    assert 2020 not in preset.network_seasons
    assert preset.projection_season > max(preset.network_seasons)
