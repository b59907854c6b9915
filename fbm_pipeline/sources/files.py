"""Where the source files lie in a data folder, what their names say, and their hashes. Nothing here opens a table."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from fbm_pipeline.sources.errors import SourceError

# kind -> (folder, pattern of the name without its suffix). Only the top of each folder is looked at.
KINDS: dict[str, tuple[str, str]] = {
    "statcast": ("statcast", r"statcast_.+"),
    "partial_pitches": ("statcast", r"partial_pitches.*"),
    "plays": ("retrosheet", r"plays.*|\d{4}plays"),
    "gameinfo": ("retrosheet", r"gameinfo.*|\d{4}gameinfo"),
    "pitching": ("retrosheet", r"pitching.*|\d{4}pitching"),
    "rosters": ("retrosheet", r"rosters.*"),
    "batted_ball_physics": ("retrosheet", r"batted_ball_physics.*"),
    "people": ("lahman", r"People"),
    "batting": ("lahman", r"Batting"),
    "lahman_pitching": ("lahman", r"Pitching"),
    "appearances": ("lahman", r"Appearances"),
    "teams": ("lahman", r"Teams"),
    "register": ("register", r"people.*"),
    "minor_batting": ("milb", r".*(hitter|batter|batting).*"),
    "minor_pitching": ("milb", r".*(pitcher|pitching).*"),
    "club_rosters": ("rosters", r"statsapi_40man_.+"),
    "projections": ("projections", r"(hitters|pitchers)(_.*)?"),
}
SUFFIXES = (".parquet", ".csv", ".csv.gz")
# Kinds that StatsAPI's answers belong to, beside or instead of tables.
_OTHER_SUFFIXES: dict[str, tuple[str, ...]] = {
    "minor_batting": (*SUFFIXES, ".json"),
    "minor_pitching": (*SUFFIXES, ".json"),
    "club_rosters": (".json",),
}


def find_files(root: Path, kind: str) -> list[Path]:
    """The files of one kind (a key of KINDS) in a data folder, by name. An absent folder holds none.

    Raises KeyError for an unknown kind, SourceError for a name that cannot name a partition too.
    """
    folder, pattern = KINDS[kind]
    if not (root / folder).is_dir():
        return []
    suffixes = _OTHER_SUFFIXES.get(kind, SUFFIXES)
    paths = sorted(
        path
        for path in (root / folder).iterdir()
        if path.is_file() and re.fullmatch(pattern, stem(path, suffixes) or "")
    )
    for path in paths:
        # The name becomes a folder of the store, where spaces, quotes and percent signs are read in two ways.
        if not re.fullmatch(r"[\w.-]+", path.name, re.ASCII):
            raise SourceError(
                path,
                "the file's name holds other characters than letters, digits, dot, dash and underscore",
                found=path.name,
                expected="a plain name",
                next_step="rename the file",
            )
    return paths


def stem(path: Path, suffixes: Sequence[str] = SUFFIXES) -> str | None:
    """The name without its suffix; None where it is none of `suffixes`, and for a hidden file."""
    for suffix in suffixes:
        if path.name.endswith(suffix) and not path.name.startswith("."):
            return path.name.removesuffix(suffix)
    return None


def sha256_of(path: Path) -> str:
    """Hash of the file's bytes, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def seasons_named(path: Path) -> tuple[int, ...]:
    """Seasons that the file's name claims: `plays_2023` one, `batted_ball_physics_2020_2023` four.

    Raises SourceError when the name holds no year: season files are found by it without being opened.
    """
    years = [int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d{2}", path.name)]
    if not years:
        raise SourceError(
            path,
            "the file's name does not tell its season",
            found=path.name,
            expected="a year in the name, such as plays_2023.csv or statcast_2024-05.parquet",
            next_step="split the file by season and name each part with its year",
        )
    return tuple(range(min(years), max(years) + 1))
