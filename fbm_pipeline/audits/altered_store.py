"""A copy of a store in which all that is dated on or after an as-of date was changed at random.

Unchanged Parquet files are shared with the original by hard links, so that a copy costs no rows; the original is never
written to. Not here: what is made again in the copy, and the verdict (future).
"""

import datetime as dt
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.store.contents import duplicate_keys
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.tables import Store

# What features and projections may read. Of the raw tables only these: all else in them is in core.
COPIED = (
    "core.",
    "features.",
    "models.pa_embeddings",
    "raw.lahman_",
    "raw.register",
    "raw.partial_pitches",
    "raw.club_rosters",
)
PLAYER_COLUMNS = ("mlbam_id", "batter_id", "pitcher_id")
# Columns that look over whole careers in tables of people; dates of birth and hands are known before a debut.
CAREER_COLUMNS = {"core.players": ("primary_position",), "raw.lahman_people": ("weight", "debut")}
SHARE_DROPPED = 0.1
SHARE_ADDED = 0.1
SEED = 20_17


class UnauditableStoreError(ValueError):
    """A store without rows dated on or after the as-of date: nothing could be changed, so nothing would be shown."""


@contextmanager
def altered_copy(store: Store, as_of: dt.date, seed: int = SEED) -> Iterator[Store]:
    """A temporary store beside `store` that agrees with it before `as_of` and on nothing from then on.

    Tables of games and seasons: from `as_of` on outcomes are shuffled, players exchanged, games dropped and added.
    Tables with an as-of date of their own: the same for rows of a later one.
    Raises UnauditableStoreError when no core table holds such rows.
    """
    with TemporaryDirectory(prefix=".audit_", dir=store.root.parent) as folder:
        copy = Store(Path(folder) / "store", store.contracts)
        _link(store, copy)
        draw = np.random.default_rng(seed)
        everybody = _players(copy)
        changed = 0
        for name in sorted(copy.contracts):
            if copy.exists(name):
                with _unchanged_memory(copy, name):
                    rows = _alter_table(copy, name, as_of, everybody, draw)
                changed += rows if name.startswith("core.") else 0
        if not changed:
            raise UnauditableStoreError(
                f"no core table under {store.root} holds a row dated on or after {as_of}; audit an earlier season"
            )
        yield copy


@contextmanager
def _unchanged_memory(store: Store, name: str) -> Iterator[None]:
    """What was made before the date from a table of all seasons counts as made still: only what is audited is not."""
    before = store.memory.of_table(name)
    yield
    for memory in before:
        store.memory.keep(
            name, {**memory, "files": [file.path for file in store.files_under(name, memory["partition"])]}
        )
    kept = [memory["partition"] for memory in before]
    for memory in store.memory.of_table(name):
        if memory["partition"] not in kept:
            store.memory.forget(name, memory["partition"])


def _link(store: Store, copy: Store) -> None:
    """Parquet files as hard links (they are never written again), logs and memories as files of the copy's own."""
    for name in store.contracts:
        if not name.startswith(COPIED) or not store.exists(name):
            continue
        shutil.copytree(store.path(name), copy.path(name), copy_function=_link_or_copy)
        if (memory := store.root / "_memory" / name).is_dir():
            shutil.copytree(memory, copy.root / "_memory" / name)


def _link_or_copy(source: str, target: str) -> None:
    if source.endswith(".parquet"):
        os.link(source, target)
    else:
        shutil.copyfile(source, target)


def _players(store: Store) -> np.ndarray:
    """Ids of all known players with a birth date: profiles refuse many players without one."""
    if not store.exists("core.players"):
        return np.zeros(0, np.int64)
    players = store.delta("core.players").to_pyarrow_table(columns=["mlbam_id", "birth_date"])
    known = players.filter(players.column("birth_date").is_valid())
    return np.sort(known.column("mlbam_id").to_numpy().astype(np.int64))


def _alter_table(store: Store, name: str, as_of: dt.date, everybody: np.ndarray, draw: np.random.Generator) -> int:
    """Change the rows of one table that the as-of date must not know; returns how many there were."""
    contract = store.contracts[name]
    if name in CAREER_COLUMNS:
        _alter_careers(store, name, as_of, draw)
        return 0
    if _date_column(contract) is None:
        return 0
    if "season" not in contract.partition_by:
        return _alter_partition(store, contract, {}, as_of, everybody, draw)
    later = sorted({int(part["season"]) for part in store.partitions(name) if int(part["season"]) >= as_of.year})
    return sum(_alter_partition(store, contract, {"season": season}, as_of, everybody, draw) for season in later)


def _alter_careers(store: Store, name: str, as_of: dt.date, draw: np.random.Generator) -> None:
    """Dates from `as_of` on are not known yet; everything else that looks over a career is shuffled."""
    table = store.delta(name).to_pyarrow_table()
    for column in CAREER_COLUMNS[name]:
        values = table.column(column)
        if pa.types.is_date(values.type):
            known = pc.if_else(pc.less(values, as_of), values, pa.scalar(None, values.type))
            table = _replaced(table, column, known)
        else:
            table = _replaced(table, column, values.take(pa.array(draw.permutation(table.num_rows))))
    store.write(name, {}, table)


