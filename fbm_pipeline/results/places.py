"""Where results lie: pages that are committed, and the data of one run beside its store.

Real results go to docs/results, which is committed. Those of a simulated league stay in the run: they show that the
machinery works, and nobody should read them for baseball.
"""

from pathlib import Path

from fbm_pipeline.settings import Settings


def run_results(settings: Settings) -> Path:
    """The folder of a run's Parquet files and of its `results.html`."""
    return settings.home / "results"


def page_folder(settings: Settings, docs: Path | None) -> Path:
    """The folder of the pages: `docs`/results where a folder is named, else docs/results, for a league the run's."""
    if docs is None and settings.data_kind == "simulated":
        return run_results(settings)
    return (docs or Path("docs")) / "results"
