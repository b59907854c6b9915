"""Columns that several core tables share: the counts of a line, and the runs beside them."""

from collections.abc import Iterable

from fbm_pipeline.store.columns import Column, optional, optional_for_people

RUNS = (
    optional("outs", "i32", "outs", "outs made while he pitched; null for batters"),
    optional("er", "i32", "runs", "official earned runs allowed; null for batters and without an official line"),
    optional_for_people("r", "i32", "runs", "official runs allowed; null for batters and without a line"),
)
_LINE = {
    "ab": ("AB", "at bats"),
    "h": ("H", "hits"),
    "single": ("1B", "singles"),
    "double": ("2B", "doubles"),
    "triple": ("3B", "triples"),
    "hr": ("HR", "home runs"),
    "bb": ("BB", "walks, intentional ones included"),
    "ibb": ("IBB", "intentional walks"),
    "so": ("SO", "strikeouts"),
    "hbp": ("HBP", "batters hit by a pitch"),
    "sf": ("SF", "sacrifice flies"),
    "sh": ("SH", "sacrifice bunts"),
}


def line_counts(kind: str, unknown: Iterable[str] = ()) -> tuple[Column, ...]:
    """The counts of a line, batters' or allowed by pitchers; those of `unknown` may be null."""
    make = {name: optional if name in unknown else Column for name in _LINE}
    return tuple(make[name](name, kind, unit, meaning) for name, (unit, meaning) in _LINE.items())
