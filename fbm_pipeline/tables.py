"""Every table, by name: the declarations of all rooms. Nothing is declared here."""

from collections.abc import Mapping

from fbm_pipeline.aggregates import tables as aggregates
from fbm_pipeline.controls import tables as controls
from fbm_pipeline.level1 import tables as level1
from fbm_pipeline.marcel import tables as marcel
from fbm_pipeline.parks import tables as parks
from fbm_pipeline.player_vectors import tables as player_vectors
from fbm_pipeline.playing_time import tables as playing_time
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS

_ROOMS = (marcel, aggregates, parks, playing_time, level1, player_vectors, controls)

TABLES: Mapping[str, Table] = ALL_CONTRACTS | {table.name: table for room in _ROOMS for table in room.TABLES}
