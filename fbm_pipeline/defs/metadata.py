"""What a person reads beside an asset: its table's grain and columns, rows, plots, addresses.

Belongs here: turning results into Dagster metadata. Not here: computing any number.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.tables import Store, Written

Metadata = Mapping[str, Any]

# Plots live in the event log as text: above this they would slow every page of the UI.
LARGEST_FIGURE = 100_000


def table_definition(contract: Table) -> dict[str, Any]:
    """Definition metadata of a table: name, columns with their types, key and partitions."""
    return {
        "dagster/table_name": contract.name,
        "dagster/column_schema": column_schema(contract),
        "grain": contract.grain,
        "key": ", ".join(contract.key),
        "partitioned by": ", ".join(contract.partition_by) or "nothing",
    }


def column_schema(contract: Table) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=field.name, type=str(field.type), constraints=dg.TableColumnConstraints(nullable=field.nullable)
            )
            for field in contract.schema
        ]
    )


def table_metadata(store: Store, written: Sequence[Written]) -> dict[str, Any]:
    """Rows, address and what happened, for the partitions of one table written together."""
    table = written[0].table
    return {
        "dagster/row_count": sum(item.rows for item in written),
        "dagster/uri": str(store.path(table)),
        "written": "skipped: inputs or content unchanged" if all_skipped(written) else "written",
        "delta version": store.delta(table).version() if store.exists(table) else -1,
    }


def all_skipped(written: Iterable[Written]) -> bool:
    return all(item.skipped for item in written)


def figure(png: bytes) -> dg.MarkdownMetadataValue:
    """A plot as Markdown with the picture inside. Raises ValueError when the picture is too large for that."""
    if len(png) > LARGEST_FIGURE:
        raise ValueError(f"the plot takes {len(png)} bytes, more than {LARGEST_FIGURE}: draw fewer points")
    return dg.MetadataValue.md(f"![plot](data:image/png;base64,{base64.b64encode(png).decode('ascii')})")


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> dg.MarkdownMetadataValue:
    """A small Markdown table; floats with four decimals."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return dg.MetadataValue.md("\n".join(lines))


def _cell(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
