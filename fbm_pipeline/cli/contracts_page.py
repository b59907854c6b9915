"""The page of table contracts, written from the contracts themselves."""

from fbm_pipeline.store.declarations import Table
from fbm_pipeline.tables import TABLES

_OPENING = """# Data contracts

Written by `fbm contracts` from `fbm_pipeline/store/`. Units are in the names: `_rate` is per plate appearance or
batter faced, `_opportunities` counts them; speeds in mph, angles in degrees, movement and location in feet.
`?` marks a column that may be null.
"""


def describe_contracts() -> str:
    """Markdown: one section a table, with grain, key, partitions and columns."""
    return _OPENING + "".join(_section(contract) for contract in TABLES.values())


def _section(contract: Table) -> str:
    columns = " ".join(
        f"`{field.name}` {_kind(str(field.type))}{'?' if field.nullable else ''}," for field in contract.schema
    ).rstrip(",")
    partitions = f" Partitioned by {', '.join(contract.partition_by)}." if contract.partition_by else ""
    return (
        f"\n## {contract.name}\n\nGrain: {contract.grain}. Key: {', '.join(contract.key)}.{partitions}\n\n{columns}.\n"
    )


def _kind(arrow: str) -> str:
    return {"float": "float32", "double": "float64", "date32[day]": "date", "bool": "boolean"}.get(arrow, arrow)
