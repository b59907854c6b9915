"""What is made again for an audit: all tables between core and the projections, in order.

It follows from what the tables declare to read; nobody keeps a list. Not here: the audit itself (future).
"""

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from fbm_pipeline.audits.future import Rebuild
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.held_tables import Partition
from fbm_pipeline.store.making import make
from fbm_pipeline.store.windows import SEASON_COLUMNS, Span


def rebuilds(
    tables: Mapping[str, Table],
    names: Iterable[str],
    season: int,
    settings: Settings | Preset,
    *,
    behind: bool = True,
) -> list[Rebuild]:
    """The partitions of these tables of a season, and those behind them, each after all that it reads.

    Without `behind` the tables alone, where what they read has an audit of its own. Of both player types where a table
    has both; batters first, because pitchers' may read theirs.
    """
    seasons = seasons_behind(tables, names, season) if behind else dict.fromkeys(names, season)
    reads = {
        name: [read for read in sorted(tables[name].reads) if read in seasons and read != name] for name in seasons
    }
    return [
        _rebuild(tables[name], partition, settings)
        for name in TopologicalSorter(reads).static_order()
        for partition in _partitions(tables[name], seasons[name])
    ]


def seasons_behind(tables: Mapping[str, Table], names: Iterable[str], season: int) -> dict[str, int]:
    """The latest season of each feature table that the named tables of a season are made from, themselves included.

    What is read of the seasons before has the season before as its latest. Tables without seasons are passed over:
    they were fitted once, on seasons that no test uses.
    """
    latest: dict[str, int] = {}
    waiting = [(name, season) for name in names]
    while waiting:
        name, of = waiting.pop()
        if not _is_made_again(tables[name]) or latest.get(name, of - 1) >= of:
            continue
        latest[name] = of
        waiting += [(read, of - (window.span is Span.BEFORE)) for read, window in tables[name].reads.items()]
    return latest


def _is_made_again(table: Table) -> bool:
    by_season = "season" in table.partition_by and {"player_type", "season"} >= set(table.partition_by)
    return table.name.startswith("features.") and by_season and bool(table.build)


def _partitions(table: Table, season: int) -> list[Partition]:
    of_season: Partition = {column: season for column in SEASON_COLUMNS if column in table.partition_by}
    if "player_type" not in table.partition_by:
        return [of_season]
    return [{"player_type": player_type, **of_season} for player_type in PLAYER_TYPES]


def _rebuild(table: Table, partition: Partition, settings: Settings | Preset) -> Rebuild:
    return Rebuild(table.name, partition, lambda store: make(store, table, partition, settings))
