"""Delta tables: whole partitions replaced atomically, and work skipped when its inputs did not change.

A partition is remembered with the key of what it was made from and the hash of what it holds. The memory is a
small JSON beside the table, checked against the table's live files: when it is lost or disagrees, the partition is
made again. Readers always see a whole version, never a half-written one: that is Delta's promise, not ours.
"""

import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, WriterProperties, write_deltalake

from fbm_pipeline.store.declarations import ContractError, Table, violations

Partition = Mapping[str, int | str]

logger = logging.getLogger("fbm_pipeline.store")


@dataclass(frozen=True)
class Written:
    """What a table's partition holds after a call. `skipped` tells that its inputs had not changed."""

    table: str
    partition: dict[str, int | str]
    rows: int
    content_hash: str
    skipped: bool


# Opened tables, each with the commit that was its newest: a session binds thirty tables, and most did not change.
_OPENED: dict[Path, tuple[tuple[str, int, int], DeltaTable]] = {}


class Store:
    """The Delta tables under one root, by `schema.table` name."""

    def __init__(self, root: Path, contracts: Mapping[str, Table]) -> None:
        self.root = root
        self.contracts = contracts

    def shown(self) -> list[str]:
        """The tables that a session shows where it is asked for none by name: all that were written."""
        return [name for name in self.contracts if self.exists(name)]

    def path(self, name: str) -> Path:
        schema, table = self.contracts[name].name.split(".")
        return self.root / schema / table

    def exists(self, name: str) -> bool:
        """Whether the table was written under its present contract. One of an older contract is made again."""
        return self._written(name) and self._fits(name)

    def _written(self, name: str) -> bool:
        return (self.path(name) / "_delta_log").is_dir()

    def _fits(self, name: str) -> bool:
        return pa.schema(self._open(name).schema().to_arrow()).equals(self.contracts[name].schema)

    def delta(self, name: str) -> DeltaTable:
        """The Delta table. Raises FileNotFoundError naming the table when it was never written."""
        if not self.exists(name):
            older = " under its present contract (an older one is there)" if self._written(name) else ""
            raise FileNotFoundError(f"table {name} does not exist under {self.root}{older}; materialize {name} first")
        return self._open(name)

    def _open(self, name: str) -> DeltaTable:
        path = self.path(name)
        newest = _newest_commit(path / "_delta_log")
        held = _OPENED.get(path)
        if held is None or held[0] != newest:
            held = _OPENED[path] = (newest, DeltaTable(str(path)))
        return held[1]

    def files(self, name: str) -> list[str]:
        """The live files of the current version, as local paths."""
        return [unquote(uri.removeprefix("file://")) for uri in self.delta(name).file_uris()]

    def partitions(self, name: str) -> list[dict[str, int | str]]:
        """Partitions with live rows, each as a mapping of column to value."""
        if not self.exists(name):
            return []
        types = {field.name: field.type for field in self.contracts[name].schema}
        seen = {}
        for raw in self.delta(name).partitions():
            values = {k: int(v) if pa.types.is_integer(types[k]) else str(v) for k, v in raw.items()}
            seen[json.dumps(values, sort_keys=True)] = values
        return [seen[key] for key in sorted(seen)]

    def build(self, name: str, partition: Partition, inputs: str, compute: Callable[[], pa.Table]) -> Written:
        """Make one partition unless it was already made from the same inputs.

        `inputs` identifies everything the result depends on (see `inputs_key`). `partition` may name fewer columns
        than the table is partitioned by: then all partitions under it are replaced together.

        Raises ContractError when the computed table breaks its contract; the stored table stays as it was.
        """
        return self.current(name, partition, inputs) or self.write(name, partition, compute(), inputs)

    def current(self, name: str, partition: Partition, inputs: str) -> Written | None:
        """What the partition holds when it was made from these inputs and is still whole, else None."""
        memory = self._memory(name, partition)
        if memory is None or memory["inputs"] != inputs or self._live(name, partition) != memory["files"]:
            return None
        return Written(name, dict(partition), memory["rows"], memory["content_hash"], skipped=True)

    def drop(self, name: str, partition: Partition) -> None:
        """Remove one partition: its rows and the memory of it. One that is not there is no error."""
        if self._live(name, partition):
            self.delta(name).delete(_predicate(partition))
        self._memory_file(name, partition).unlink(missing_ok=True)

    def write(self, name: str, partition: Partition, table: pa.Table, inputs: str = "") -> Written:
        """Replace one partition (or the whole table for an empty mapping) in one commit.

        Unchanged content is not written again. Raises ContractError listing every violation.
        """
        contract = self.contracts[name]
        self._check(contract, partition, table)
        table = table.select(contract.column_names).cast(contract.schema)
        digest = content_hash(table)
        memory = self._memory(name, partition)
        unchanged = (
            memory is not None and memory["content_hash"] == digest and self._live(name, partition) == memory["files"]
        )
        if not unchanged:
            self._commit(contract, partition, table)
        self._remember(name, partition, inputs, digest, table.num_rows)
        return Written(name, dict(partition), table.num_rows, digest, skipped=unchanged)

    def write_many(
        self, name: str, partition: Partition, column: str, table: pa.Table, inputs: Mapping[int, str]
    ) -> list[Written]:
        """Replace the partitions under `partition` that have the keys of `inputs` in `column`, in one commit.

        As `write` for each of them with its own inputs, but a commit costs more than the rows of a month. Unchanged
        ones are not written again. Raises ContractError listing every violation.
        """
        contract = self.contracts[name]
        self._check(contract, partition, table)
        found = set(table.column(column).unique().to_pylist()) - set(inputs)
        if found:
            raise ContractError(f"{name} {dict(partition)}: {column} {sorted(found)} is not asked for")
        table = table.select(contract.column_names).cast(contract.schema)
        parts = {value: {**partition, column: value} for value in inputs}
        held = {value: self._memory(name, part) for value, part in parts.items()}
        hashes = partition_hashes(table, column, list(inputs))
        changed = []
        for value, part in parts.items():
            memory = held[value]
            if (
                memory is None
                or memory["content_hash"] != hashes[value][1]
                or self._live(name, part) != memory["files"]
            ):
                changed.append(value)
        if changed:
            rows = table if len(changed) == len(inputs) else table.filter(pc.field(column).isin(changed))
            self._commit(contract, partition, rows, f"{column} in ({', '.join(map(str, changed))})")
        results = []
        for value, part in parts.items():
            count, digest = hashes[value]
            self._remember(name, part, inputs[value], digest, count)
            results.append(Written(name, part, count, digest, skipped=value not in changed))
        return results

    def create(self, name: str) -> None:
        """Make the table without rows unless it is there. Its own commit, because two processes that both took their
        partition's first write for the table's would each replace the whole of it."""
        if self.exists(name):
            return
        contract = self.contracts[name]
        self._remove_outdated(name)
        self.path(name).mkdir(parents=True, exist_ok=True)
        # A checkpoint every ten commits: a table of 170 months opens in 6 ms instead of 40, and is opened often.
        DeltaTable.create(
            str(self.path(name)), contract.schema, mode="ignore", partition_by=list(contract.partition_by) or None,
            configuration={"delta.checkpointInterval": "10"},
        )  # fmt: skip

    def _remove_outdated(self, name: str) -> None:
        """Take away a table whose columns are those of an older contract: all of it can be made again."""
        if not self._written(name):
            return
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # of two processes that find it outdated the second finds it gone
            if not self._written(name) or self._fits(name):
                return
            logger.warning("%s has the columns of an older contract: it is made anew", name)
            shutil.rmtree(self.path(name))
            shutil.rmtree(self.root / "_memory" / name, ignore_errors=True)
            _OPENED.pop(self.path(name), None)

    def made(self, name: str, partition: Partition) -> bool:
        """Whether the partition was ever made, be it without rows: `partitions` lists those that have some."""
        return self.exists(name) and self._memory(name, partition) is not None

    def content(self, name: str, partition: Partition | None = None) -> str:
        """Hash of what the table (or the partitions under `partition`) holds now: the key for what reads it."""
        wanted = dict(partition or {})
        exact = self._memory(name, wanted) if set(wanted) == set(self.contracts[name].partition_by) else None
        if exact is not None:
            return hashlib.sha256(exact["content_hash"].encode()).hexdigest()
        hashes = []
        for file in sorted((self.root / "_memory" / name).glob("*.json")):
            memory = _read_memory(file)
            if all(memory["partition"].get(k, v) == v for k, v in wanted.items()):
                hashes.append(memory["content_hash"])
        return hashlib.sha256("".join(hashes).encode()).hexdigest()

    def content_hashes(self, name: str) -> list[tuple[dict[str, int | str], str]]:
        """Every partition that was written, with the hash of what it holds, in a fixed order."""
        memories = [_read_memory(file) for file in sorted((self.root / "_memory" / name).glob("*.json"))]
        return [(memory["partition"], memory["content_hash"]) for memory in memories]

    def _check(self, contract: Table, partition: Partition, table: pa.Table) -> None:
        found = violations(table, contract)
        if not found and table.num_rows:
            found += [
                f"{column} is not {value!r} in every row"
                for column, value in partition.items()
                if set(table.column(column).unique().to_pylist()) != {value}
            ]
            found += duplicate_keys(table, contract.key)
        if found:
            raise ContractError(
                f"{contract.name} {dict(partition)} ({contract.grain}): " + "; ".join(found)
                + ". Nothing was written. Mend the source or the statement that makes this table."
            )  # fmt: skip

    def _commit(self, contract: Table, partition: Partition, table: pa.Table, narrower: str = "") -> None:
        self.create(contract.name)
        delta = self.delta(contract.name)
        # An overwrite with a predicate replaces the partition in one commit.
        write_deltalake(
            delta, table, mode="overwrite", partition_by=list(contract.partition_by) or None,
            predicate=" and ".join(filter(None, (_predicate(partition), narrower))) or None,
            writer_properties=WriterProperties(compression="ZSTD", compression_level=1),
        )  # fmt: skip
        path = self.path(contract.name)
        newest = _newest_commit(path / "_delta_log")
        if int(Path(newest[0]).stem) == delta.version():  # else another process wrote after us: it is opened anew
            _OPENED[path] = (newest, delta)

    def _memory_file(self, name: str, partition: Partition) -> Path:
        label = "-".join(f"{k}={partition[k]}" for k in sorted(partition)) or "all"
        safe = label if len(label) < 120 and "/" not in label else hashlib.sha256(label.encode()).hexdigest()
        return self.root / "_memory" / name / f"{safe}.json"

    def _memory(self, name: str, partition: Partition) -> dict | None:
        file = self._memory_file(name, partition)
        return _read_memory(file) if file.is_file() else None

    def _live(self, name: str, partition: Partition) -> list[str]:
        if not self.exists(name):
            return []
        filters = [(column, "=", str(value)) for column, value in partition.items()]
        return sorted(self.delta(name).file_uris(partition_filters=filters or None))

    def _remember(self, name: str, partition: Partition, inputs: str, digest: str, rows: int) -> None:
        file = self._memory_file(name, partition)
        file.parent.mkdir(parents=True, exist_ok=True)
        memory = {
            "partition": dict(partition), "inputs": inputs, "content_hash": digest, "rows": rows,
            "files": self._live(name, partition),
        }  # fmt: skip
        temporary = file.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(memory, indent=1), encoding="utf-8")
        temporary.replace(file)


