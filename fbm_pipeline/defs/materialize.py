"""`python -m fbm_pipeline.defs.materialize`: a job in one Dagster run, in this process, with visible progress.

Light on purpose: Dagster and the rooms are imported once a signal would find somebody to answer it.
Not here: the run (driver).
"""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fbm_pipeline.interruption import run_interruptibly, same_command
from fbm_pipeline.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from fbm_pipeline.defs.driver import Driver

FULL, YARDSTICK, LEVEL1 = "full_pipeline", "yardstick", "level1"


def season_range(settings: Settings, text: str | None) -> tuple[int, int]:
    """`2021-2024` or `2024` as bounds; without a text the seasons of the data folder and the projected one.

    Raises SettingsError when the folder holds no season or the text is no range.
    """
    from fbm_pipeline.warehouse.raw import available_seasons

    if text is not None:
        first, _, last = text.partition("-")
        if not (first.isdigit() and (last or first).isdigit() and int(first) <= int(last or first)):
            raise SettingsError(f"--seasons {text!r} is no range: write it as 2021-2024 or 2024")
        return int(first), int(last or first)
    seasons = available_seasons(settings.data)
    if not seasons:
        raise SettingsError(
            f"no plays and no Statcast pitches in {settings.data}: run `fbm simulate` to write a simulated league, "
            "or set FBM_DATA to the folder of source files"
        )
    return seasons[0], max(seasons[-1], settings.preset.projection_season)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fbm_pipeline.defs.materialize", description=__doc__)
    parser.add_argument("--seasons", help="a range such as 2021-2024; without it all seasons of the data folder")
    parser.add_argument(
        "--job",
        choices=[FULL, YARDSTICK, LEVEL1],
        default=FULL,
        help="full_pipeline; yardstick: without encoders, networks, report; level1: encoders and what they add",
    )
    parser.add_argument("--select", help="an asset selection such as 'group:warehouse' or 'key:publish/report'")
    return parser


def _materialize(options: argparse.Namespace, drivers: "list[Driver]") -> int:
    """Run what the options ask for; `drivers` receives the driver as soon as there is one."""
    from fbm_pipeline.defs.dead_runs import HomeInUseError
    from fbm_pipeline.defs.driver import Driver

    try:
        settings = load_settings()
        seasons = season_range(settings, options.seasons)
        print(
            f"{settings.data_kind} data in {settings.data}, seasons {seasons[0]}-{seasons[1]}, "
            f"preset {settings.preset.name}",
            flush=True,
        )
        drivers.append(Driver(settings, seasons))
        status = drivers[0].materialize(options.job, options.select)
    except (SettingsError, HomeInUseError) as error:
        print(error, file=sys.stderr)
        return 2
    if status == 0 and options.select is None and options.job == FULL:
        _say_where(settings)
    return status


def _say_where(settings: Settings) -> None:
    from fbm_pipeline.publish.page import page_path

    fbm, pages = ".venv/bin/fbm", "make dev-real" if settings.data_kind == "real" else "make dev"
    if settings != load_settings({}):  # another home than that of the commands in README.md
        fbm = f"FBM_HOME={settings.home} FBM_PRESET={settings.preset.name} {fbm}"
    print(
        f"\nprojections  {settings.exports}\n"
        f"report       {page_path(settings, settings.preset.projection_season)}\n"
        f"tables       {settings.catalog}\n"
        f"times        {settings.home}/run.json\n"
        "docs         docs/\n"
        f"a player     {fbm} project NAME\n"
        f"both UIs     {pages}, then Dagster at http://127.0.0.1:3000 and MLflow at http://127.0.0.1:5000"
    )


def main(arguments: Sequence[str]) -> int:
    """Run the command as a process of its own; a signal ends it in seconds."""
    options = _parser().parse_args(arguments)
    drivers: list[Driver] = []

    def farewell(reason: str) -> None:
        if drivers:
            drivers[0].say_stopped(reason)
        else:
            print(f"\nStopped by {reason} before the run began.", file=sys.stderr)
        command = same_command([sys.executable, "-m", "fbm_pipeline.defs.materialize", *arguments])
        print(f"To go on, the same command: {command}", file=sys.stderr, flush=True)
        if drivers:
            drivers[0].close(reason)

    return run_interruptibly(lambda: _materialize(options, drivers), farewell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
