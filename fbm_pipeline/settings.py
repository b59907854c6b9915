"""Where things are and which preset a run has: read from the environment once, validated, then passed down.

Belongs here: paths, the device, the preset chosen. Not here: what a preset holds (presets), and anything that reads a
table or the clock.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fbm_pipeline.presets.presets import PRESETS, Preset

DEVICES = ("cpu", "cuda")
REPOSITORY = Path(__file__).resolve().parent.parent
LEAGUE = "simulated_league.json"  # the simulator writes it last
UNFINISHED_LEAGUE = "simulated_league.unfinished"  # beside the files of a league while it is being written


class SettingsError(ValueError):
    """The environment asks for something that cannot be; the message says what and how to mend it."""


def cutoff_for(preset: Preset, season: int) -> int:
    """The cutoff of the encoder that serves a target season: the latest before it.

    Raises SettingsError when every encoder of the preset has seen the season.
    """
    before = [plan.cutoff for plan in preset.encoders if plan.cutoff < season]
    if not before:
        raise SettingsError(
            f"preset {preset.name} has no encoder for {season}: cutoffs {[plan.cutoff for plan in preset.encoders]}, "
            "expected one before it"
        )
    return max(before)


@dataclass(frozen=True)
class Settings:
    """Paths and the preset of one run."""

    home: Path  # everything a run leaves behind
    data: Path  # the folder of source files
    preset: Preset
    device: str = "cpu"  # what is trained runs on it: cpu or cuda

    @property
    def store_root(self) -> Path:
        return self.home / "store"

    @property
    def checkpoints(self) -> Path:
        return self.home / "checkpoints"

    @property
    def report(self) -> Path:
        return self.home / "report"

    @property
    def exports(self) -> Path:
        return self.home / "exports"

    @property
    def catalog(self) -> Path:
        return self.home / "feature_store.duckdb"

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"

    @property
    def mlflow_uri(self) -> str:
        return f"sqlite:///{self.home / 'mlflow.db'}"

    @property
    def mlflow_artifacts(self) -> Path:
        return self.home / "mlartifacts"

    @property
    def data_kind(self) -> str:
        """`simulated` where the folder carries the simulator's manifest or the mark of its work, else `real`."""
        marks = (LEAGUE, UNFINISHED_LEAGUE)
        return "simulated" if any((self.data / mark).is_file() for mark in marks) else "real"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from FBM_HOME, FBM_DATA, FBM_PRESET and FBM_DEVICE; the defaults are the simulated league's, on the CPU.

    Raises SettingsError for an unknown preset or device, a device that is not there, and a home that no table can be
    in.
    """
    env = os.environ if environment is None else environment
    home = Path(env.get("FBM_HOME", REPOSITORY / "var" / "demo")).expanduser().resolve()
    if re.search("%[0-9A-Fa-f]{2}", str(home)):
        raise SettingsError(
            f"FBM_HOME={home}: Delta takes a % and two digits in a folder's name for one letter; rename it"
        )
    data = Path(env.get("FBM_DATA", home / "simulated_league")).expanduser().resolve()
    name = env.get("FBM_PRESET", "demo")
    if name not in PRESETS:
        raise SettingsError(f"FBM_PRESET={name!r} is unknown; choose one of {', '.join(PRESETS)}")
    device = env.get("FBM_DEVICE", "cpu")
    _require_device(device)
    return Settings(home=home, data=data, preset=PRESETS[name], device=device)


def _require_device(device: str) -> None:
    if device not in DEVICES:
        raise SettingsError(f"FBM_DEVICE={device!r} is unknown; choose one of {', '.join(DEVICES)}")
    if device == "cuda":
        import torch  # costs a second: only who asks for it pays

        if not torch.cuda.is_available():
            raise SettingsError("FBM_DEVICE=cuda, but torch finds no CUDA device here; unset it to train on the CPU")
