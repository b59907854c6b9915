"""The one gateway that assets ask for: where the files and tables are, and how large a run is."""

from pathlib import Path

import dagster as dg

from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES


class Workplace(dg.ConfigurableResource):
    """Settings and store of the code location; the fields mirror FBM_HOME, FBM_DATA, FBM_PRESET, FBM_DEVICE."""

    home: str
    data: str
    preset: str
    device: str = "cpu"

    @staticmethod
    def from_settings(settings: Settings) -> "Workplace":
        return Workplace(
            home=str(settings.home), data=str(settings.data), preset=settings.preset.name, device=settings.device
        )

    @property
    def settings(self) -> Settings:
        return Settings(Path(self.home), Path(self.data), PRESETS[self.preset], self.device)

    @property
    def store(self) -> Store:
        return Store(self.settings.store_root, TABLES)