# Memories as last read, each with its file's inode, size and time: a run asks for the same hundreds again and again.
_MEMORIES: dict[Path, tuple[tuple[int, int, int], dict]] = {}


def _read_memory(file: Path) -> dict:
    status = file.stat()
    mark = (status.st_ino, status.st_size, status.st_mtime_ns)
    remembered = _MEMORIES.get(file)
    if remembered is None or remembered[0] != mark:
        remembered = _MEMORIES[file] = (mark, json.loads(file.read_text(encoding="utf-8")))
    return remembered[1]


def _predicate(partition: Partition) -> str | None:
    """The partition as SQL; None for the whole table."""
    conditions = []
    for column, value in partition.items():
        text = "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
        conditions.append(f"{column} = {text}")
    return " and ".join(conditions) or None


def _newest_commit(log: Path) -> tuple[str, int, int]:
    """Name, inode and time of the newest commit: a table made anew under an old path has another one."""
    commits = (entry for entry in os.scandir(log) if entry.name[0].isdigit() and entry.name.endswith(".json"))
    newest = max(commits, key=lambda entry: entry.name)
    return newest.name, newest.inode(), newest.stat().st_mtime_ns


@cache
def _scratch() -> duckdb.DuckDBPyConnection:
    """One DuckDB for hashes and key checks: opening one for each costs more than they do. Use a cursor of it."""
    return duckdb.connect()


