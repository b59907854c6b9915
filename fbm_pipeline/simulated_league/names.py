"""Invented people: names, and ids in the style of each source.

Belongs here: spelling. Not here: what a player can do.
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_NAMES = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
_FIRST, _LAST = (" ".join(_NAMES[part]).split() for part in ("first", "last"))


@dataclass(frozen=True)
class Identity:
    """A name and its ids; `retro_id` and `lahman_id` are given out when a player first plays."""

    first: str
    last: str
    mlbam_id: int
    fangraphs_id: int
    retro_id: str
    lahman_id: str
    minors_id: str
    person_key: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


class Registrar:
    """Hands out identities: no two players share a full name or an id."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._order = rng.permutation(len(_FIRST) * len(_LAST))
        self._given = 0
        self._seen: Counter[str] = Counter()

    def enrol(self) -> Identity:
        """The next identity. Ids rise with the order of enrolment, as MLBAM's do."""
        number = self._given
        self._given += 1
        which, again = int(self._order[number % len(self._order)]), number // len(self._order)
        first, last = _FIRST[which % len(_FIRST)], _LAST[which // len(_FIRST)] + "son" * again
        short = (last.lower() + "-----")[:4] + first[0].lower()
        long = last.lower()[:5] + first.lower()[:2]
        cut = last.lower()[:6].ljust(6, "-")
        return Identity(
            first=first,
            last=last,
            mlbam_id=430000 + number * 97 + int(self._rng.integers(0, 90)),
            fangraphs_id=4000 + number * 11 + int(self._rng.integers(0, 10)),
            retro_id=f"{short}{self._next(short):03d}",
            lahman_id=f"{long}{self._next(long):02d}",
            minors_id=f"{cut}{self._next(cut):03d}{first.lower()[:3]}",
            person_key=f"{int(self._rng.integers(0, 2**32)):08x}",
        )

    def _next(self, stem: str) -> int:
        self._seen[stem] += 1
        return self._seen[stem]
