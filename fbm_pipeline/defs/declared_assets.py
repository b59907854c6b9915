"""Dagster assets of declared tables: keys, groups, dependencies and partition mappings follow from the declaration.

Belongs here: what every declared table shares. Not here: which tables there are (each room's tables), and what a
person reads beside one asset alone (`describe`, handed over by the room's module in defs).
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Protocol

import dagster as dg

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.metadata import Metadata
from fbm_pipeline.defs.partitions import BEFORE, EVERY_SEASON, UP_TO
from fbm_pipeline.defs.table_assets import BuildSeason, BuildTable, season_table, whole
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.declarations import Declared, Table, Training, resolve
from fbm_pipeline.store.making import make
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.store.windows import SEASON_COLUMNS, Span, Window
from fbm_pipeline.tables import TABLES


class DescribeType(Protocol):
    """Describes a table without seasons, of a player type where it has one."""

    def __call__(self, store: Store, settings: Settings, player_type: str) -> Metadata: ...


DescribeSeason = Callable[[Store, Settings, str, int], Metadata]  # player type (empty without), season
_MAPPINGS = {Span.BEFORE: BEFORE, Span.UP_TO: UP_TO, Span.WHOLE: EVERY_SEASON, Span.SAME: None}


def declared_assets(
    table: Table,
    *,
    describe: DescribeType | None = None,
    describe_season: DescribeSeason | None = None,
    kinds: Sequence[str] = ("duckdb", "deltalake"),
) -> list[dg.AssetsDefinition]:
    """The assets of a table: one, or one for each player type where it is partitioned by it."""
    if "player_type" in table.partition_by:
        return [_asset(table, name, describe, describe_season, kinds) for name in PLAYER_TYPES]
    return [_asset(table, "", describe, describe_season, kinds)]


def declared_season_table(
    table: Table, build: BuildSeason, *, kinds: Sequence[str] = ("duckdb", "deltalake"), automatic: bool = True
) -> dg.AssetsDefinition:
    """The asset of a table of whose season `build` makes several partitions, such as months or files."""

    def seasons(store: Store, settings: Settings) -> Collection[int]:
        return resolve(table.seasons)(store, settings)

    return season_table(
        asset_key(table.name),
        table.name,
        build,
        seasons=seasons if table.seasons else None,
        **_shared(table, "", kinds, automatic),  # type: ignore[arg-type]
    )


def declared_whole_table(
    table: Table, build: BuildTable, *, kinds: Sequence[str] = ("duckdb", "deltalake"), automatic: bool = True
) -> dg.AssetsDefinition:
    """The asset of a table without seasons that `build` makes of something else than tables."""
    return whole(
        asset_key(table.name),
        table.name,
        build,
        **_shared(table, "", kinds, automatic),  # type: ignore[arg-type]
    )


def asset_key(table: str, player_type: str = "") -> str:
    """`batter/marcel_rates` of a table by player type, `core/pitches` of any other."""
    schema, name = table.split(".", 1)
    return f"{player_type}/{name}" if "player_type" in TABLES[table].partition_by else f"{schema}/{name}"


def training_key_of(training: Training, player_type: str = "") -> list[str]:
    """`batter/network` of a training by player type, `models/encoder` of any other."""
    schema, name = training.name.split(".", 1)
    return [player_type, name] if "player_type" in training.partition_by else [schema, name]


def group_of(table: Declared) -> str:
    """The room that makes the table: the group that Dagster shows is the folder."""
    return table.functions[0].split(":")[0].split(".")[1]


def dependencies(table: Declared, player_type: str = "") -> list[dg.AssetDep]:
    """What the table reads and awaits, as Dagster's dependencies; of itself only what another player type has.

    Its own earlier seasons are none: a graph has no circles.
    """
    deps: list[dg.AssetDep] = []
    for training in table.trained:
        mapping = _training_mapping(season_column(table), season_column(training))
        deps.append(dg.AssetDep(training_key_of(training, player_type), partition_mapping=mapping))
    for name, window in {**table.reads, **table.awaits}.items():
        if name != table.name or window.player_type:
            mapping = _mapping(table, TABLES[name], window)
            deps += [dg.AssetDep(key.split("/"), partition_mapping=mapping) for key in _keys(name, window, player_type)]
    return deps


def _keys(name: str, window: Window, player_type: str) -> list[str]:
    if "player_type" not in TABLES[name].partition_by:
        return [asset_key(name)]
    if window.player_type:
        return [asset_key(name, window.player_type)] if player_type != window.player_type else []
    types = [player_type] if player_type and not window.both_types else PLAYER_TYPES
    return [asset_key(name, each) for each in types]


def _mapping(table: Declared, read: Declared, window: Window) -> dg.PartitionMapping | None:
    columns = season_column(table), season_column(read)
    if None in columns or columns == ("cutoff", "cutoff"):  # the cutoff itself, whatever the window: they are matched
        return None
    return _MAPPINGS[window.span]


def _training_mapping(column: str | None, of_training: str | None) -> dg.PartitionMapping | None:
    """A fold takes what was trained before its test season; a season's tables are made with every cutoff."""
    if column in (None, of_training):
        return None
    return BEFORE if column == "fold" else EVERY_SEASON


def season_column(table: Declared) -> str | None:
    """The column by which a table's partitions are seasons; None for a table without seasons."""
    return next((column for column in SEASON_COLUMNS if column in table.partition_by), None)


def _asset(
    table: Table,
    player_type: str,
    describe: DescribeType | None,
    describe_season: DescribeSeason | None,
    kinds: Sequence[str],
) -> dg.AssetsDefinition:
    of_type: dict[str, int | str] = {"player_type": player_type} if player_type else {}
    shared = _shared(table, player_type, kinds)
    column = season_column(table)
    if column is None:
        return whole(
            asset_key(table.name, player_type),
            table.name,
            lambda store, settings: make(store, table, of_type, settings),
            describe=partial(describe, player_type=player_type) if describe else None,
            **shared,  # type: ignore[arg-type]
        )

    def build(store: Store, settings: Settings, season: int) -> Written:
        return make(store, table, {**of_type, column: season}, settings)

    def seasons(store: Store, settings: Settings) -> Collection[int]:
        if table.type_seasons:
            return resolve(table.type_seasons)(store, settings, player_type)
        return resolve(table.seasons)(store, settings)

    return season_table(
        asset_key(table.name, player_type),
        table.name,
        build,
        seasons=seasons if table.seasons or table.type_seasons else None,
        describe=(lambda store, settings, season: describe_season(store, settings, player_type, season))
        if describe_season
        else None,
        **shared,  # type: ignore[arg-type]
    )


def _shared(table: Table, player_type: str, kinds: Sequence[str], automatic: bool = True) -> dict[str, object]:
    return {
        "group": group_of(table),
        "description": table.description,
        "code": table.functions,
        "deps": dependencies(table, player_type),
        "kinds": kinds,
        "automatic": automatic,
    }
