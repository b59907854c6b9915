"""What a raw table is: rows of source files, typed, each with the file that it came from.

A column keeps its source's own spelling (`2B`, `K%`); the few renamed ones are said beside them. Most are there to be
looked at: `for_people` marks what no statement reads.
Not here: the tables of each publisher, and how files become rows (raw).
"""

from dataclasses import dataclass

from fbm_pipeline.store.columns import Column
from fbm_pipeline.store.declarations import Table

INGEST = "fbm_pipeline.warehouse.raw:ingest"

SOURCE_FILE = Column("source_file", "str", "name", "the file that the row was read from")
SEASON = Column("season", "i16", "season", "the year in which the game was played")


@dataclass(frozen=True)
class RawTable(Table):
    """A table of all files of a kind; `code` names the one function `(path, schema) -> pyarrow.Table` that reads them.

    `game` names the game's column where the table is partitioned by season and file: a new day costs one day then.
    """

    files: str = ""  # the kind of files, of `sources.files`
    game: str = ""

    @property
    def reader(self) -> str:
        """The function that reads one file."""
        return self.code[0]

    @property
    def functions(self) -> tuple[str, ...]:
        """All that the code version starts from. A partition's key has the reader's version in place of its code."""
        return (INGEST, *self.code)
