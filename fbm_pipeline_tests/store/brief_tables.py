"""Tables from compact text, for tests that need a table and not what its columns mean."""

from fbm_pipeline.store.columns import Column
from fbm_pipeline.store.declarations import Table


def contract(name: str, grain: str, columns: str, key: str, partition_by: str = "") -> Table:
    """A table from compact text, whose columns have no unit and no meaning. Raises KeyError for an unknown type."""
    described = []
    for column in columns.split():
        label, kind = column.split(":")
        described.append(Column(label, kind.rstrip("?"), unit="", meaning="", nullable=kind.endswith("?")))
    return Table(name, grain, tuple(described), tuple(key.split()), tuple(partition_by.split()))
