"""Code versions: a hash of the modules and statements that make a table, so that nobody has to bump a number.

The modules are found, not imported: torch alone costs a second at import, and definitions must load quickly.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.engine import SQL

PACKAGE = "fbm_pipeline"
_SOURCES = (".py", ".css", ".html", ".js", ".json")  # of a package: modules, and what they read beside them
_NAMES = re.compile(r'"([a-z_]+/[a-z0-9_]+)"')


def code_version(modules: Sequence[str]) -> str:
    """A short hash of the code behind functions (`fbm_pipeline.room.module:function`), or of whole modules."""
    if modules and all(":" in name for name in modules):
        return code_key(*modules)[:16]
    return _version_of_modules(modules)


def reference(function: Callable) -> str:
    """The function as a code key names it; of one that was made in another, or bound to arguments, that one."""
    function = getattr(function, "func", function)
    return f"{function.__module__}:{function.__qualname__.split('.')[0]}"


def _version_of_modules(modules: Sequence[str]) -> str:
    """A short hash of the sources of `modules` (as `level1.encoder`; a package counts whole) and of their SQL.

    A statement is theirs when a string in a module names it, as in `statement("core/pitches")`. Raises
    FileNotFoundError naming a module that does not exist.
    """
    sources = [file for name in modules for file in _sources(name)]
    digest = hashlib.sha256()
    for file in sources + _statements(sources):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _sources(name: str) -> list[Path]:
    spec = find_spec(f"{PACKAGE}.{name}")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"there is no module {PACKAGE}.{name}, which an asset names as its code")
    origin = Path(spec.origin)
    if origin.name != "__init__.py":
        return [origin]
    return sorted(file for file in origin.parent.rglob("*") if file.suffix in _SOURCES)


def _statements(sources: Sequence[Path]) -> list[Path]:
    named = {name for file in sources for name in _NAMES.findall(file.read_text(encoding="utf-8"))}
    return [file for name in sorted(named) if (file := SQL / f"{name}.sql").is_file()]
