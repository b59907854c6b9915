"""The option `--docs` of every verb that writes a page of results."""

import argparse
from pathlib import Path


def add_docs(verb: argparse.ArgumentParser) -> None:
    """Add the option; it is None where nobody names a folder."""
    verb.add_argument(
        "--docs",
        type=Path,
        help="the folder whose results/ is written (default: docs, for a simulated league the run's own folder)",
    )
