"""`make lock`: requirements.lock and requirements-cuda.lock from pyproject.toml, for Python 3.11 on Linux.

It runs in an environment of its own that holds pip-tools, whose view of the indexes it shares. Versions that the lock
has and that pyproject.toml still allows stay; `--upgrade` moves them. Not here: what is installed when (install).
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pip._internal.index.package_finder import InstallationCandidate
from pip._internal.network.lazy_wheel import dist_from_wheel_url
from piptools.repositories import PyPIRepository

ROOT = Path(__file__).resolve().parent.parent
LOCK, CUDA_LOCK = ROOT / "requirements.lock", ROOT / "requirements-cuda.lock"
TORCH = re.compile(r"^torch==([0-9.]+)(\+\w+)? \\\n(?:    --hash=\S+(?: \\)?\n)+", re.MULTILINE)
HEADER = """\
# Every package of an installation with the hashes of its files: `make install` takes them from here, and `make lock`
# makes this file again from pyproject.toml. Of torch both the CPU build and the index's builds are vouched for.
"""
CUDA_HEADER = """\
# The libraries of torch's CUDA build on Linux; `make install` adds them where pip found no CPU build. From `make lock`.
"""
OPTIONS = (
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-emit-find-links",
    "--no-emit-options",
    "--quiet",
)


def compile_lock(source: str, target: Path, options: Sequence[str]) -> str:
    """The text that pip-compile makes of `source`, a path from the root; pins of `target`, if it exists, are kept."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / target.name
        if target.is_file():
            # Without torch: with the index's hashes in force pip would take its CUDA build, and lock its libraries too.
            output.write_text(TORCH.sub("", target.read_text(encoding="utf-8")), encoding="utf-8")
        command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *options, "--output-file", str(output)]
        subprocess.run([*command, source], check=True, cwd=ROOT)
        return output.read_text(encoding="utf-8")


def torch_builds(repository: PyPIRepository, version: str) -> list[InstallationCandidate]:
    """The files of the version, with and without a local version such as `+cpu`."""
    candidates = repository.find_all_candidates("torch")
    return [item for item in candidates if str(item.version).partition("+")[0] == version]


def with_all_builds(lock: str, repository: PyPIRepository) -> str:
    """The lock with torch pinned to its public version and the hashes of all its builds, the lock's own included."""
    entry = TORCH.search(lock)
    if entry is None:
        raise SystemExit("the lock that pip-compile made has no torch; is it still a dependency in pyproject.toml?")
    if entry[2] is None:
        raise SystemExit(f"pip sees no CPU build of torch {entry[1]} here, and CUDA's would bring its libraries along")
    with repository.allow_all_wheels():  # of every platform, as for the other packages
        seen = {repository._get_file_hash(item.link) for item in torch_builds(repository, entry[1])}
    hashes = sorted(seen | set(re.findall(r"--hash=(\S+)", entry[0])))
    lines = " \\\n".join(f"    --hash={digest}" for digest in hashes)
    return f"{lock[: entry.start()]}torch=={entry[1]} \\\n{lines}\n{lock[entry.end() :]}"


def cuda_requirements(repository: PyPIRepository, version: str) -> list[str]:
    """What the index's build for this machine asks for beside the CPU build: its CUDA libraries."""
    builds = [item for item in torch_builds(repository, version) if str(item.version) == version]
    if not builds:
        raise SystemExit(f"the index has no build of torch {version} for this machine; run `make lock` on Linux x86-64")
    wheel = dist_from_wheel_url("torch", builds[-1].link.url_without_fragment, repository.session)
    return [text for text in map(str, wheel.iter_dependencies()) if 'platform_system == "Linux"' in text]


def main() -> int:
    kept = sys.argv[1:]  # such as --upgrade
    repository = PyPIRepository([], cache_dir=str(ROOT / "var" / "lock" / "cache"))
    lock = compile_lock("pyproject.toml", LOCK, ["--extra", "dev", "--all-build-deps", *kept])
    lock = with_all_builds(lock, repository)
    LOCK.write_text(HEADER + lock, encoding="utf-8")
    version = TORCH.search(lock)[1]  # type: ignore[index]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "cuda.in"
        source.write_text("\n".join(cuda_requirements(repository, version)) + "\n", encoding="utf-8")
        # fast-deps reads the metadata of these wheels without their gigabytes
        cuda = compile_lock(str(source), CUDA_LOCK, ["--no-annotate", "--pip-args=--use-feature=fast-deps", *kept])
    CUDA_LOCK.write_text(CUDA_HEADER + cuda, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
