"""MLB's StatsAPI: one question answered as JSON, its files as they lie in the data folder, and checks of their shape.

Not here: which questions to ask (minor_league_fetch.py, club_roster_fetch.py) and what the answers become
(statsapi_lines.py, club_rosters.py). A file of ours keeps what was published, as published, beside what was asked.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import requests

from fbm_pipeline.baseball.teams import TEAMS
from fbm_pipeline.sources.download import PAUSE, TIMEOUT, ask
from fbm_pipeline.sources.errors import SourceError

BASE_URL = "https://statsapi.mlb.com"
SPORTS = {"AAA": 11, "AA": 12, "A+": 13, "A": 14}  # level -> the sport's id
MAJORS = 1
AGAIN = "run the same fetch again; if it stays, StatsAPI has changed and its readers in sources must learn the shape"

# Abbreviations of other seasons and of StatsAPI's neighbours, for clubs that core.games knows by another one.
_CLUBS = {"ANA": "LAA", "ARI": "AZ", "CHW": "CWS", "WAS": "WSH"}
_NAMED: dict[type, str] = {dict: "an object", list: "a list", int: "a whole number", str: "text"}
_Kind = TypeVar("_Kind")


@dataclass
class StatsApi:
    """The service: questions are asked one after the other, with a pause between two."""

    session: requests.Session
    sleep: Callable[[float], None]
    base_url: str = BASE_URL
    timeout: float = TIMEOUT
    _asked: bool = False

    def ask(self, path: str, what: str, **query: object) -> dict[str, object]:
        """The answer to one question, an object of JSON; `what` names it in messages.

        Raises SourceError when there is no answer (see `download.ask`) or it is none.
        """
        if self._asked:
            self.sleep(PAUSE)
        self._asked = True
        response = ask(
            f"{self.base_url}/api/v1/{path}",
            {name: str(value) for name, value in query.items()},
            what=what,
            expected="JSON",
            session=self.session,
            sleep=self.sleep,
            timeout=self.timeout,
        )
        return _parsed(response.url, response.content, what)


def read_document(path: Path, what: str) -> dict[str, object]:
    """A file of ours as it was fetched. Raises SourceError for an empty, undecodable or half-written one."""
    return _parsed(path, path.read_bytes(), what)


def document_bytes(document: Mapping[str, object]) -> bytes:
    """The text of a file of ours: the same document is always the same bytes."""
    return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")


def take(source: Path | str, holder: object, name: str, kind: type[_Kind], row: int | None = None) -> _Kind:
    """`holder[name]`, of the kind that it must be.

    Raises SourceError naming `source` (a file or an address), the row where there is one, and what stands there.
    """
    value = within(holder, name)
    if not isinstance(value, kind):
        names = f"only {', '.join(map(str, holder)) or 'nothing'}" if isinstance(holder, Mapping) else repr(holder)
        raise SourceError(
            source,
            f"{name!r} is missing or of another kind",
            row=row,
            found=repr(value)[:80] if value is not None else names[:120],
            expected=f"{name!r} as {_NAMED.get(kind, kind.__name__)}",
            next_step=AGAIN,
        )
    return value


def within(holder: object, *names: str) -> object:
    """What lies under these names, one within the other; None where one is missing."""
    for name in names:
        holder = holder.get(name) if isinstance(holder, Mapping) else None
    return holder


def club_code(abbreviation: str) -> str | None:
    """The code by which core.games knows the club that StatsAPI abbreviates so; None for an unknown one."""
    code = _CLUBS.get(abbreviation, abbreviation)
    return code if code in TEAMS else None


def _parsed(source: Path | str, body: bytes, what: str) -> dict[str, object]:
    try:
        answer = json.loads(body.decode("utf-8-sig"))
    except ValueError as error:  # bytes that are no UTF-8 and text that is no JSON
        raise SourceError(
            source,
            f"{what}: this is not JSON, or not all of it",
            found=f"{body.strip()[:60].decode('utf-8', 'replace')!r} ({error})",
            expected="one whole object of JSON",
            next_step=AGAIN,
        ) from None
    if not isinstance(answer, dict):
        raise SourceError(
            source,
            f"{what}: this is JSON of another kind",
            found=repr(answer)[:60],
            expected="one object",
            next_step=AGAIN,
        )
    return answer
