"""Columns with type, unit and meaning, and those that many tables share: each is described once.

Belongs here: what a column is, and keys that hold everywhere. Not here: which table has which (the rooms' tables).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa

TYPES = {
    "i8": pa.int8(),
    "i16": pa.int16(),
    "i32": pa.int32(),
    "i64": pa.int64(),
    "f32": pa.float32(),
    "f64": pa.float64(),
    "str": pa.string(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "bin": pa.binary(),
    "[f32]": pa.list_(pa.float32()),
}


@dataclass(frozen=True)
class Column:
    """One column. Raises KeyError when its type is none of TYPES."""

    name: str
    type: str  # a short name of TYPES
    unit: str  # such as `PA`, `mph`, `share`, `season`; `id`, `word` and `yes/no` for what is not measured
    meaning: str
    nullable: bool = False
    # What the audit of nulls allows: the largest share of nulls in a season, and one value for everybody.
    largest_null_share: float = 0.0
    may_be_constant: bool = False
    only_for: str | None = None  # the player type that has it: null, or one value, in all rows of the other
    for_people: bool = False  # nothing in the product reads it; it is there to be looked at

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise KeyError(f"column {self.name} has type {self.type!r}; choose one of {', '.join(TYPES)}")

    @property
    def field(self) -> pa.Field:
        """The column as Arrow stores it."""
        return pa.field(self.name, TYPES[self.type], nullable=self.nullable)

    def nullable_with(self, share: float = 1.0) -> "Column":
        """The same column where it may be null, up to this share of a season's rows."""
        return replace(self, nullable=True, largest_null_share=share)


def optional(name: str, kind: str, unit: str, meaning: str) -> Column:
    """A column that may be null, in every row of a season: its source may leave it out."""
    return Column(name, kind, unit, meaning, nullable=True, largest_null_share=1.0)


def optional_for_people(name: str, kind: str, unit: str, meaning: str) -> Column:
    """An optional column that nothing in the product reads."""
    return replace(optional(name, kind, unit, meaning), for_people=True)


def columns(names: str, kind: str, unit: str, meaning: str, **options: object) -> tuple[Column, ...]:
    """Columns that differ in name only: `{}` in the meaning stands for the name."""
    return tuple(Column(name, kind, unit, meaning.format(name), **options) for name in names.split())  # type: ignore[arg-type]


def described(kind: str, unit: str, text: str, **options: object) -> tuple[Column, ...]:
    """Columns from lines `name: meaning`, of one type and unit."""
    lines = (line.partition(":") for line in text.strip().splitlines())
    return tuple(Column(name.strip(), kind, unit, meaning.strip(), **options) for name, _, meaning in lines)  # type: ignore[arg-type]


def constant(*chosen: Column) -> tuple[Column, ...]:
    """The same columns where one value for everybody is no fault: provenance is the same for a whole season."""
    return tuple(replace(column, may_be_constant=True) for column in chosen)


def for_people(chosen: Iterable[Column]) -> tuple[Column, ...]:
    """The same columns as something that nothing in the product reads."""
    return tuple(replace(column, for_people=True) for column in chosen)


SEASON = Column("season", "i16", "season", "the season that the row is of; of a projection, the one projected")
MONTH = Column("month", "i8", "month", "the calendar month of the game, 3 to 11")
GAME_ID = Column("game_id", "str", "id", "the game, as its source calls it: Retrosheet's gid or MLB's game_pk")
GAME_DATE = Column("game_date", "date", "date", "the day on which the game was played")
SOURCE = Column("source", "str", "word", "the publisher that the season's rows come from")
PLAYER_TYPE = Column("player_type", "str", "word", "the side of the ball: `batter` or `pitcher`")
AS_OF = Column("as_of", "date", "date", "the day up to which, itself excluded, anything was known")
MLBAM_ID = Column("mlbam_id", "i32", "id", "the player's one id, MLB Advanced Media's")
SYSTEM = Column("system", "str", "word", "the projection system")
STATISTIC = Column("statistic", "str", "word", "the statistic, by its name in `baseball.statistics`")
TRAINED_FROM = Column("trained_from", "i16", "season", "the first target season it was fitted on", may_be_constant=True)
TRAINED_UNTIL = Column(
    "trained_until", "i16", "season", "the last target season it was fitted on", may_be_constant=True
)
N = Column("n", "i32", "rows", "how many rows it was fitted on", may_be_constant=True)
PLATE_APPEARANCE = Column(
    "plate_appearance", "i16", "number", "its number in the game, from 1; Retrosheet's plays that end none count too"
)
PLATE_APPEARANCES = Column("plate_appearances", "i32", "PA or BF", "the player's plate appearances that it rests on")
CUTOFF = Column("cutoff", "i16", "season", "the last season that the encoder or decoder may have seen anything of")

DATA = Column("data", "str", "word", "the kind of data: `real` or `simulated`")
SEASONS = Column("seasons", "str", "season", "the seasons pooled: one, or the first and the last as `2018-2024`")
UNIVERSE = Column("universe", "str", "word", "the players who count, by its name in `backtest.universes`")
STAT = Column("stat", "str", "word", "what is scored: a statistic of `baseball.statistics`, playing time or a count")
PLAYERS = Column("players", "i32", "players", "how many players the player-seasons are of")
VERDICT = Column("verdict", "str", "word", "`better`, `worse` or `undecided`, by RMSE after Holm's adjustment")

RATE = Column("rate", "f64", "of the statistic", "the projected rate, in the statistic's own scale")
GAME_KEY = (SEASON, MONTH, GAME_ID, GAME_DATE, SOURCE)
PLAYER_KEY = (SEASON, PLAYER_TYPE, AS_OF, MLBAM_ID)
PLAYER_RATE = (*PLAYER_KEY, SYSTEM, STATISTIC, RATE)


def paired_difference(measure: str) -> tuple[Column, ...]:
    """The difference of two systems in r or RMSE, its interval over players, and its p-value by Holm."""
    unit = "correlation" if measure == "r" else "of the statistic"
    return tuple(
        column.nullable_with()
        for column in (
            Column(f"d_{measure}", "f64", unit, f"{measure} of the new system less that of its base"),
            Column(f"d_{measure}_low", "f64", unit, "lower end of its 95 % interval over draws of players"),
            Column(f"d_{measure}_high", "f64", unit, "upper end of its 95 % interval over draws of players"),
            Column(f"holm_{measure}", "f64", "probability", "p-value of the difference, adjusted over its family"),
        )
    )
