"""One thread for sums: the same rows then give the same bytes, whatever else the machine does."""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any


@cache
def _libraries() -> Any:  # threadpoolctl has no types
    """The linear algebra and OpenMP of this process, found once: looking for them takes longer than a ridge."""
    import sklearn.ensemble  # noqa: F401 - loads OpenMP, which could not be found before
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_thread() -> AbstractContextManager[None]:
    """A context in which sums are taken in one order only."""
    limit: AbstractContextManager[None] = _libraries().limit(limits=1)
    return limit
