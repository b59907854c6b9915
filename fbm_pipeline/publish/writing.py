"""Files that a reader may open at any moment: written beside their place and swapped in whole.

Not here: what goes into them.
"""

import os
from collections.abc import Callable
from pathlib import Path


def replace_file(target: Path, write: Callable[[Path], object]) -> Path:
    """Call `write` with a temporary path in the target's folder, then move it over the target.

    When `write` raises, the target stays as it was and nothing is left beside it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def replace_text(target: Path, text: str) -> Path:
    """Write `text` as UTF-8 with `\\n` line ends, whole or not at all."""
    return replace_file(target, lambda path: path.write_text(text, encoding="utf-8", newline="\n"))
