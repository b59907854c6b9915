"""Profiles as a matrix for networks and clusters, and the scaler that is fitted on training rows only."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.statistics import head_statistics
from fbm_pipeline.identity.tables import HORIZONS

# Lahman writes B for switch hitters, the other sources S.
_BATS = {"bats_left": ("L",), "bats_right": ("R",), "bats_switch": ("S", "B")}
_THROWS = {"throws_left": ("L",), "throws_right": ("R",), "throws_either": ("S", "B")}

_UNIT_VARIANCE_TOLERANCE = 1e-6
# A column whose spread is below this share of its size varies by rounding only.
_CONSTANT_SPREAD = 1e-9


class EncodingError(ValueError):
    """Profiles or a scaler that do not fit together; the message says which columns."""


def profile_features(table: pa.Table) -> tuple[np.ndarray, list[str]]:
    """(n, F) float32 and the names of its F columns, from rows of `features.stat_profiles` of one player type.

    In order: rates by horizon, log(1 + opportunities) by horizon, one flag per horizon and longer horizon that
    supplies it (none set: its own), log(1 + opportunities that the minors weigh), age in years, hands as flags (none
    set: unknown), for pitchers whether a starter.
    The names depend on the player type only. Raises EncodingError for both types at once or a missing rate.
    """
    player_type = _player_type(table)
    columns: dict[str, np.ndarray] = {}
    for horizon in HORIZONS:
        for statistic in head_statistics(player_type):
            columns[f"{horizon}_{statistic.name}"] = _numbers(table, f"{horizon}_{statistic.name}")
    for horizon in HORIZONS:
        opportunities = _numbers(table, f"{horizon}_opportunities")
        columns[f"{horizon}_log_opportunities"] = np.log1p(opportunities)
    for k, horizon in enumerate(HORIZONS):
        for longer in HORIZONS[:k]:
            columns[f"{horizon}_from_{longer}"] = _flags(table, f"{horizon}_supplied_by", (longer,))
    columns["minor_log_opportunities"] = np.log1p(_numbers(table, "minor_opportunities"))
    columns["age"] = _numbers(table, "age")
    for name, letters in _BATS.items():
        columns[name] = _flags(table, "bats", letters)
    for name, letters in _THROWS.items():
        columns[name] = _flags(table, "throws", letters)
    if player_type == "pitcher":
        columns["is_starter"] = _flags(table, "role", ("starter",))
    return np.column_stack(list(columns.values())).astype(np.float32), list(columns)


def _player_type(table: pa.Table) -> str:
    player_types = table.column("player_type").unique().to_pylist()
    if len(player_types) != 1:
        raise EncodingError(
            f"profiles of player types {player_types}; expected rows of exactly one, because their rates differ. "
            "Select one player type and at least one row."
        )
    return str(player_types[0])


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    column = table.column(name)
    if column.null_count:
        raise EncodingError(
            f"{name} is null in {column.null_count} of {table.num_rows} profiles; expected a number in each. "
            "Join the profiles before encoding them, and rebuild features.stat_profiles where they lack rates."
        )
    return column.cast(pa.float64()).to_numpy()


def _flags(table: pa.Table, name: str, values: Sequence[str]) -> np.ndarray:
    return np.array([value in values for value in table.column(name).to_pylist()], dtype=np.float64)


@dataclass(frozen=True)
class Standardizer:
    """Mean and standard deviation per named column, of the rows it was fitted on.

    A column that did not vary there has sd 0 and becomes 0 for every row, later ones too: nothing can have been
    learnt from it, so a new value must not reach weights that never saw one.
    """

    names: tuple[str, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]

    @classmethod
    def fit(cls, matrix: np.ndarray, names: Sequence[str]) -> "Standardizer":
        """From training rows (n, F). Raises EncodingError for no rows, wrong width or values that are not finite."""
        values = np.asarray(matrix, dtype=np.float64)
        if values.ndim != 2 or len(values) == 0 or values.shape[1] != len(names):
            raise EncodingError(
                f"a matrix of shape {values.shape} for {len(names)} names; expected (rows > 0, {len(names)})"
            )
        broken = [name for name, column in zip(names, values.T, strict=True) if not np.isfinite(column).all()]
        if broken:
            raise EncodingError(f"columns {broken} hold values that are not finite; expected numbers only")
        mean, sd = values.mean(axis=0), values.std(axis=0)
        sd = np.where(sd <= _CONSTANT_SPREAD * np.maximum(np.abs(mean), 1e-3), 0.0, sd)
        standardizer = cls(tuple(names), tuple(mean.tolist()), tuple(sd.tolist()))
        standardizer._require_unit_variance(values)
        return standardizer

    @property
    def constant(self) -> tuple[str, ...]:
        """The columns that did not vary in the rows it was fitted on."""
        return tuple(name for name, sd in zip(self.names, self.sd, strict=True) if sd == 0.0)

    def transform(self, matrix: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """(n, F) float32. Raises EncodingError when the columns are not those it was fitted on, in that order."""
        if tuple(names) != self.names:
            raise EncodingError(
                f"columns {[name for name in names if name not in self.names]} are new and "
                f"{[name for name in self.names if name not in names]} are missing, or their order changed; "
                "expected the columns of the training rows. Fit the scaler again with the model."
            )
        return self._scaled(np.asarray(matrix, dtype=np.float64)).astype(np.float32)

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        sd = np.asarray(self.sd)
        centred = values - np.asarray(self.mean)
        return np.divide(centred, sd, out=np.zeros_like(centred), where=sd > 0)

    def _require_unit_variance(self, values: np.ndarray) -> None:
        spread = self._scaled(values).std(axis=0)
        wrong = [
            f"{name} ({scaled_sd:.6f})"
            for name, sd, scaled_sd in zip(self.names, self.sd, spread, strict=True)
            if sd > 0 and abs(scaled_sd - 1.0) > _UNIT_VARIANCE_TOLERANCE
        ]
        if wrong:
            raise EncodingError(f"after scaling the standard deviations of {wrong} are not 1; check their values")

    def to_json(self) -> str:
        return json.dumps({"names": self.names, "mean": self.mean, "sd": self.sd})

    @classmethod
    def from_json(cls, text: str) -> "Standardizer":
        """The scaler that `to_json` wrote, to the last bit."""
        parameters = json.loads(text)
        return cls(tuple(parameters["names"]), tuple(parameters["mean"]), tuple(parameters["sd"]))
