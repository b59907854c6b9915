"""The published projections as CSV and Parquet, with a small JSON of what they were made from.

Not here: how the numbers come about (projections).
"""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

from fbm_pipeline.baseball.systems import in_order_of_merit
from fbm_pipeline.publish.writing import replace_file, replace_text
from fbm_pipeline.settings import Settings

LIBRARIES = ("fbm_pipeline", "duckdb", "deltalake", "pyarrow", "numpy", "torch")


def export_paths(settings: Settings, season: int) -> dict[str, Path]:
    """The files of a season's export by kind: `csv`, `parquet` and `json` (the provenance)."""
    return {kind: settings.exports / f"projections_{season}.{kind}" for kind in ("csv", "parquet", "json")}


def provenance(settings: Settings, season: int, content_hash: str) -> dict[str, str]:
    """What identifies a season's projections: data, hash of the table's content, preset, library versions."""
    stamp = {"season": str(season), "data": settings.data_kind, "preset": settings.preset.name}
    return stamp | {"content_hash": content_hash} | {name: version(name) for name in LIBRARIES}


def write_exports(settings: Settings, season: int, table: pa.Table, content_hash: str) -> dict[str, Path]:
    """Write the CSV and the Parquet, then their JSON; files that are already these are left alone.

    A player's rows stand in the systems' order of merit. The Parquet carries the same provenance in its own metadata,
    under keys that begin with `fbm.`.
    """
    paths = export_paths(settings, season)
    table = best_first(table)
    stamp = provenance(settings, season, content_hash)
    if _recorded(paths) == stamp:
        return paths
    marked = table.replace_schema_metadata({f"fbm.{name}": value for name, value in stamp.items()})
    replace_file(paths["csv"], lambda path: csv.write_csv(table, path))
    replace_file(paths["parquet"], lambda path: parquet.write_table(marked, path, compression="zstd"))
    record = stamp | {"rows": table.num_rows, "columns": table.column_names} | {"sha256": _hashes(paths)}
    replace_text(paths["json"], json.dumps(record, indent=2) + "\n")
    return paths


def best_first(table: pa.Table) -> pa.Table:
    """Rows as publish.projections by player type and player, within them the best system first."""
    systems = table["system"].to_pylist()
    places = {name: place for place, name in enumerate(in_order_of_merit(set(systems)))}
    keys = zip(
        table["player_type"].to_pylist(), table["mlbam_id"].to_pylist(), map(places.__getitem__, systems), strict=True
    )
    order = [row for _, row in sorted((key, row) for row, key in enumerate(keys))]
    return table.take(pa.array(order, pa.int64()))


def _recorded(paths: dict[str, Path]) -> dict[str, str] | None:
    """The provenance of the files that lie there, when they are whole and still what it records."""
    if not all(path.is_file() for path in paths.values()):
        return None
    record = json.loads(paths["json"].read_text(encoding="utf-8"))
    if record.get("sha256") != _hashes(paths):
        return None
    return {name: value for name, value in record.items() if name not in ("rows", "columns", "sha256")}


def _hashes(paths: dict[str, Path]) -> dict[str, str]:
    return {kind: hashlib.sha256(paths[kind].read_bytes()).hexdigest() for kind in ("csv", "parquet")}
