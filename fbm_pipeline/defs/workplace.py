"""The one gateway that assets ask for: where the files and tables are, and how large a run is."""

from pathlib import Path

import dagster as dg

from fbm_pipeline.settings import PRESETS, Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES


class Workplace(dg.ConfigurableResource):
    """Settings and store of the code location; the fields mirror FBM_HOME, FBM_DATA and FBM_PRESET."""

    home: str
    data: str
    preset: str

    @staticmethod
    def from_settings(settings: Settings) -> "Workplace":
        return Workplace(home=str(settings.home), data=str(settings.data), preset=settings.preset.name)

    @property
    def settings(self) -> Settings:
        return Settings(home=Path(self.home), data=Path(self.data), preset=PRESETS[self.preset])

    @property
    def store(self) -> Store:
        return Store(self.settings.store_root, TABLES)
