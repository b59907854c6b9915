"""The physics test finds what was planted in one arm, and only there."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fbm_pipeline.evaluation.physics_players import Arm, Players, load_halves
from fbm_pipeline.evaluation.physics_test import RATES, WITH, WITHOUT, batted_ball_rows, within_season_rows
from fbm_pipeline.store.raw_contracts import ALL_CONTRACTS
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.samples.small_store import rows_of

N = 250


def halves_and_arms(seed: int = 0) -> tuple[pa.Table, dict[str, dict[str, Arm]]]:
    """Strike-out talent shows in the first column of the arm with physics; nothing else shows anywhere."""
    draw = np.random.default_rng(seed)
    parts, arms = [], {WITH: {}, WITHOUT: {}}  # type: ignore[var-annotated]
    for player_type in ("batter", "pitcher"):
        talent = draw.normal(0.22, 0.05, N).clip(0.05, 0.5)
        columns: dict[str, object] = {"player_type": [player_type] * N, "mlbam_id": np.arange(N)}
        for half, n in (("early", 100), ("late", 200)):
            columns[f"{half}_opportunities"] = np.full(N, n)
            columns |= {f"{half}_{name}": draw.binomial(n, 0.1, N) for name in ("bb", "hr", "h")}
            columns[f"{half}_so"] = draw.binomial(n, talent)
        parts.append(pa.table(columns))
        for arm, found in arms.items():
            means = draw.normal(size=(N, 5))
            if arm == WITH:
                means[:, 0] = (talent - 0.22) / 0.05 + 0.3 * draw.normal(size=N)
            found[player_type] = Arm(np.full(N, 2024), np.arange(N), np.full(N, 100.0), means)
    return pa.concat_tables(parts), arms


def test_finds_what_the_arm_knows_and_nothing_more() -> None:
    halves, arms = halves_and_arms()
    table = within_season_rows(halves, arms, data="simulated", cutoff=2023)
    assert table.schema == ALL_CONTRACTS["evaluation.level1"].schema
    rows = table.to_pandas()
    assert not rows.duplicated(list(ALL_CONTRACTS["evaluation.level1"].key)).any()
    assert set(rows["section"]) == {"physics_2024"}
    pairs = rows[rows["measure"] == "d_rmse"].set_index(["arm", "reference", "player_type", "stat"])
    for player_type in ("batter", "pitcher"):
        assert pairs.loc[(WITH, WITHOUT, player_type, "so_rate"), "verdict"] == "better"
        assert pairs.loc[(WITH, RATES, player_type, "so_rate"), "high"] < 0
        assert pairs.loc[(WITHOUT, RATES, player_type, "so_rate"), "verdict"] != "better"
        assert pairs.loc[(WITH, WITHOUT, player_type, "bb_rate"), "verdict"] == "undecided"


def test_equal_arms_differ_by_nothing() -> None:
    halves, arms = halves_and_arms()
    rows = within_season_rows(
        halves, {WITH: arms[WITH], WITHOUT: arms[WITH]}, data="simulated", cutoff=2023
    ).to_pandas()
    steps = rows[(rows["arm"] == WITH) & (rows["reference"] == WITHOUT)]
    assert (steps["value"] == 0).all()


def test_a_missing_arm_and_nobody_left_are_errors() -> None:
    halves, arms = halves_and_arms()
    with pytest.raises(ValueError, match="no batter embeddings of \\['with_physics'\\]"):
        within_season_rows(halves, {WITHOUT: arms[WITHOUT]}, data="simulated", cutoff=2023)
    later = {
        name: {kind: dataclasses.replace(arm, season=arm.season + 1) for kind, arm in found.items()}
        for name, found in arms.items()
    }
    with pytest.raises(ValueError, match="none of 250 players"):
        within_season_rows(halves, later, data="simulated", cutoff=2023)


def test_pairs_teach_forward_only() -> None:
    """What the arm knows turns about after the second target season: the fit of that one must not know it yet."""
    draw = np.random.default_rng(4)
    seasons = np.repeat([2021, 2022, 2023], N)
    skill = draw.normal(size=3 * N)
    actual = 0.2 + np.where(seasons == 2023, -1, 1) * 0.03 * skill + draw.normal(size=3 * N) * 0.01
    ids = np.tile(np.arange(N), 3)
    flat = np.full(3 * N, 0.2)
    players = Players("batter", "so_rate", seasons, ids, np.full(3 * N, 400.0), actual, flat, np.full(3 * N, np.inf))
    means = np.column_stack([skill, draw.normal(size=3 * N)])
    arm = Arm(seasons - 1, ids, np.full(3 * N, 300.0), means)
    blind = dataclasses.replace(arm, means=draw.normal(size=(3 * N, 2)))
    arms = {WITH: {"batter": arm}, WITHOUT: {"batter": blind}}

    def r_of(last: int) -> float:
        chosen = seasons <= last
        own = Players("batter", "so_rate", *(part[chosen] for part in (
            seasons, ids, players.opportunities, actual, flat, players.known)))  # fmt: skip
        rows = batted_ball_rows([own], arms, data="simulated", cutoff=2023).to_pandas()
        (row,) = rows[(rows["arm"] == WITH) & (rows["measure"] == "r")].itertuples()
        assert row.seasons == ("2022" if last == 2022 else "2022-2023")  # the first season only teaches
        return float(row.value)

    assert r_of(2022) > 0.8
    assert abs(r_of(2023)) < 0.3  # right in 2022, wrong in 2023


def test_halves_counted_by_hand(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", ALL_CONTRACTS)
    dates = [dt.date(2024, 7, 31), dt.date(2024, 8, 1), dt.date(2024, 8, 2)]
    columns = {
        "season": 2024, "month": 7, "source": "statcast", "game_id": ["a", "b", "c"], "game_date": dates,
        "plate_appearance": 1, "batter_id": [1, 1, 2], "pitcher_id": 9, "so": [1, 0, 1], "h": [0, 1, 0],
    }  # fmt: skip
    table = rows_of(store.contracts["core.plate_appearances"], columns, 3)
    store.write("core.plate_appearances", {"season": 2024, "month": 7}, table)
    found = load_halves(store).to_pylist()
    told = [(row["player_type"], row["mlbam_id"], row["early_opportunities"], row["early_so"],
             row["late_opportunities"], row["late_so"], row["late_h"]) for row in found]  # fmt: skip
    assert told == [("batter", 1, 1, 1, 1, 0, 1), ("batter", 2, 0, None, 1, 1, 0), ("pitcher", 9, 1, 1, 2, 1, 1)]
