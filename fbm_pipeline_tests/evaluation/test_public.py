"""Public projections to rates: snapshots, floors, batters faced, duplicates."""

from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.evaluation.public import PublicRates, public_rates
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.evaluation import hand_made

NAME = "raw.public_projections"


def rates_of(folder: Path, rows: list[dict], season: int = 2019) -> PublicRates:
    store = Store(folder / "store", ALL_CONTRACTS)
    store.write(NAME, {}, hand_made.table(store.contracts[NAME], rows))
    return public_rates(store, season)


def value(found: PublicRates, player: int, statistic: str) -> float:
    rates = found.rates
    return float(rates[(rates["mlbam_id"] == player) & (rates["statistic"] == statistic)]["rate"].item())


def test_rates_of_a_batter_and_a_pitcher(tmp_path: Path) -> None:
    found = rates_of(tmp_path, hand_made.public_rows())
    assert value(found, 10, "so_rate") == pytest.approx(100 / 500)
    assert value(found, 10, "single_rate") == pytest.approx((110 - 20 - 2 - 16) / 500)
    assert value(found, 10, "obp") == pytest.approx((110 + 45 + 5) / (440 + 45 + 5))
    assert value(found, 10, "iso") == pytest.approx((20 + 4 + 48) / 440)
    pitcher = next(row for row in hand_made.public_rows() if row["mlbam_id"] == 1010)
    faced = 2.87 * 150 + pitcher["H"] + pitcher["BB"]
    assert value(found, 1010, "so_rate") == pytest.approx(pitcher["SO"] / faced)
    assert value(found, 1010, "era") == pytest.approx(9 * pitcher["ER"] / 150)
    assert value(found, 1010, "whip") == pytest.approx((pitcher["H"] + pitcher["BB"]) / 150)


def test_printed_rates_win_over_rounded_counts(tmp_path: Path) -> None:
    row = hand_made.public_rows()[0] | {"OBP": 0.3456, "AVG": 0.2612, "SLG": 0.4501}
    found = rates_of(tmp_path, [row])
    assert (value(found, 1, "obp"), value(found, 1, "avg")) == (0.3456, 0.2612)
    assert value(found, 1, "iso") == pytest.approx(0.4501 - 0.2612)


@pytest.mark.parametrize(
    ("snapshots", "expected"),
    [
        (("2019-02-20", "2019-03-07"), 150),
        (("2019-02-20", "2019-07/08"), 90),  # taken in the season
        (("2019-02-20", "2018-03-01"), 90),  # another year's
        (("2019-02-20", "2019-03(pre-season; archived 2023-01-16)"), 150),
    ],
)
def test_latest_snapshot_before_the_season(tmp_path: Path, snapshots: tuple[str, str], expected: int) -> None:
    base = hand_made.public_rows()[0]
    rows = [base | {"snapshot": snapshots[0], "SO": 90.0}, base | {"snapshot": snapshots[1], "SO": 150.0}]
    assert value(rates_of(tmp_path, rows), 1, "so_rate") == pytest.approx(expected / 500)


def test_floors_and_unknown_systems(tmp_path: Path) -> None:
    batter, pitcher = hand_made.public_rows()[0], hand_made.public_rows()[-1]
    rows = [
        batter | {"PA": 99.0},
        batter | {"system": "fans"},
        pitcher | {"IP": 19.0},
        pitcher | {"system": "steamer_60game"},
    ]
    assert rates_of(tmp_path, rows).rates.empty


def test_duplicates_keep_the_larger_line_and_are_counted(tmp_path: Path) -> None:
    base = hand_made.public_rows()[0]
    rows = [base | {"fangraphs_id": "sa1", "PA": 200.0}, base | {"fangraphs_id": "9", "SO": 50.0}]
    rows += [base | {"mlbam_id": None, "fangraphs_id": "sa2"}]
    found = rates_of(tmp_path, rows)
    assert value(found, 1, "so_rate") == pytest.approx(50 / 500)
    assert (found.duplicates, found.without_id) == (1, 1)
    reversed_rows = rates_of(tmp_path / "again", rows[::-1])
    key = ["mlbam_id", "statistic"]
    pd.testing.assert_frame_equal(
        found.rates.sort_values(key, ignore_index=True), reversed_rows.rates.sort_values(key, ignore_index=True)
    )


def test_no_public_table_is_no_public_system(tmp_path: Path) -> None:
    found = public_rates(Store(tmp_path, ALL_CONTRACTS), 2019)
    assert found.systems == []
