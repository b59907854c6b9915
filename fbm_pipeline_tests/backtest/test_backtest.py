"""The backtest's rows on a hand-made store: which systems, intervals, playing time, and what it refuses."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.backtest.backtest import load_backtest
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.projected import projected_rates
from fbm_pipeline.baseball.statistics import BATTER_STATISTICS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.making import MissingInputError
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.evaluation import hand_made
from fbm_pipeline_tests.making import make_backtest, make_blend_weights, make_error_spread, make_scores

Built = tuple[Store, Settings]

TIMES = ("opportunities", "opportunities_if_regular", "outs")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("backtest")
    store, settings = hand_made.full_store(folder), hand_made.settings_for(folder)
    hand_made.write_playing_time(store, 2021)
    hand_made.evaluate(store, settings)
    return store, settings


@pytest.fixture
def begun(tmp_path: Path) -> Store:
    """A store before anything was evaluated but the first season's errors, of which there are none."""
    store = hand_made.full_store(tmp_path)
    make_error_spread(store, hand_made.settings_for(tmp_path), 2017)
    return store


def read(store: Store, sql: str) -> pd.DataFrame:
    with session(store) as connection:
        return connection.execute(sql).df()


def test_actual_rates_and_history_are_those_of_the_lines(built: Built) -> None:
    rows = read(built[0], "select * from evaluation.backtest where season = 2019 and mlbam_id = 7")
    lines = [row for row in hand_made.season_lines() if row["mlbam_id"] == 7]
    line = next(row for row in lines if row["season"] == 2019)
    for item in BATTER_STATISTICS:
        found = rows[(rows["statistic"] == item.name) & (rows["system"] == "marcel")]["actual"].item()
        assert found == pytest.approx(hand_made.rate(line, item), rel=1e-12), item.name
    assert set(rows["opportunities"]) == {line["opportunities"]}
    before = sum(row["opportunities"] for row in lines if 2016 <= row["season"] <= 2018)
    assert set(rows["prior_opportunities"]) == {before}


def test_ensemble_is_marcel_moved_by_its_weight(built: Built) -> None:
    rows = read(built[0], f"from evaluation.backtest where season = 2021 and statistic not in {TIMES}").pivot(
        index=["player_type", "mlbam_id", "statistic"], columns="system", values="projected"
    )
    weight = read(built[0], "from evaluation.blend_weights where season = 2021").set_index(["player_type", "statistic"])
    chosen = weight["weight"].reindex(rows.index.droplevel("mlbam_id")).to_numpy()
    expected = rows["marcel"] + chosen * (rows["contextual"] - rows["marcel"])
    pd.testing.assert_series_equal(rows["ensemble"], expected, check_names=False)


def test_systems_are_those_the_season_has(built: Built) -> None:
    rows = read(built[0], "select distinct season, system, statistic from evaluation.backtest")
    by_season = rows.groupby("season")["system"].agg(set)
    assert by_season[2017] == set(hand_made.TRUST)  # no fold and no public file is no error
    assert by_season[2019] == {*hand_made.TRUST, "contextual", "ensemble", "steamer", "zips"}
    assert by_season[2021] == {*hand_made.TRUST, "contextual", "ensemble", "steamer"}
    assert "er_rate" not in set(rows.query("system == 'steamer'")["statistic"])
    assert "slg" not in set(rows.query("system == 'control'")["statistic"])


def test_playing_time_is_scored_for_those_who_did_not_play_too(begun: Store) -> None:
    store = begun
    lines = [row for row in hand_made.season_lines() if not (row["season"] == 2017 and row["mlbam_id"] == 3)]
    name = "core.season_lines"
    played = [row for row in lines if row["season"] == 2017]
    store.write(name, {"season": 2017}, hand_made.table(store.contracts[name], played))
    make_backtest(store, 2017)
    rows = read(store, "from evaluation.backtest where mlbam_id = 3")
    assert set(rows["statistic"]) == {"opportunities"}
    assert set(rows["actual"]) == {0}
    assert set(rows["opportunities"]) == {0}
    assert set(rows["projected"]) == {hand_made.playing_time_of(3)}
    assert (rows["prior_opportunities"] > 0).all()


