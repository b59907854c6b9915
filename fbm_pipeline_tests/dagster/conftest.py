"""Three assets over fake builds: a table by season, one that reads earlier seasons, a whole table of both."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest

from fbm_pipeline.defs.partitions import UP_TO
from fbm_pipeline.defs.table_assets import dependency, season_table, whole
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written

LINES, RATES, SCORES = (dg.AssetKey(["core", "lines"]), dg.AssetKey(["batter", "rates"]), dg.AssetKey("scores"))


@dataclass
class Folder:
    """What the fake source holds: the content of each season. Builds return it as hashes."""

    content: dict[int, str] = field(default_factory=lambda: {2016: "a", 2017: "b", 2018: "c"})

    def lines(self, store: Store, settings: Settings, season: int) -> list[Written]:
        if season not in self.content:
            return []
        return [Written("core.season_lines", {"season": season}, 3, self.content[season], False)]

    def rates(self, store: Store, settings: Settings, season: int) -> Written:
        read = "".join(value for year, value in sorted(self.content.items()) if year <= season)
        return Written("features.marcel_rates", {"season": season}, 5, read, False)

    def scores(self, store: Store, settings: Settings) -> Written:
        return Written("evaluation.scores", {}, 7, "".join(self.content.values()), False)


@pytest.fixture
def folder() -> Folder:
    return Folder()


@pytest.fixture
def small_graph(folder: Folder, tmp_path: Path) -> dg.Definitions:
    code = ("defs.metadata",)
    lines = season_table(
        "core/lines", "core.season_lines", folder.lines, group="core", description="", code=code, automatic=False
    )
    rates = season_table(
        "batter/rates",
        "features.marcel_rates",
        folder.rates,
        group="features",
        description="",
        code=code,
        deps=[dependency("core/lines", UP_TO)],
        seasons=lambda store, settings: folder.content,
    )
    scores = whole(
        "scores",
        "evaluation.scores",
        folder.scores,
        group="evaluation",
        description="",
        code=code,
        deps=[dependency("batter/rates"), dependency("core/lines")],
    )
    settings = Settings(home=tmp_path, data=tmp_path, preset=PRESETS["large"])
    return dg.Definitions(
        [lines, rates, scores],
        resources={"workplace": Workplace.from_settings(settings)},
        jobs=[dg.define_asset_job("all")],
    )


@pytest.fixture
def run_range(small_graph: dg.Definitions) -> Callable[..., dg.ExecuteInProcessResult]:
    """Materialize assets over a range of seasons in one run."""

    def run(instance: dg.DagsterInstance, *keys: dg.AssetKey, first: int = 2015, last: int = 2019):
        result = small_graph.resolve_job_def("all").execute_in_process(
            instance=instance,
            asset_selection=list(keys) or None,
            tags={
                "dagster/asset_partition_range_start": str(first),
                "dagster/asset_partition_range_end": str(last),
            },
            run_config={"loggers": {"console": {"config": {"log_level": "WARNING"}}}},
        )
        assert result.success
        return result

    return run
