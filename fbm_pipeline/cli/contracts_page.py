"""The pages of table contracts, written from the declarations: an index by room, and a page for each table."""

import re
from collections.abc import Sequence
from pathlib import Path

from fbm_pipeline.baseball.statistics import BATTER_STATISTICS, PITCHER_STATISTICS
from fbm_pipeline.store.columns import Column
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.tables import ROOMS
from fbm_pipeline.warehouse.raw import RawTable

INDEX = "data-contracts.md"
TABLE_PAGES = "tables"

_STATISTICS = {statistic.name for statistic in (*BATTER_STATISTICS, *PITCHER_STATISTICS)}

_KINDS = {
    "float": "float32",
    "double": "float64",
    "date32[day]": "date",
    "bool": "boolean",
    "list<item: float>": "list of float32",
}

_OPENING = """# Data contracts

Every table, by room: what a row is, how it is partitioned and what it is made from.
Its columns, with types, units and meanings, stand on the table's own page.
Written by `fbm contracts` from the declarations in `fbm_pipeline/<room>/tables.py`.

After each table that is read stand its seasons that are open while a season is made: that one (same),
those before, both (up to), or all (whole). *If there* marks a table that a data folder may lack.
"""
_TABLE_FOOT = """
Written by `fbm contracts` from `fbm_pipeline/{room}/tables.py`; [all tables](../data-contracts.md).
`?` marks columns that may be null. Nothing in the product reads what is *for people*.
`…` in a meaning is the statistic in the column's name.
"""


def contract_pages() -> dict[Path, str]:
    """Markdown by path under the folder of pages: the index, and each table with all its columns."""
    pages = {
        Path(TABLE_PAGES, f"{table.name}.md"): _table_page(room, table)
        for room, tables in ROOMS.items()
        for table in tables
    }
    index = _OPENING + "".join(_index_of(room, tables) for room, tables in ROOMS.items())
    return {Path(INDEX): index, **pages}


def write_contracts(docs: Path) -> list[Path]:
    """Write the pages under `docs`, and delete those of tables that are gone. Returns what was written."""
    pages = {docs / path: text for path, text in contract_pages().items()}
    folder = docs / TABLE_PAGES
    folder.mkdir(parents=True, exist_ok=True)
    for outdated in set(folder.glob("*.md")) - set(pages):
        outdated.unlink()
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    return list(pages)


def _index_of(room: str, tables: Sequence[Table]) -> str:
    rows = [
        (
            f"[`{table.name}`]({TABLE_PAGES}/{table.name}.md)",
            table.grain.removeprefix("one row per "),
            ", ".join(table.partition_by),
            _made_from(table),
        )
        for table in tables
    ]
    return f"\n## {room}\n\n" + _markdown_table(("Table", "One row per", "Partitions", "Made from"), rows)


def _table_page(room: str, table: Table) -> str:
    partitions = f" Partitioned by {_names(table.partition_by)}." if table.partition_by else ""
    return (
        f"# {table.name}\n\n{table.description}\n\n"
        f"Grain: {table.grain}. Key: {_names(table.key)}.{partitions}\n\n"
        f"Made from: {_made_from(table)}.\n\n"
        + _markdown_table(("Columns", "Type", "Unit", "Meaning"), _column_rows(table.columns))
        + _TABLE_FOOT.format(room=room)
    )


def _made_from(table: Table) -> str:
    if isinstance(table, RawTable):
        return f"files of kind `{table.files}`"
    reads = [f"`{name}` ({window})" for name, window in table.reads.items()]
    return ", ".join([*reads, *(f"weights of `{training.name}`" for training in table.trained)])


def _column_rows(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    """One row for columns alike in type, unit and meaning, where the first of them stands.

    Beside those of several statistics only neighbours share one: `of these` refers to the column above.
    """
    rows: list[tuple[tuple[str, ...], list[str]]] = []
    for column in columns:
        meaning = _without_statistic(column)
        kind = (_kind(column), column.unit, meaning + (" (*for people*)" if column.for_people else ""))
        near = rows[-1:] if meaning == column.meaning else rows
        names = next((names for other, names in near if other == kind), None)
        if names is None:
            names = []
            rows.append((kind, names))
        names.append(f"`{column.name}`{'?' if column.nullable else ''}")
    return [(", ".join(names), *kind) for kind, names in rows]


def _without_statistic(column: Column) -> str:
    """The meaning, with `…` for a statistic that the column's name holds."""
    words = re.findall(r"[a-z_0-9]+", column.meaning)
    shown = next((word for word in words if word in _STATISTICS and word in column.name), None)
    return re.sub(rf"\b{shown}\b", "…", column.meaning) if shown else column.meaning


def _kind(column: Column) -> str:
    arrow = str(column.field.type)
    return _KINDS.get(arrow, arrow)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns)


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