def test_controls_take_the_playing_time_model_where_it_is_built(built: Built) -> None:
    rows = read(built[0], "from evaluation.backtest where statistic = 'opportunities' and mlbam_id = 9")
    projected = rows.pivot(index="system", columns="season", values="projected")
    marcel = hand_made.playing_time_of(9)
    assert set(projected[2019].drop(["steamer", "zips"]).dropna()) == {marcel}
    assert projected.loc[["marcel_classic", "marcel"], 2021].tolist() == [marcel, marcel]
    assert set(projected.loc[["ridge", "control", "contextual", "ensemble"], 2021]) == {marcel + 20}
    assert projected.loc["steamer", 2021] == 500
    model = rows[(rows["season"] == 2021) & (rows["system"] == "control")].iloc[0]
    assert (model["p10"], model["p90"], model["interval_from"]) == (marcel - 30, marcel + 100, "own quantiles")


def test_what_a_regular_would_have_is_told_by_the_model_alone(built: Built) -> None:
    rows = read(built[0], "from evaluation.backtest where statistic = 'opportunities_if_regular' and mlbam_id = 9")
    assert set(rows["season"]) == {2021}
    assert set(rows["system"]) == {*hand_made.TRUST, "contextual", "ensemble"} - {"marcel_classic", "marcel"}
    assert set(rows["projected"]) == {hand_made.playing_time_of(9) + 60}
    assert rows["p10"].isna().all()


def test_outs_are_the_models_else_those_that_rates_imply(built: Built) -> None:
    rows = read(built[0], "from evaluation.backtest where season = 2021 and mlbam_id = 1009")
    outs = rows[rows["statistic"] == "outs"].set_index("system")
    lines = {row["mlbam_id"]: row for row in hand_made.season_lines() if row["season"] == 2021}
    assert set(outs["actual"]) == {lines[1009]["outs"]}
    assert set(outs["opportunities"]) == {lines[1009]["opportunities"]}
    faced = hand_made.playing_time_of(1009)
    assert outs.loc["control", ["projected", "p10", "p90"]].tolist() == pytest.approx(
        [0.7 * (faced + 20), 0.7 * (faced - 30), 0.7 * (faced + 100)]
    )
    rate = rows[rows["system"] == "marcel"].set_index("statistic")["projected"]
    implied = 3 * (rate["bb_rate"] + rate["h_rate"]) / rate["whip"]
    assert outs.loc["marcel", "projected"] == pytest.approx(faced * np.clip(implied, 0.3, 1.0))
    assert outs.loc["steamer", "projected"] == 450  # 150 innings
    assert not read(built[0], "from evaluation.backtest where statistic = 'outs' and player_type = 'batter'").size


def test_intervals_come_from_earlier_errors_or_the_own_concentration(built: Built) -> None:
    rows = read(built[0], f"from evaluation.backtest where statistic not in {TIMES} and mlbam_id <> 60")
    rows = rows[rows["mlbam_id"] != 1060]
    source = rows.groupby(["season", "system"])["interval_from"].agg(lambda found: set(found.dropna()))
    assert source[2017, "marcel"] == set()  # no season before
    assert rows.query("season == 2017")["p10"].isna().all()
    assert source[2018, "control"] == {"earlier errors"}
    assert source[2021, "contextual"] == source[2021, "ensemble"] == {"own concentration"}
    assert source[2019, "steamer"] == set()  # its first season has no errors to learn from
    assert source[2021, "steamer"] == {"earlier errors"}
    known = rows[rows["interval_from"].notna()]
    assert (known["p10"] <= known["p90"]).all()
    assert (known["crps"] > 0).all()
    inside = known[(known["statistic"] == "so_rate") & (known["system"] == "marcel")]
    assert inside["projected"].between(inside["p10"], inside["p90"]).mean() > 0.95


def test_ends_of_intervals_are_counts_that_can_happen(built: Built) -> None:
    rows = read(built[0], "from evaluation.backtest where statistic = 'triple_rate' and p10 is not null")
    counts = (rows[["p10", "p90"]].to_numpy() * rows[["opportunities"]].to_numpy()).ravel()
    assert np.abs(counts - counts.round()).max() < 1e-9
    assert (rows["p10"] == 0).any()


