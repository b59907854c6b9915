"""The Chadwick register of people: the ids by which the sources know one player.

Its columns of first and last years played tell the future and are dropped here, at the door.
"""

from pathlib import Path

import pyarrow as pa

from fbm_pipeline.sources.integrity import check_unique
from fbm_pipeline.sources.layout import Layout, names
from fbm_pipeline.sources.reading import read_columns, with_constants, without

_ROLES = ("pro", "mlb", "col", "pro_managed", "mlb_managed", "pro_umpired", "mlb_umpired", "col_managed")
_FUTURE = frozenset(
    [f"{role}_{end}" for role in _ROLES for end in ("played_first", "played_last", "first", "last")]
    + ["death_year", "death_month", "death_day"]
)
LAYOUT = Layout(
    kind="the Chadwick register",
    required=("key_person", "key_mlbam", "key_retro", "name_last", "birth_year"),
    passed_over=_FUTURE.union(
        names("key_uuid key_npb key_sr_nfl key_sr_nba key_sr_nhl key_wikidata name_suffix name_matrilineal name_nick")
    ),
    origin="github.com/chadwickbureau/register",
)


def read_register(path: Path, schema: pa.Schema) -> pa.Table:
    """One row per person, in the schema of `raw.register`; one of the official `people-0.csv` to `people-f.csv`."""
    table = read_columns(path, LAYOUT, without(schema, "source_file"))
    check_unique(path, table, ("key_person",), "people")
    return with_constants(table, schema, source_file=path.name)
