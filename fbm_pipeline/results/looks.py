"""The record of looks: how often the test seasons have been seen with how many configurations of a system.

A figure on test seasons is honest once. Whoever changes a system after seeing them and looks again has chosen on
them a little; the record counts how often. Not here: the scores that were looked at.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.public import PUBLIC_SYSTEMS
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.evaluation.scoring import seasons_label
from fbm_pipeline.evaluation.sheets import scored_statistics
from fbm_pipeline.publish.writing import replace_file

LOOK_COLUMNS = ("data", "system", "look", "configuration", "seasons")
_PLACES = 7  # of a rate: beyond them two runs of one configuration may differ in their last bits


def configurations(backtest: pd.DataFrame, systems: Sequence[str], test_seasons: Sequence[int]) -> dict[str, str]:
    """By own system: hash of all that it projects for the test seasons in the backtest, whichever are looked at.

    A system without a test season is absent, as are public ones: those are nobody's here to tune.
    """
    published = {stat for player_type in PLAYER_TYPES for stat in scored_statistics(player_type)}
    names = ["system", "season", "player_type", "mlbam_id", "statistic"]
    rows = backtest[
        backtest["season"].isin(list(test_seasons))
        & backtest["statistic"].isin(published)
        & backtest["system"].isin(set(systems) - set(PUBLIC_SYSTEMS))
    ]
    rows = rows.astype({"system": "str", "player_type": "str", "statistic": "str"}).sort_values(names)
    return {str(system): _digest(projected) for system, projected in rows.groupby("system")}


def _digest(rows: pd.DataFrame) -> str:
    digest = hashlib.sha256()
    for name in ("season", "mlbam_id"):
        digest.update(rows[name].to_numpy(np.int64).tobytes())
    for name in ("player_type", "statistic"):
        digest.update("\n".join(rows[name]).encode())
    digest.update(np.rint(rows["projected"].to_numpy(np.float64) * 10**_PLACES).astype(np.int64).tobytes())
    return digest.hexdigest()[:12]


def note_looks(
    target: Path, data_kind: str, backtest: pd.DataFrame, systems: Sequence[str], test_seasons: Sequence[int]
) -> pd.DataFrame:
    """Add the configurations that were not seen before to the file; returns all of its rows.

    Raises EvaluationError when the file is not this command's.
    """
    looks = read_looks(target)
    for system, configuration in configurations(backtest, systems, test_seasons).items():
        seasons = sorted(set(backtest.loc[backtest["system"] == system, "season"]) & set(test_seasons))
        looks = add_look(looks, data_kind, system, configuration, seasons_label([int(year) for year in seasons]))
    write_looks(target, looks)
    return looks


def add_look(looks: pd.DataFrame, data_kind: str, system: str, configuration: str, seasons: str) -> pd.DataFrame:
    """The record with the next look at a system; as it was where this configuration was seen before."""
    earlier = looks[(looks["data"] == data_kind) & (looks["system"] == system)]
    if configuration in set(earlier["configuration"]):
        return looks
    row = (data_kind, system, len(earlier) + 1, configuration, seasons)
    look = pd.DataFrame([row], columns=list(LOOK_COLUMNS))
    return pd.concat([part for part in (looks, look) if len(part)], ignore_index=True)


def write_looks(target: Path, looks: pd.DataFrame) -> Path:
    """Write the record in its order, whole or not at all."""
    table = looks.sort_values(["data", "system", "look"])
    return replace_file(target, lambda path: table.to_csv(path, index=False, lineterminator="\n"))


def read_looks(target: Path) -> pd.DataFrame:
    """The rows of looks.csv; none where there is no file. Raises EvaluationError when its columns are others."""
    if not target.is_file():
        return pd.DataFrame({name: pd.Series(dtype="int64" if name == "look" else "str") for name in LOOK_COLUMNS})
    table = pd.read_csv(target, dtype={name: "str" for name in LOOK_COLUMNS if name != "look"})
    if list(table.columns) != list(LOOK_COLUMNS):
        raise EvaluationError(
            f"{target} has the columns {list(table.columns)}, expected {list(LOOK_COLUMNS)}. Next: bring back the "
            "committed file; the record of looks is not made again."
        )
    return table


def count_looks(looks: pd.DataFrame, data_kind: str) -> dict[str, int]:
    """By system: the configurations whose test seasons have been looked at."""
    counts = looks[looks["data"] == data_kind].groupby("system")["look"].max()
    return {str(system): int(count) for system, count in counts.items()}
