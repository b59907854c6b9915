"""`make install`: .venv with exactly the packages of requirements.lock, every file checked against its hash.

Standard library only: it runs before anything is installed. It prints a line a phase and a sign of life in between;
pip's own words are in .venv/install.log. Not here: how the lock files are made (lock).
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "install.log"
LOCK, CUDA_LOCK = ROOT / "requirements.lock", ROOT / "requirements-cuda.lock"
SIGN_OF_LIFE_S = 10.0
LINES_OF_A_FAILURE = 15
_COLLECTING = "\nCollecting "


class InstallationError(RuntimeError):
    """pip gave up; the message says in which phase, and holds pip's last lines."""


def pinned(lock: str) -> dict[str, list[str]]:
    """The requirements of a lock file, such as `torch==2.13.0`, each with its hashes as `sha256:...`."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock)
    return {
        entry.split()[0]: re.findall(r"--hash=(sha256:[0-9a-f]{64})", entry)
        for entry in entries
        if re.match(r"[A-Za-z0-9._-]+==", entry)
    }


def install() -> None:
    """All phases in order. Raises InstallationError."""
    packages = pinned(LOCK.read_text(encoding="utf-8"))
    if not PYTHON.exists():
        print("[1/4] making .venv ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    LOG.write_text("", encoding="utf-8")
    torch = next(name for name in packages if name.startswith("torch=="))
    print(f"[2/4] {torch} ...", flush=True)
    _install_torch(torch, packages[torch])
    print(f"[3/4] {len(packages)} packages of requirements.lock, 2.2 GB on disk ...", flush=True)
    _pip("packages", [*_HASHED, "--requirement", str(LOCK)], lambda: _state(len(packages)))
    print("[4/4] this project ...", flush=True)
    _pip("project", ["install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], lambda: "")
    _pip("check", ["check"], lambda: "")


# Nothing is built here: a build would download what no hash of the lock vouches for.
_HASHED = ("install", "--no-deps", "--require-hashes", "--only-binary=:all:")


def _install_torch(torch: str, hashes: Sequence[str]) -> None:
    """The build of torch that pip prefers without hashes: a CPU build on disk or in a given index before CUDA's.

    With the hashes of both in force pip would take the index's, whose page names a hash, over a file on disk.
    """
    with tempfile.TemporaryDirectory() as folder:
        _pip("torch", ["download", "--no-deps", "--only-binary=:all:", "--dest", folder, torch], lambda: "")
        (wheel,) = Path(folder).iterdir()
        requirement = Path(folder) / "torch.txt"
        requirement.write_text(
            f"{wheel.as_uri()} {' '.join(f'--hash={digest}' for digest in hashes)}\n", encoding="utf-8"
        )
        _pip("torch", [*_HASHED, "--requirement", str(requirement)], lambda: "")
    asks = "import importlib.metadata as m; print(*(m.requires('torch') or []), sep='\\n')"
    requires = subprocess.run([str(PYTHON), "-c", asks], check=True, capture_output=True, text=True).stdout
    if sys.platform == "linux" and re.search(r"^(nvidia|cuda)", requires, re.MULTILINE):
        print("      it is the CUDA build: its libraries, about 3 GB more ...", flush=True)
        _pip("CUDA libraries", [*_HASHED, "--requirement", str(CUDA_LOCK)], lambda: "")


def _state(packages: int) -> str:
    """How far pip is with the packages: it fetches all, then installs all."""
    said = LOG.read_text(encoding="utf-8", errors="replace")
    if "\nInstalling collected packages" in said.rpartition(_COLLECTING)[2]:
        installed = sum(1 for _ in VENV.glob("lib/python3*/site-packages/*.dist-info"))
        return f"{min(installed, packages)} of {packages} packages installed"
    return f"{said.count(_COLLECTING)} of {packages} packages fetched"


def _pip(phase: str, arguments: Sequence[str], progress: Callable[[], str]) -> None:
    """Run pip with its words in the log, and a line every ten seconds. Raises InstallationError."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    began = said = time.monotonic()
    with LOG.open("a", encoding="utf-8") as log:
        child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "NO_COLOR": "1"})
        try:
            while child.poll() is None:
                time.sleep(0.1)
                if time.monotonic() - said >= SIGN_OF_LIFE_S:
                    said = time.monotonic()
                    print("      " + ", ".join(filter(None, (f"{said - began:.0f} s", progress()))), flush=True)
        finally:
            if child.poll() is None:
                child.terminate()
    if child.returncode:
        last = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES_OF_A_FAILURE:]
        raise InstallationError(
            f"pip could not install ({phase}); all it said is in {LOG.relative_to(ROOT)}, its last lines:\n"
            + "\n".join(last)
        )


def main() -> int:
    began = time.monotonic()
    try:
        install()
    except InstallationError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the same command goes on.", file=sys.stderr)
        return 130
    print(f"Installed in {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
