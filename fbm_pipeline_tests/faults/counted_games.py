"""A table by season and month, written by processes of their own: `python -m ... ROOT rewrite N` or `... ROOT many`."""

import sys
from pathlib import Path

import pyarrow as pa

from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.store.brief_tables import contract

GAMES = "counted.games"
MONTHS = (4, 5, 6)
PER_MONTH = 5
TABLES = {GAMES: contract(GAMES, "one game", "season:i32 month:i32 number:i64", "season month number", "season month")}


def games(season: int, first: int, months: tuple[int, ...] = MONTHS) -> pa.Table:
    """Games of months, whose numbers say which writing they are of."""
    rows = [(season, month, first + number) for month in months for number in range(PER_MONTH)]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(("season", "month", "number"))}
    return pa.table(columns).cast(TABLES[GAMES].schema)


def rewrite(store: Store, season: int, first: int) -> None:
    """All months of a season in one commit."""
    store.write_many(GAMES, {"season": season}, "month", games(season, first), {month: str(first) for month in MONTHS})


if __name__ == "__main__":
    root, firsts = Path(sys.argv[1]), [int(text) for text in sys.argv[2:]]
    for each in firsts:
        rewrite(Store(root, TABLES), 2016, each)
