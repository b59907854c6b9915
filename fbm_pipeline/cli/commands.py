"""What each `fbm` verb does: read settings and options, call one function of a room, print.

Heavy rooms are imported inside the verb that needs them: `fbm --help` answers at once.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict

import duckdb

from fbm_pipeline.cli.comparing import compare
from fbm_pipeline.cli.contracts_page import write_contracts
from fbm_pipeline.cli.errors import CommandError
from fbm_pipeline.cli.fetching import fetch
from fbm_pipeline.cli.health import repair, tell_faults
from fbm_pipeline.cli.pages import PAGES, write_page
from fbm_pipeline.cli.projecting import project
from fbm_pipeline.cli.writing import write_rows
from fbm_pipeline.settings import LEAGUE, UNFINISHED_LEAGUE, Settings
from fbm_pipeline.store.engine import reading_session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES


def open_store(settings: Settings) -> Store:
    """The store of this run."""
    return Store(settings.store_root, TABLES)


def doctor(settings: Settings, options: argparse.Namespace) -> int:
    """Print versions, paths, the data found and the tables written; 1 when something is missing or damaged."""
    import importlib.metadata as metadata

    from fbm_pipeline.warehouse.raw import available_seasons

    print(f"python    {sys.version.split()[0]}")
    for package in ("dagster", "duckdb", "deltalake", "mlflow", "torch"):
        print(f"{package:<9} {metadata.version(package)}")
    print(f"home      {settings.home}\npreset    {settings.preset.name}\ndata      {settings.data}")
    if not settings.data.is_dir():
        print("          missing: run `fbm simulate`, or set FBM_DATA to a folder of source files")
        return 1
    seasons = available_seasons(settings.data)
    if not seasons:
        print("          no retrosheet/plays_* or statcast/statcast_* files; see 'Bring real data' in README.md")
        return 1
    print(f"          {settings.data_kind}, seasons {seasons[0]}-{seasons[-1]} ({len(seasons)})")
    store = open_store(settings)
    for name in store.contracts:
        if store.written(name):
            print(f"table     {name:<28} {len(store.memory.of_table(name)):>5} partitions")
    return tell_faults(settings, deep=options.deep)


def simulate(settings: Settings, options: argparse.Namespace) -> int:
    """Write the simulated league. One that was not written to its end is written again."""
    from fbm_pipeline.simulated_league.league import SIZES, write_league

    unfinished = settings.data / UNFINISHED_LEAGUE
    if (settings.data / LEAGUE).is_file() and not unfinished.is_file() and options.if_missing:
        print(f"The simulated league is at {settings.data}.")
        return 0
    if settings.data.is_dir() and any(settings.data.iterdir()) and settings.data_kind == "real":
        raise CommandError(f"{settings.data} holds files that are not the simulator's; choose another FBM_DATA")
    print(f"Writing the simulated league to {settings.data} ...", flush=True)
    settings.data.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    size = SIZES.get(settings.preset.name, SIZES["demo"])
    print(write_league(settings.data, seed=options.seed, **asdict(size)))
    unfinished.unlink()
    return 0


def sql(settings: Settings, options: argparse.Namespace) -> int:
    """Run one query over views of the current tables; print its rows, or write them to a file."""
    with reading_session(open_store(settings)) as connection:
        try:
            kinds = [statement.type for statement in duckdb.extract_statements(options.statement)]
            if kinds != [duckdb.StatementType.SELECT]:
                raise CommandError("one query and nothing else: it begins with select, from, with, show or describe")
            rows = connection.sql(options.statement)
            if options.write is None:
                rows.show(max_rows=options.limit, max_width=200)
            else:
                write_rows(rows.to_arrow_table(), options.write)
        except duckdb.Error as error:
            raise CommandError(" ".join(str(error).split())) from error
    return 0


def export(settings: Settings, options: argparse.Namespace) -> int:
    """Copy the season's export to a file of the user's choice."""
    season = options.season or settings.preset.projection_season
    source = settings.exports / f"projections_{season}{options.target.suffix}"
    if not source.is_file():
        raise CommandError(f"{source} does not exist; choose a .csv or .parquet target and a published season")
    options.target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, options.target)
    print(options.target)
    return 0


def contracts(settings: Settings, options: argparse.Namespace) -> int:
    """Write the pages of table contracts."""
    for path in write_contracts(options.docs):
        print(path)
    return 0


def ablations(settings: Settings, options: argparse.Namespace) -> int:
    """Run what is missing of a plan of ablations and compare it with its references."""
    from fbm_pipeline.cli.ablations import show_ablations

    return show_ablations(open_store(settings), settings, options)


COMMANDS: Mapping[str, Callable[[Settings, argparse.Namespace], int]] = {
    "doctor": doctor,
    "repair": repair,
    "simulate": simulate,
    "sql": sql,
    "fetch": fetch,
    "project": project,
    "compare": compare,
    "export": export,
    "ablations": ablations,
    "contracts": contracts,
    **dict.fromkeys(PAGES, write_page),
}
