"""Whether two stores hold the same results, row for row and bit for bit: what every refactoring has to show.

Run as `python benchmarks/same_results.py BEFORE AFTER` over the homes (or store folders) of two finished runs.
Tables are read as Delta holds them, whatever their declarations say today. Columns and systems of one side only are
named and left out. The first difference of each table is printed, and the exit code is 1 when there is one.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from deltalake import DeltaTable

# Each with the columns that name a row.
TABLES = {
    "evaluation.backtest": ("season", "player_type", "mlbam_id", "statistic", "system"),
    "evaluation.scores": ("data", "comparison", "universe", "seasons", "player_type", "kind", "stat", "system"),
    "features.control_rates": ("player_type", "mlbam_id", "as_of", "system", "statistic"),
    "features.mle_rates": ("player_type", "mlbam_id", "as_of", "system", "statistic"),
    "features.playing_time": ("player_type", "mlbam_id", "as_of"),
    "publish.projections": ("season", "player_type", "mlbam_id", "system"),
}


@dataclass(frozen=True)
class Comparison:
    """The outcome for one table; `difference` is None where every compared cell has the same bits."""

    table: str
    rows: int
    difference: str | None
    left_out: tuple[str, ...]


def read_table(home: Path, name: str) -> pd.DataFrame | None:
    """The rows of a table under a home or a store folder; None where it was never written."""
    schema, table = name.split(".")
    for root in (home / "store", home):
        if (root / schema / table / "_delta_log").is_dir():
            return DeltaTable(str(root / schema / table)).to_pyarrow_table().to_pandas()
    return None


def compare(name: str, key: Sequence[str], before: pd.DataFrame, after: pd.DataFrame) -> Comparison:
    """The first difference between two versions of a table, rows matched by key. Raises KeyError for a lost key."""
    left_out = _columns_left_out(before, after)
    columns = [column for column in before.columns if column in after.columns]
    if "system" in columns:
        systems = set(before["system"]) & set(after["system"])
        left_out += [
            f"system {system} (one side only)" for system in sorted({*before["system"], *after["system"]} - systems)
        ]
        before, after = before[before["system"].isin(systems)], after[after["system"].isin(systems)]
    before, after = (rows[columns].sort_values(list(key)).reset_index(drop=True) for rows in (before, after))
    return Comparison(name, len(before), _first_difference(key, before, after), tuple(left_out))


def _columns_left_out(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    gone = [f"column {column} (before only)" for column in before.columns if column not in after.columns]
    return gone + [f"column {column} (after only)" for column in after.columns if column not in before.columns]


def _first_difference(key: Sequence[str], before: pd.DataFrame, after: pd.DataFrame) -> str | None:
    names = list(key)
    matched = before[names].merge(after[names], on=names, how="outer", indicator="side")
    unmatched = matched[matched["side"] != "both"]
    if len(unmatched):
        row = unmatched.iloc[0]
        side = "before" if row["side"] == "left_only" else "after"
        return f"{len(before)} rows before, {len(after)} after; first unmatched, {side} only: {_words(row[names])}"
    for column in before.columns:
        differing = np.flatnonzero(_bits(before[column]) != _bits(after[column]))
        if len(differing):
            at = differing[0]
            values = f"{before[column].iloc[at]!r} before, {after[column].iloc[at]!r} after"
            return f"{column} differs in {len(differing)} rows; first {_words(before.loc[at, names])}: {values}"
    return None


def _bits(values: pd.Series) -> np.ndarray:
    """Cells as something that compares by bits: a NaN equals itself, and 0.0 is not -0.0."""
    if pd.api.types.is_float_dtype(values.dtype):
        plain = values.to_numpy()
        return np.where(np.isnan(plain), np.uint64(0x7FF8 << 48), plain.astype(np.float64).view(np.uint64))
    return values.map(repr).to_numpy(dtype=object)


def _words(row: pd.Series) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="same_results.py", description=__doc__)
    parser.add_argument("before", type=Path, help="the home of the run before the change")
    parser.add_argument("after", type=Path, help="the home of the run after it")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=list(TABLES), help="only these tables")
    options = parser.parse_args(arguments)
    same = True
    compared = 0
    for name in options.tables:
        before, after = read_table(options.before, name), read_table(options.after, name)
        if before is None or after is None:
            absent = "both sides" if before is None and after is None else "before" if before is None else "after"
            same &= before is None and after is None
            print(f"{name:<24} not written: {absent}")
            continue
        comparison = compare(name, TABLES[name], before, after)
        compared += 1
        same &= comparison.difference is None
        print(f"{name:<24} {comparison.rows:>9,} rows  {comparison.difference or 'the same to the bit'}")
        for line in comparison.left_out:
            print(f"{'':<24} left out: {line}")
    if not compared:
        print("nothing was compared: give the homes of two finished runs, such as var/real", file=sys.stderr)
        return 2
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
