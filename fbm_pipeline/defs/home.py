"""DAGSTER_HOME: the folder in which Dagster keeps its records, with the repository's dagster.yaml in force.

`python -m fbm_pipeline.defs.home` prepares it and prints its path.
"""

import shutil
from pathlib import Path

from fbm_pipeline.settings import REPOSITORY, Settings, load_settings


def prepare_home(settings: Settings) -> Path:
    """Make the folder and put the current dagster.yaml into it: there, not in the repository, Dagster reads it."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(REPOSITORY / "dagster.yaml", home / "dagster.yaml")
    return home


if __name__ == "__main__":
    print(prepare_home(load_settings()))
