"""Which tables a builder or training reads, noted while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fbm_pipeline.store.inputs import Inputs


@contextmanager
def tables_read() -> Iterator[set[str]]:
    """The names of all tables that are read through `Inputs` meanwhile. A session without `tables` reads all."""
    names: set[str] = set()
    ask = Inputs._require_declared

    def note(inputs: Inputs, name: str) -> None:
        ask(inputs, name)
        names.add(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Inputs, "_require_declared", note)
        yield names
