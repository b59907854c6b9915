"""What file names say: kinds, seasons, and names that are refused."""

import hashlib
from pathlib import Path

import pytest

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.files import find_files, seasons_named, sha256_of


def test_only_files_of_the_kind_at_the_top_are_found(tmp_path: Path) -> None:
    names = [
        "statcast_2024-05.parquet",
        "statcast_2024-06-01.csv.gz",
        "batted_balls_2020_2024.parquet",
        "fetched.json",
        ".statcast_2024-06-02.csv.gz.1.tmp",
        "csv_days/statcast_2024-04-02.csv.gz",
        "statcast_2024.zip",
    ]
    for name in names:
        (tmp_path / "statcast" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "statcast" / name).touch()
    assert [path.name for path in find_files(tmp_path, "statcast")] == names[:2]
    assert find_files(tmp_path, "plays") == []


@pytest.mark.parametrize("name", ["plays_2023.parquet", "2023plays.csv", "plays_2023.csv.gz"])
def test_plays_go_by_both_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "retrosheet").mkdir()
    (tmp_path / "retrosheet" / name).touch()
    found = find_files(tmp_path, "plays")
    assert [path.name for path in found] == [name]
    assert seasons_named(found[0]) == (2023,)


@pytest.mark.parametrize(
    ("name", "seasons"),
    [
        ("batted_ball_physics_2020_2023.parquet", (2020, 2021, 2022, 2023)),
        ("statcast_2024-03-04.parquet", (2024,)),
        ("statcast_20240304.csv", (2024,)),
    ],
)
def test_a_name_tells_its_seasons(name: str, seasons: tuple[int, ...]) -> None:
    assert seasons_named(Path(name)) == seasons


def test_a_name_without_a_year_and_a_name_with_a_quote_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not tell its season"):
        seasons_named(Path("plays.csv"))
    (tmp_path / "retrosheet").mkdir()
    (tmp_path / "retrosheet" / "plays_2023's.csv").touch()
    with pytest.raises(SourceError, match="rename"):
        find_files(tmp_path, "plays")


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"pitch" * 500_000)
    assert sha256_of(tmp_path / "file") == hashlib.sha256(b"pitch" * 500_000).hexdigest()
