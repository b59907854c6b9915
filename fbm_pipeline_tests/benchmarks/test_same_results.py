"""The comparison of two stores notices one bit, one row and one lost table, and nothing else."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from deltalake import write_deltalake

from fbm_pipeline.settings import REPOSITORY

TABLE = "features.mle_rates"


@pytest.fixture(scope="module")
def same_results() -> ModuleType:
    spec = importlib.util.spec_from_file_location("same_results", REPOSITORY / "benchmarks" / "same_results.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["same_results"] = module
    spec.loader.exec_module(module)
    return module


def rates(**changes: object) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "season": 2024,
            "player_type": "batter",
            "as_of": "2024-03-01",
            "mlbam_id": [1, 2, 3],
            "system": "mle",
            "statistic": "so_rate",
            "rate": [0.2, np.nan, 0.25],
        }
    )
    return rows.assign(**changes)


def write(home: Path, rows: pd.DataFrame) -> Path:
    schema, name = TABLE.split(".")
    write_deltalake(str(home / "store" / schema / name), rows)
    return home


def run(module: ModuleType, before: Path, after: Path) -> int:
    return int(module.main([str(before), str(after), "--tables", TABLE]))


def test_rows_in_another_order_are_the_same(same_results: ModuleType, tmp_path: Path) -> None:
    before = write(tmp_path / "before", rates())
    after = write(tmp_path / "after", rates().iloc[::-1])
    assert run(same_results, before, after) == 0


def test_one_bit_is_a_difference(same_results: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = write(tmp_path / "before", rates())
    after = write(tmp_path / "after", rates(rate=[np.nextafter(0.2, 1.0), np.nan, 0.25]))
    assert run(same_results, before, after) == 1
    assert "rate differs in 1 rows; first player_type=batter, mlbam_id=1" in capsys.readouterr().out


def test_a_lost_row_is_a_difference(same_results: ModuleType, tmp_path: Path) -> None:
    before = write(tmp_path / "before", rates())
    assert run(same_results, before, write(tmp_path / "after", rates().iloc[:2])) == 1


def test_a_system_of_one_side_is_left_out_and_named(
    same_results: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = write(tmp_path / "before", pd.concat([rates(), rates(system="old")]))
    assert run(same_results, before, write(tmp_path / "after", rates())) == 0
    assert "system old (one side only)" in capsys.readouterr().out


def test_nothing_to_compare_is_no_success(same_results: ModuleType, tmp_path: Path) -> None:
    assert run(same_results, tmp_path / "before", tmp_path / "after") == 2
    assert run(same_results, write(tmp_path / "whole", rates()), tmp_path / "empty") == 2
