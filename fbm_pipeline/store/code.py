"""The source text of rooms as a part of what a table was made from: changed code makes its tables again.

Not here: Dagster's code versions (defs), which tell people; this key is what the store obeys.
"""

import hashlib

from fbm_pipeline.settings import REPOSITORY


def code_of(*rooms: str) -> str:
    """Hash of all modules of these rooms, such as `marcel`. Raises FileNotFoundError for a room that is not there."""
    digest = hashlib.sha256()
    for room in rooms:
        modules = sorted((REPOSITORY / "fbm_pipeline" / room).rglob("*.py"))
        if not modules:
            raise FileNotFoundError(f"fbm_pipeline/{room} holds no module, but a table names it as its code")
        for module in modules:
            digest.update(module.name.encode())
            digest.update(module.read_bytes())
    return digest.hexdigest()
