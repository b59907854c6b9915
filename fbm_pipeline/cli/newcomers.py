"""The verb `fbm newcomers`: write what the minors say of those who have not come yet into docs/results.

Not here: the rows and the page (results).
"""

import argparse
from typing import Any

from fbm_pipeline.cli.docs_folder import add_docs
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES


def add_newcomers(verbs: Any) -> None:
    """The verb and its options. `verbs` is what `add_subparsers` returns."""
    newcomers = verbs.add_parser(
        "newcomers",
        help="write docs/results/newcomers.md: what AAA and AA are worth, and where newcomers land",
        description="Write newcomers.md and the run's rows from the fitted translations, the match of minor-league "
        "lines with players, and the archetypes of newcomers.",
    )
    add_docs(newcomers)


def newcomers(settings: Settings, options: argparse.Namespace) -> int:
    """Write the page and its rows. Raises EvaluationError when no translation was fitted."""
    from fbm_pipeline.results.newcomers import write_newcomers

    for path in write_newcomers(Store(settings.store_root, TABLES), settings, options.docs):
        print(path)
    return 0
