"""Invented people: names, and ids in the style of each source.

Belongs here: spelling. Not here: what a player can do.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

_FIRST_NAMES = (
    "Adam Alan Albert Alec Andre Anton Arlo Barry Ben Blake Boyd Brett Bruno Caleb Carl Cesar Clay Cole "
    "Conor Cruz Dale Darin Dean Diego Dom Drew Earl Eddie Eli Emil Enzo Eric Ezra Felix Finn Frank Gabe "
    "Gary Gavin Glen Grant Gus Hal Hank Hector Hugo Ian Ira Isaac Ivan Jace Jack Jake Jorge Jonas Juan "
    "Jude Karl Keith Kenji Kirk Kurt Lance Lars Leo Levi Luis Luke Mack Marco Mason Max Miles Nate Nico "
    "Noel Omar Otto Owen Pablo Pete Quinn Rafael Ray Reed Rex Rico Roman Ross Ruben Sam Saul Sean Seth "
    "Shane Silas Tate Ted Theo Tito Todd Troy Ty Vic Wade Walt Zane"
)
_LAST_NAMES = (
    "Abbot Acosta Adler Aguilar Albright Alvarado Amberly Archer Arroyo Ashby Atwood Avalos Baird Banks "
    "Barlow Barrera Bell Benitez Birch Blair Bolton Bowden Bravo Brewer Briggs Bueno Burke Cabral "
    "Calder Camacho Carver Castillo Chavez Clark Colby Corbin Cortez Crane Cross Curry Dalton Davila "
    "Dawson Delgado Denton Dolan Dorsey Drake Duarte Dunbar Eaton Echols Ellis Emery Escobar Esquivel "
    "Farley Farrow Fenton Fields Fierro Flint Fonseca Foster Frost Fuentes Gaines Galvan Garrity Gentry "
    "Gibbs Gomes Graves Greer Guerra Hale Hanley Harlow Hatcher Hayes Heath Herrera Hobbs Holt Hooper "
    "Hurley Ibarra Ingram Irwin Ito Jarvis Jensen Joyner Juarez Kane Keller Kemp Kidd Kimball Kirby "
    "Knox Lacey Lambert Landry Lara Larkin Lerma Lister Lockhart Lopez Lowry Lugo Madrid Mallory Marin "
    "Marsh Mayfield Mejia Mercer Milner Mora Moss Nash Navarro Neely Nielsen Norris Nunez Oakes Ochoa "
    "Odell Ortega Osborn Pace Palmer Paredes Parish Pena Pike Prado Quade Quiroz Ramos Rankin Rasmus "
    "Redfern Reyes Rhodes Rincon Rivas Rojas Rowan Rucker Saenz Salas Sawyer Seaver Segura Shaw Sierra "
    "Slater Soto Stark Steele Suarez Tanaka Tapia Teller Thorn Tobin Torres Trejo Urban Vance Varela "
    "Vega Villa Wade Walden Watts Weaver Wells West Wilder Wolfe Wynn Yates Young Zamora Zapata Zeller"
)
_FIRST, _LAST = _FIRST_NAMES.split(), _LAST_NAMES.split()


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