def test_marks_of_debuts_and_of_the_most_projected(built: Built) -> None:
    rows = load_backtest(built[0], [2019, 2021])
    assert set(rows.loc[rows["debut"], "mlbam_id"]) == {60, 1060}
    assert set(rows.loc[rows["debut"], "season"]) == {2019}
    assert rows.query("mlbam_id == 7")["top_300"].all()
    assert not rows.query("season == 2019 and mlbam_id == 60")["top_300"].any()  # Marcel does not know him


def test_second_run_writes_nothing(built: Built) -> None:
    store, settings = built
    version = store.delta("evaluation.backtest").version()
    assert make_blend_weights(store, 2021).skipped
    assert make_error_spread(store, settings, 2021).skipped
    assert make_backtest(store, 2021).skipped
    assert make_scores(store, settings).skipped
    assert store.delta("evaluation.backtest").version() == version


def broken(store: Store, table: str, partition: dict, rows: list[dict]) -> None:
    store.write(table, partition, hand_made.table(store.contracts[table], rows))


def test_an_incomplete_system_is_an_error(begun: Store) -> None:
    rows = [
        row
        for row in hand_made.predictions(hand_made.season_lines(), 2019, "batter")
        if not (row["system"] == "contextual" and row["mlbam_id"] == 5)
    ]
    broken(begun, "models.predictions", {"player_type": "batter", "fold": 2019}, rows)
    make_blend_weights(begun, 2019)
    with pytest.raises(EvaluationError, match="must project the same players") as caught:
        make_backtest(begun, 2019)
    assert "contextual" in str(caught.value)


def test_a_control_that_leaves_out_players_is_an_error(tmp_path: Path) -> None:
    store = hand_made.full_store(tmp_path)
    rows = [
        row
        for row in read(store, "from features.control_rates where season = 2018").to_dict("records")
        if not (row["system"] == "ridge" and row["mlbam_id"] == 5) and row["player_type"] == "batter"
    ]
    broken(store, "features.control_rates", {"player_type": "batter", "season": 2018}, rows)
    with pytest.raises(EvaluationError, match="must project the same players") as caught:
        projected_rates(store, 2018)
    assert "ridge" in str(caught.value)


def test_a_rate_that_is_no_number_is_an_error(begun: Store) -> None:
    make_blend_weights(begun, 2019)
    rows = hand_made.predictions(hand_made.season_lines(), 2019, "batter")
    next(row for row in rows if row["split"] == "test" and row["system"] == "contextual")["rate"] = float("nan")
    broken(begun, "models.predictions", {"player_type": "batter", "fold": 2019}, rows)
    with pytest.raises(EvaluationError, match="rates are not finite"):
        make_backtest(begun, 2019)


def test_a_playing_time_model_that_leaves_out_players_is_an_error(begun: Store) -> None:
    hand_made.write_playing_time(begun, 2017, left_out=2)
    with pytest.raises(EvaluationError, match="leaves out 4 of"):
        make_backtest(begun, 2017)


def test_missing_inputs_name_the_next_step(begun: Store, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"materialize evaluation.blend_weights for 2019"):
        make_backtest(begun, 2019)
    with pytest.raises(EvaluationError, match=r"materialize evaluation.error_spread for 2018"):
        make_backtest(begun, 2018)
    with pytest.raises(EvaluationError, match=r"materialize features.marcel_rates for 2026"):
        make_backtest(begun, 2026)
    with pytest.raises(MissingInputError, match=r"evaluation.backtest, never written; materialize them first"):
        make_scores(begun, hand_made.settings_for(tmp_path))


def test_scores_without_a_tested_season_name_the_next_step(begun: Store, tmp_path: Path) -> None:
    begun.create("evaluation.backtest")
    with pytest.raises(EvaluationError, match=r"materialize evaluation.backtest"):
        make_scores(begun, hand_made.settings_for(tmp_path))


def test_a_season_to_come_has_no_backtest(tmp_path: Path) -> None:
    store, settings = hand_made.full_store(tmp_path), hand_made.settings_for(tmp_path)
    make_blend_weights(store, 2022)
    make_error_spread(store, settings, 2022)
    with pytest.raises(EvaluationError, match="has not been played"):
        make_backtest(store, 2022)
