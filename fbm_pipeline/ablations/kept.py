"""What a finished cell leaves: its projected rates and a card, in a folder named by the run key, whole or not at all.

Not here: how a cell is computed (runner).
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fbm_pipeline.ablations.configuration import AblationError
from fbm_pipeline.settings import Settings

Summary = dict[str, float | int | str]  # how a fit went, by name
PREDICTIONS, CARD = "predictions.parquet", "card.json"


class DamagedCellError(AblationError):
    """A kept cell whose files are not those that were written; the message says which folder to remove."""


@dataclass(frozen=True)
class Kept:
    """A finished cell. `rates` is long: mlbam_id, statistic, rate; `card` what is known of how it was made."""

    folder: Path
    rates: pd.DataFrame
    card: Mapping[str, object]


def cells_folder(settings: Settings) -> Path:
    return settings.home / "ablations" / "cells"


def progress_folder(settings: Settings, key: str) -> Path:
    """Where a training that is under way keeps its checkpoint."""
    return settings.home / "ablations" / "progress" / key


def is_kept(settings: Settings, key: str) -> bool:
    return (cells_folder(settings) / key / CARD).is_file()


def load_kept(settings: Settings, key: str) -> Kept | None:
    """The finished cell of that key, or None. Raises DamagedCellError where its files were changed."""
    folder = cells_folder(settings) / key
    if not is_kept(settings, key):
        return None
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    file = folder / PREDICTIONS
    stored_hash = _hash(file) if file.is_file() else "nothing"
    if stored_hash != card["predictions_sha256"]:
        raise DamagedCellError(
            f"{file}: expected sha256 {card['predictions_sha256']}, found {stored_hash}. Remove {folder} and run again."
        )
    return Kept(folder, pd.read_parquet(file), card)


def keep(settings: Settings, key: str, rates: pd.DataFrame, card: Mapping[str, object]) -> Kept:
    """Write a finished cell beside its place and move it there. Raises ValueError for rates that are not numbers."""
    if rates.empty or rates["rate"].isna().any():
        raise ValueError(f"cell {key[:12]}: {int(rates['rate'].isna().sum())} of {len(rates)} rates are no numbers")
    target = cells_folder(settings) / key
    temporary = target.with_name(f".{key}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    rates.to_parquet(temporary / PREDICTIONS, index=False)
    full = {**card, "key": key, "rows": len(rates), "predictions_sha256": _hash(temporary / PREDICTIONS)}
    (temporary / CARD).write_text(json.dumps(full, indent=1, sort_keys=True), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)  # a folder without a card: somebody removed it by hand
    temporary.rename(target)
    return Kept(target, rates, full)


@contextmanager
def only_one(settings: Settings, key: str) -> Iterator[None]:
    """Hold the cell: a second process that wants it waits, and then finds it finished."""
    folder = settings.home / "ablations" / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / key).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
