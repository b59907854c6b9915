"""The verb `fbm level1`: write what Level 1 learnt, whether it is of use, and its faces into docs/results.

Not here: the rows (evaluation.level1) and the page (results).
"""

import argparse
from typing import Any

from fbm_pipeline.cli.docs_folder import add_docs
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES


def add_level1(verbs: Any) -> None:
    """The verb and its options. `verbs` is what `add_subparsers` returns."""
    level1 = verbs.add_parser(
        "level1",
        help="write docs/results/level1.md: what the encoder of pitches learnt, and whether it is of use",
        description="Write level1.md, its picture and the run's rows from evaluation.level1 and the tables of Level 1. "
        "The chosen block's test scores are a look, and are counted.",
    )
    add_docs(level1)


def level1(settings: Settings, options: argparse.Namespace) -> int:
    """Write the page and what stands beside it. Raises EvaluationError when there is nothing to write of."""
    from fbm_pipeline.results.level1 import write_level1

    for path in write_level1(Store(settings.store_root, TABLES), settings, options.docs):
        print(path)
    return 0
