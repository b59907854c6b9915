"""Every table, by name: the declarations of all rooms. Nothing is declared here."""

from collections.abc import Mapping

from fbm_pipeline.marcel import tables as marcel
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS

TABLES: Mapping[str, Table] = ALL_CONTRACTS | {table.name: table for room in (marcel,) for table in room.TABLES}
