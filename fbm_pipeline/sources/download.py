"""One request to a free public service, with its retries; and a file that is written whole or not at all.

Not here: what an answer must hold (savant.py, statsapi.py), which requests to make and where they are kept.
"""

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import requests

from fbm_pipeline.sources.errors import SourceError

ATTEMPTS = 4
FIRST_WAIT = 2.0  # seconds before the second attempt; doubled for each one after
TIMEOUT = 90.0  # seconds to connect, and between two pieces of the answer
PAUSE = 1.0  # seconds between two requests: the services are public and free
_RETRIED_STATUS = frozenset((429, 500, 502, 503, 504))
_LOGGER = logging.getLogger("fbm_pipeline.sources")


def ask(
    url: str,
    query: Mapping[str, str],
    *,
    what: str,
    expected: str,
    session: requests.Session,
    sleep: Callable[[float], None],
    timeout: float = TIMEOUT,
) -> requests.Response:
    """The answer with status 200 to one request; `what` and `expected` name it in messages.

    Asks again, up to ATTEMPTS times, after a timeout, a lost or cut connection, or a status that says so. Raises
    SourceError when no attempt succeeds, and at once for any other status.
    """
    wait = FIRST_WAIT
    for attempt in range(1, ATTEMPTS + 1):
        try:
            response = session.get(url, params=query, timeout=timeout)
            if response.status_code not in _RETRIED_STATUS:
                return _accepted(response, what)
            problem = f"status {response.status_code}"
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            problem = f"{type(error).__name__}: {error}"
        if attempt < ATTEMPTS:
            _LOGGER.warning("%s: %s; asking again in %g s", what, problem, wait)
            sleep(wait)
            wait *= 2
    raise SourceError(
        url,
        f"{what}: no answer after {ATTEMPTS} attempts",
        found=problem,
        expected=f"{expected} with status 200",
        next_step="run the same command later; what is here already is not asked for again",
    )


def _accepted(response: requests.Response, what: str) -> requests.Response:
    if response.status_code != requests.codes.ok:
        raise SourceError(
            response.url,
            f"{what}: the server refused",
            found=f"status {response.status_code}",
            expected="status 200",
            next_step="open the address in a browser to read why",
        )
    return response


def write_whole(path: Path, content: bytes) -> None:
    """Write beside the target, flush to disk, rename: a reader sees the old file or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
