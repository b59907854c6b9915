"""What every table holds that its room does not declare yet: columns, types, grain, key and partitions.

A column's text is `name:type`; a `?` after the type allows nulls. Types are Arrow's, by their short names.
"""

from collections.abc import Iterable

from fbm_pipeline.baseball.statistics import PLAYER_TYPES, statistics
from fbm_pipeline.store.columns import Column
from fbm_pipeline.store.declarations import Table


def contract(name: str, grain: str, columns: str, key: str, partition_by: str = "") -> Table:
    """A table from compact text, whose columns have no unit and no meaning yet. Raises KeyError for an unknown type."""
    described = []
    for column in columns.split():
        label, kind = column.split(":")
        described.append(Column(label, kind.rstrip("?"), unit="", meaning="", nullable=kind.endswith("?")))
    return Table(name, grain, tuple(described), tuple(key.split()), tuple(partition_by.split()))


_PLAYER_KEY = "season:i16 player_type:str as_of:date mlbam_id:i32"
HORIZONS = ("career", "three_year", "one_year", "thirty_day")


def _union_statistics(head_only: bool = False) -> list[str]:
    names: dict[str, None] = {}
    for player_type in PLAYER_TYPES:
        for statistic in statistics(player_type):
            if statistic.head or not head_only:
                names[statistic.name] = None
    return list(names)


def _profile_columns() -> str:
    columns = []
    for horizon in HORIZONS:
        columns.append(f"{horizon}_opportunities:i32")
        columns.append(f"{horizon}_supplied_by:str")  # the horizon that the rates really come from
        columns += [f"{horizon}_{name}:f64?" for name in _union_statistics(head_only=True)]
    return " ".join(columns)


_ALL: Iterable[Table] = (
    contract(
        "features.stat_profiles", "one row per player, side of the ball and as-of date; only games before as_of",
        f"{_PLAYER_KEY} age:f32 bats:str throws:str role:str identity_source:str minor_opportunities:f64 "
        f"days_since_last_game:i32? {_profile_columns()}",
        "player_type mlbam_id as_of", "player_type season",
    ),
    contract(
        "features.archetype_centroids", "one row per player type, archetype and feature",
        "player_type:str archetype:i16 feature:str centroid:f64 scaler_mean:f64 scaler_sd:f64 fitted_until:i16",
        "player_type archetype feature", "player_type",
    ),
    contract(
        "features.archetypes", "one row per player, side of the ball and as-of date",
        f"{_PLAYER_KEY} archetype:i16 distance:f32 membership:[f32]",
        "player_type mlbam_id as_of", "player_type season",
    ),
    contract(
        "features.mle_translations", "one row per season, side of the ball, component and parameter",
        "season:i16 player_type:str component:str parameter:str value:f64 n:i32 trained_from:i16 trained_until:i16",
        "season player_type component parameter", "player_type season",
    ),
    contract(
        "features.debut_means", "one row per season, side of the ball, role, age and statistic",
        "season:i16 player_type:str as_of:date role:str age:i16 statistic:str rate:f64 concentration:f64? n:i32 "
        "trained_until:i16",
        "season player_type role age statistic", "player_type season",
    ),
    contract(
        "features.mle_rates", "one row per player, side of the ball, as-of date, system and statistic",
        f"{_PLAYER_KEY} system:str statistic:str rate:f64 weight:f64 minor_weight:f64 minor_rate:f64? "
        "concentration:f64? source:str trained_until:i16",
        "player_type mlbam_id as_of system statistic", "player_type season",
    ),
    contract(
        "models.predictions", "one row per fold, season, player, side of the ball, system and statistic",
        f"fold:i16 split:str {_PLAYER_KEY} system:str statistic:str rate:f64 concentration:f64? "
        "trained_until:i16",
        "fold season player_type mlbam_id system statistic", "player_type fold",
    ),
)  # fmt: skip

CONTRACTS = {item.name: item for item in _ALL}
