"""The asset of the run's results: every score and difference as data, and the page that filters them.

Not here: docs/results, which `fbm results` writes when a person asks for it.
"""

import hashlib

import dagster as dg

from fbm_pipeline.defs.automation import WHEN_INPUTS_CHANGE
from fbm_pipeline.defs.code_versions import code_version
from fbm_pipeline.defs.table_assets import OWNERS, dependency
from fbm_pipeline.defs.workplace import Workplace


@dg.asset(
    key=["results", "browser"],
    group_name="results",
    owners=OWNERS,
    kinds={"html", "parquet"},
    description="`results.html`: every score, filtered and sorted from disk; scores and pairs as Parquet.",
    code_version=code_version(("results",)),
    deps=[dependency("evaluation/scores"), dependency("evaluation/pairs")],
    automation_condition=WHEN_INPUTS_CHANGE,
)
def browser(workplace: Workplace) -> dg.MaterializeResult:
    from fbm_pipeline.results.pages import write_run

    *tables, page = write_run(workplace.store, workplace.settings)
    content = page.read_bytes()
    return dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.url(page.as_uri()),
            "path": dg.MetadataValue.path(str(page)),
            "tables": [path.name for path in tables],
            "bytes": len(content),
        },
        data_version=dg.DataVersion(hashlib.sha256(content).hexdigest()),
    )


ASSETS = [browser]
