"""Every table, by name: the declarations of all rooms. Nothing is declared here."""

from collections.abc import Mapping

from fbm_pipeline.controls import tables as controls
from fbm_pipeline.level1 import tables as level1
from fbm_pipeline.marcel import tables as marcel
from fbm_pipeline.player_vectors import tables as player_vectors
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS

_ROOMS = (controls, level1, marcel, player_vectors)

TABLES: Mapping[str, Table] = ALL_CONTRACTS | {table.name: table for room in _ROOMS for table in room.TABLES}
