"""The lock files vouch for every package by its hash, bring no CUDA unasked, and fit pyproject.toml."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from fbm_pipeline.settings import REPOSITORY
from installation.install import CUDA_LOCK, LOCK, pinned

PROJECT = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
PACKAGES = pinned(LOCK.read_text(encoding="utf-8"))
VERSIONS = dict(name.split("==") for name in PACKAGES)
CUDA = re.compile(r"nvidia|cuda|triton")


def demanded() -> list[Requirement]:
    table = tomllib.loads(PROJECT)
    texts = table["project"]["dependencies"] + table["project"]["optional-dependencies"]["dev"]
    return [Requirement(text) for text in texts + table["build-system"]["requires"]]


@pytest.mark.parametrize("requirement", demanded(), ids=str)
def test_the_lock_fits_the_project(requirement: Requirement) -> None:
    assert VERSIONS[requirement.name] in requirement.specifier, "run `make lock`"


@pytest.mark.parametrize("path", [LOCK, CUDA_LOCK], ids=lambda path: path.name)
def test_a_lock_holds_packages_with_hashes_and_no_place(path) -> None:
    """A place is an index, a folder or an option that names one: where the files come from is the machine's affair."""
    text = path.read_text(encoding="utf-8")
    for line in text.splitlines():
        assert re.fullmatch(
            r"|#.*|[A-Za-z0-9._-]+==\S+( ;.*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|    #.*", line
        ), line
        assert "://" not in line
    assert all(pinned(text).values())


def test_cuda_is_asked_for_by_its_own_lock_alone() -> None:
    assert [name for name in VERSIONS if CUDA.search(name)] == []
    assert all(CUDA.search(name) for name in pinned(CUDA_LOCK.read_text(encoding="utf-8")))
    assert len(PACKAGES[f"torch=={VERSIONS['torch']}"]) > 1, "the CPU build's hash, and the index's"


def test_a_fixed_version_says_why_and_until_when() -> None:
    fixed, reason = [], ""
    for line in PROJECT.partition("dependencies = [")[2].partition("[project.scripts]")[0].splitlines():
        text, _, comment = line.partition("#")
        if not text.strip():
            reason += comment
        elif re.search(r'"[a-z-]+.*(==|<)', text):
            fixed.append(text)
            assert "until" in (reason + comment).lower(), f"{text.strip()} says no reason that ends"
        elif '"' in text:
            reason = ""
    assert len(fixed) > 5