def content_hash(table: pa.Table) -> str:
    """Hash of a table as a set of rows: the same rows in another order hash alike.

    DuckDB's row hash summed as integers: exact whatever the number of threads, and null slots do not count.
    """
    return partition_hashes(table, None, [None])[None][1]


def partition_hashes(table: pa.Table, column: str | None, values: Sequence) -> dict:
    """(rows, content hash) of the rows with each value of a column; of the whole table under None for no column."""
    schema = ",".join(f"{field.name}:{field.type}" for field in table.schema)
    columns = ", ".join(f'"{name}"' for name in table.column_names)
    by = f'"{column}"' if column else "null"
    found: dict = dict.fromkeys(values, (0, None, None))
    with _scratch().cursor() as connection:
        connection.register("content", table)
        rows = connection.execute(
            f"select {by}, count(*), sum(hash({columns})::hugeint), bit_xor(hash({columns})) from content group by 1"
        ).fetchall()
    found.update({row[0]: row[1:] for row in rows})
    return {value: (row[0], hashlib.sha256(f"{schema}|{row}".encode()).hexdigest()) for value, row in found.items()}


def duplicate_keys(table: pa.Table, key: Sequence[str]) -> list[str]:
    """One line naming the count and a sample when rows share a key."""
    columns = ", ".join(f'"{name}"' for name in key)
    with _scratch().cursor() as connection:
        connection.register("content", table)
        # As many hashes as rows prove that no key repeats, and are quicker to count; fewer prove nothing.
        counts = connection.execute(f"select count(*), count(distinct hash({columns})) from content").fetchone()
        if counts is not None and counts[0] == counts[1]:
            return []
        rows = connection.execute(
            f"select {columns}, count(*) from content group by all having count(*) > 1 order by all limit 3"
        ).fetchall()
        if not rows:
            return []
        total = connection.execute(
            f"select count(*) from (select 1 from content group by {columns} having count(*) > 1)"
        ).fetchone()
    return [f"{total[0] if total else 0} keys ({', '.join(key)}) occur more than once, such as {rows}"]


def inputs_key(**parts: object) -> str:
    """Hash of named inputs: content hashes, the statement's text, constants. Paths and clocks never belong here."""
    text = json.dumps(parts, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)  # type: ignore[call-overload]
    return str(value)
