"""Every table, by name: the declarations of all rooms. Nothing is declared here."""

from collections.abc import Mapping

from fbm_pipeline.marcel import tables as marcel
from fbm_pipeline.store.contracts import CONTRACTS
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.warehouse import tables as warehouse

TABLES: Mapping[str, Table] = {table.name: table for room in (warehouse, marcel) for table in room.TABLES} | CONTRACTS
