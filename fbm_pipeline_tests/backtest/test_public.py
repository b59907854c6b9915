"""Public projections to rates: snapshots, floors, batters faced, duplicates."""

from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.backtest.public import PublicRates, public_rates
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.evaluation import hand_made

NAME = "raw.public_projections"


def rates_of(folder: Path, rows: list[dict], season: int = 2019) -> PublicRates:
    store = Store(folder / "store", TABLES)
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
    outs = found.opportunities.set_index("mlbam_id")["outs"]
    assert outs[1010] == 3 * 150
    assert pd.isna(outs[10])


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


def named(folder: Path, names: dict[int, str], rows: list[dict]) -> PublicRates:
    """Rates of rows without an id in a season that the named players, batters and 1,000 on pitchers, have played."""
    store = Store(folder / "store", TABLES)
    people = [{"mlbam_id": player, "name": name} for player, name in names.items()]
    lines = [
        {
            "season": 2019,
            "player_type": "pitcher" if player > 1000 else "batter",
            "mlbam_id": player,
            "team": "ATL",
            "opportunities": 5,
        }
        for player in names
    ]
    store.write("core.players", {}, hand_made.table(store.contracts["core.players"], people))
    store.write("core.season_lines", {"season": 2019}, hand_made.table(store.contracts["core.season_lines"], lines))
    unknown = [hand_made.public_rows()[0] | {"mlbam_id": None, "fangraphs_id": f"sa{i}"} for i in range(len(rows))]
    told = [whole | row for whole, row in zip(unknown, rows, strict=True)]
    store.write(NAME, {}, hand_made.table(store.contracts[NAME], told))
    return public_rates(store, 2019)


def test_a_newcomer_without_id_is_found_by_a_name_that_is_his_alone(tmp_path: Path) -> None:
    names = {7: "José Álvarez", 8: "Luis Garcia", 9: "Luis García", 1010: "Will Smith"}
    rows = [{"name": "Jose Alvarez", "SO": 125.0}, {"name": "Luis Garcia"}, {"name": "Will Smith"}, {"name": "Nobody"}]
    found = named(tmp_path, names, rows)
    assert set(found.rates["mlbam_id"]) == {7}  # two played as Luis Garcia, and Will Smith pitched
    assert value(found, 7, "so_rate") == 0.25
    assert found.without_id == 3


def test_a_name_that_two_projected_players_share_leads_to_nobody(tmp_path: Path) -> None:
    rows = [{"name": "José Álvarez"}, {"name": "jose alvarez", "PA": 450.0}]
    assert named(tmp_path / "two", {7: "José Álvarez"}, rows).rates.empty
    one_known = named(tmp_path / "known", {7: "José Álvarez", 8: "Somebody"}, [rows[0], rows[1] | {"mlbam_id": 8}])
    assert set(one_known.rates["mlbam_id"]) == {8}
    apart = [rows[0], rows[1] | {"system": "zips"}]
    found = named(tmp_path / "apart", {7: "José Álvarez"}, apart)
    assert set(found.rates["system"]) == {"steamer", "zips"}
    assert set(found.opportunities["opportunities"]) == {500.0, 450.0}


def test_an_id_in_the_file_stands_whatever_the_name(tmp_path: Path) -> None:
    found = named(tmp_path, {7: "José Álvarez", 8: "Somebody"}, [{"name": "José Álvarez", "mlbam_id": 8}])
    assert set(found.rates["mlbam_id"]) == {8}


def test_no_public_table_is_no_public_system(tmp_path: Path) -> None:
    found = public_rates(Store(tmp_path, TABLES), 2019)
    assert found.systems == []
