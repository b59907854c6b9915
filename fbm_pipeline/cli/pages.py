"""The verbs that write a page into docs/results: `fbm results`, `fbm level1`, `fbm newcomers`; and their option --docs.

Not here: the rows and the pages themselves (results).
"""

import argparse
from pathlib import Path
from typing import Any, NamedTuple

from fbm_pipeline.settings import Settings
from fbm_pipeline.store.declarations import resolve
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES


class Page(NamedTuple):
    """A verb: `writer` names a function `(store, settings, docs) -> paths`, which is imported when it is asked for."""

    help: str
    description: str | None
    writer: str


PAGES = {
    "level1": Page(
        "write docs/results/level1.md: what the encoder of pitches learnt, and whether it is of use",
        "Write level1.md, its picture and the run's rows from evaluation.level1 and the tables of Level 1. "
        "The chosen block's test scores are a look, and are counted.",
        "fbm_pipeline.results.level1:write_level1",
    ),
    "newcomers": Page(
        "write docs/results/newcomers.md: what AAA and AA are worth, and where newcomers land",
        "Write newcomers.md and the run's rows from the fitted translations, the match of minor-league lines with "
        "players, and the archetypes of newcomers.",
        "fbm_pipeline.results.newcomers:write_newcomers",
    ),
    "results": Page(
        "write the page of results, and results.html with every score", None, "fbm_pipeline.results.pages:write_all"
    ),
}


def add_pages(verbs: Any) -> None:
    """The verbs and their option. `verbs` is what `add_subparsers` returns."""
    for name, page in PAGES.items():
        add_docs(verbs.add_parser(name, help=page.help, description=page.description))


def add_docs(verb: argparse.ArgumentParser) -> None:
    """Add the option `--docs`; it is None where nobody names a folder."""
    verb.add_argument(
        "--docs",
        type=Path,
        help="the folder whose results/ is written (default: docs, for a simulated league the run's own folder)",
    )


def write_page(settings: Settings, options: argparse.Namespace) -> int:
    """Write the verb's page and what stands beside it. Raises EvaluationError when there is nothing to write of."""
    for path in resolve(PAGES[options.verb].writer)(Store(settings.store_root, TABLES), settings, options.docs):
        print(path)
    return 0