def _alter_partition(
    store: Store,
    contract: Table,
    partition: dict[str, int],
    as_of: dt.date,
    everybody: np.ndarray,
    draw: np.random.Generator,
) -> int:
    filters = [(column, "=", value) for column, value in partition.items()]
    table = store.delta(contract.name).to_pyarrow_table(filters=filters or None).select(contract.column_names)
    column = _date_column(contract)
    future = pc.greater_equal(table.column(column), _first_unknown(contract, column, as_of))
    past, rows = table.filter(pc.invert(future)), table.filter(future)
    if rows.num_rows:
        changed = _added(_altered(_thinned(rows, contract, draw), contract, everybody, draw), contract)
        whole = pa.concat_tables([past, changed])
        if past.num_rows and duplicate_keys(whole, contract.key):  # exchanged for one whom the kept rows hold
            whole = _first_of_each_key(whole, contract)
        store.write(contract.name, partition, whole.cast(contract.schema))
    return rows.num_rows


def _date_column(contract: Table) -> str | None:
    return next((name for name in ("as_of", "game_date", "season", "yearID") if name in contract.column_names), None)


def _first_unknown(contract: Table, column: str | None, as_of: dt.date) -> pa.Scalar:
    """The first date that is not known at `as_of`; what was itself made as of that date is."""
    if column in ("season", "yearID"):
        return pa.scalar(as_of.year, contract.schema.field(column).type)
    return pa.scalar(as_of + dt.timedelta(days=1) if column == "as_of" else as_of, pa.date32())


def _thinned(rows: pa.Table, contract: Table, draw: np.random.Generator) -> pa.Table:
    """Without a tenth of the games, or of the rows where there are no games; at least one row stays."""
    group = _groups(rows, contract)
    gone = draw.random(int(group.max()) + 1) < SHARE_DROPPED
    kept = rows.filter(pa.array(~gone[group]))
    return kept if kept.num_rows else rows


def _altered(rows: pa.Table, contract: Table, everybody: np.ndarray, draw: np.random.Generator) -> pa.Table:
    """Every player exchanged for another, one to one, and every other column shuffled by itself."""
    fixed = {*contract.key, *contract.partition_by, "game_date", "as_of"}
    for column in rows.column_names:
        if column in PLAYER_COLUMNS:
            rows = _replaced(rows, column, _exchanged(rows.column(column), everybody, draw))
        elif column not in fixed:
            order = pa.array(draw.permutation(rows.num_rows))
            rows = _replaced(rows, column, rows.column(column).take(order))
    return rows


def _exchanged(column: pa.ChunkedArray, everybody: np.ndarray, draw: np.random.Generator) -> pa.Array:
    """Players who change places among themselves, a tenth with some who were not there; unknown ones stay unknown."""
    known = column.is_valid().to_numpy()
    present, place = np.unique(column.drop_null().to_numpy().astype(np.int64), return_inverse=True)
    others = np.setdiff1d(everybody, present)
    new = draw.choice(others, min(len(others), round(SHARE_ADDED * len(present))), replace=False)
    taken = draw.permutation(present)
    taken[: len(new)] = new
    players = np.zeros(len(column), np.int64)
    players[known] = draw.permutation(taken)[place]
    return pa.array(players, mask=~known)


def _added(rows: pa.Table, contract: Table) -> pa.Table:
    """With a tenth of the games a second time under names of their own; tables without games get no row more."""
    if "game_id" not in contract.key:
        return rows
    group = _groups(rows, contract)
    extra = rows.filter(pa.array(group % round(1 / SHARE_ADDED) == 0))
    renamed = pc.binary_join_element_wise("added", extra.column("game_id").cast(pa.string()), "-")
    return pa.concat_tables([rows, _replaced(extra, "game_id", renamed)])


def _groups(rows: pa.Table, contract: Table) -> np.ndarray:
    """(rows,) the number of each row's game, or of the row."""
    if "game_id" not in contract.key:
        return np.arange(rows.num_rows)
    return np.unique(rows.column("game_id").to_numpy(zero_copy_only=False), return_inverse=True)[1]


def _replaced(table: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    field = table.schema.field(column)
    return table.set_column(table.column_names.index(column), field, values.cast(field.type))


def _first_of_each_key(table: pa.Table, contract: Table) -> pa.Table:
    rows = table.append_column("row_number", pa.array(np.arange(table.num_rows)))
    first = rows.group_by(list(contract.key)).aggregate([("row_number", "min")]).column("row_number_min")
    return table.take(first.combine_chunks())


def remove_partition(store: Store, name: str, partition: Mapping[str, int | str]) -> None:
    """Take a partition's rows out of the copy, and all memory of it and of the partitions under it."""
    store.drop(name, partition)
    for memory in store.memory.of_table(name):
        if all(memory["partition"].get(column, value) == value for column, value in partition.items()):
            store.memory.forget(name, memory["partition"])
