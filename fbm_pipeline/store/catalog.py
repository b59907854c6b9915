"""`feature_store.duckdb`: a small file of views over the current tables, for people and their tools."""

import os
from pathlib import Path

import duckdb

from fbm_pipeline.store.engine import create_views
from fbm_pipeline.store.tables import Store


def write_catalog(store: Store, target: Path) -> list[str]:
    """Rebuild the catalog beside its target and swap it in; an open reader keeps the file it has.

    Returns the names of the views.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    with duckdb.connect(str(temporary)) as connection:
        made = create_views(connection, store)
    temporary.replace(target)
    return made
