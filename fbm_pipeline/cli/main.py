"""`fbm`: the commands a person types beside the Dagster UI. Each parses, calls one function, prints what it did.

The only room, with defs, that may read the clock.
"""

import argparse
import logging
import signal
import sys
from pathlib import Path

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.cli import commands
from fbm_pipeline.cli.comparing import add_compare
from fbm_pipeline.cli.errors import CommandError
from fbm_pipeline.cli.fetching import add_fetch
from fbm_pipeline.cli.pages import add_docs, add_pages
from fbm_pipeline.interruption import run_interruptibly, same_command
from fbm_pipeline.settings import SettingsError, load_settings
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.store.declarations import ContractError
from fbm_pipeline.store.files import DamagedTableError

_MENDABLE = (
    SettingsError,
    SourceError,
    ContractError,
    EvaluationError,
    CommandError,
    DamagedTableError,
    FileNotFoundError,
)


def parser() -> argparse.ArgumentParser:
    """The command line, whole."""
    top = argparse.ArgumentParser(prog="fbm", description="Projections from pitches, as an adjustment on Marcel.")
    verbs = top.add_subparsers(dest="verb", required=True)

    doctor = verbs.add_parser("doctor", help="what this machine and this run have, and what is missing or damaged")
    doctor.add_argument("--deep", action="store_true", help="read every byte: tables, checkpoints, databases")

    verbs.add_parser("repair", help="make again what is damaged, and nothing else")

    simulate = verbs.add_parser("simulate", help="write the simulated league into FBM_DATA")
    simulate.add_argument("--seed", type=int, default=7)
    simulate.add_argument("--if-missing", action="store_true", help="leave a league that is there alone")

    sql = verbs.add_parser("sql", help="run one query over the current tables and print the rows")
    sql.add_argument("statement", help='such as "select count(*) from core.pitches"')
    sql.add_argument("--limit", type=int, default=40, help="rows to print")
    sql.add_argument("--write", type=Path, help="write the rows to this .csv or .parquet file instead")

    add_fetch(verbs)

    project = verbs.add_parser("project", help="print a player's projection by every system")
    project.add_argument("player", help="part of the name, or an MLBAM id")
    project.add_argument("--season", type=int, help="default: the preset's projection season")

    add_compare(verbs)

    ablations = verbs.add_parser("ablations", help="run named ablations, compare them with their references")
    ablations.add_argument("names", nargs="*", help="such as no_sequence no_identity; --list shows all")
    ablations.add_argument("--plan", help="a registered plan instead of names, such as control_families")
    ablations.add_argument("--seasons", help="test seasons of the folds, as 2010-2017 or 2019,2021")
    ablations.add_argument("--seeds", type=int, nargs="+", default=[], help="default: the preset's one seed")
    ablations.add_argument("--player-type", choices=["batter", "pitcher"], help="default: both")
    ablations.add_argument("--list", action="store_true", help="show what is registered and what can run")
    ablations.add_argument("--no-run", action="store_true", help="compare only what is finished")
    add_docs(ablations)

    export = verbs.add_parser("export", help="copy projections to a CSV or Parquet file")
    export.add_argument("target", type=Path)
    export.add_argument("--season", type=int)

    contracts = verbs.add_parser("contracts", help="write docs/data-contracts.md and docs/tables: a page a table")
    contracts.add_argument("--docs", type=Path, default=Path("docs"))

    add_pages(verbs)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns 2 with one clear line for what a user can mend.

    Without `arguments` it is a process of its own: those of the command line count, and a signal ends it in seconds.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    options = parser().parse_args(arguments)
    if arguments is not None:
        return _run(options)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader such as `head` may leave early, the rest is nobody's

    def farewell(reason: str) -> None:
        command = same_command(["fbm", *sys.argv[1:]])
        print(f"\nfbm {options.verb}: stopped by {reason}; what it had finished is kept.", file=sys.stderr)
        print(f"To go on, the same command: {command}", file=sys.stderr)

    return run_interruptibly(lambda: _run(options), farewell)


def _run(options: argparse.Namespace) -> int:
    try:
        settings = load_settings()
        return commands.COMMANDS[options.verb](settings, options)
    except _MENDABLE as error:
        print(f"fbm {options.verb}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
