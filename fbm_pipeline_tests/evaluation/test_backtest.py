"""The backtest's rows and scores on a hand-made store."""

from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.baseball.statistics import BATTER_STATISTICS
from fbm_pipeline.evaluation.backtest import build_backtest, build_scores, compare
from fbm_pipeline.evaluation.blending import choose_weights
from fbm_pipeline.evaluation.errors import EvaluationError
from fbm_pipeline.evaluation.figures import figure_calibration, figure_r_by_season
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.evaluation import hand_made


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path]:
    folder = tmp_path_factory.mktemp("backtest")
    store = hand_made.full_store(folder)
    for season in (2019, 2021):
        choose_weights(store, season)
        build_backtest(store, season)
    build_scores(store, hand_made.settings_for(folder))
    return store, folder


def read(store: Store, sql: str) -> pd.DataFrame:
    with session(store) as connection:
        return connection.execute(sql).df()


def test_actual_rates_and_history_are_those_of_the_lines(built: tuple[Store, Path]) -> None:
    rows = read(built[0], "select * from evaluation.backtest where season = 2019 and mlbam_id = 7")
    lines = [row for row in hand_made.season_lines() if row["mlbam_id"] == 7]
    line = next(row for row in lines if row["season"] == 2019)
    for item in BATTER_STATISTICS:
        found = rows[(rows["statistic"] == item.name) & (rows["system"] == "marcel")]["actual"].item()
        assert found == pytest.approx(hand_made.rate(line, item), rel=1e-12), item.name
    assert set(rows["opportunities"]) == {line["opportunities"]}
    before = sum(row["opportunities"] for row in lines if 2016 <= row["season"] <= 2018)
    assert set(rows["prior_opportunities"]) == {before}


def test_ensemble_is_marcel_moved_by_its_weight(built: tuple[Store, Path]) -> None:
    store = built[0]
    rows = read(store, "from evaluation.backtest where season = 2021").pivot(
        index=["player_type", "mlbam_id", "statistic"], columns="system", values="projected"
    )
    weight = read(store, "from evaluation.blend_weights where season = 2021").set_index(["player_type", "statistic"])
    chosen = weight["weight"].reindex(rows.index.droplevel("mlbam_id")).to_numpy()
    expected = rows["marcel"] + chosen * (rows["contextual"] - rows["marcel"])
    pd.testing.assert_series_equal(rows["ensemble"], expected, check_names=False)


def test_public_systems_are_there_without_extra_statistics(built: tuple[Store, Path]) -> None:
    rows = read(built[0], "select distinct season, system, statistic from evaluation.backtest")
    assert set(rows.query("season == 2019")["system"]) >= {"steamer", "zips"}
    assert "er_rate" not in set(rows.query("system == 'steamer'")["statistic"])


def test_scores_name_data_universes_and_seasons(built: tuple[Store, Path]) -> None:
    scores = read(built[0], "from evaluation.scores")
    assert set(scores["data"]) == {"simulated"}
    assert set(scores["universe"]) >= {"full", "common", "500_1200", "over_1200"}
    assert set(scores["seasons"]) == {"2019", "2021", "2019-2021"}
    assert "er_rate" not in set(scores["stat"])
    pooled = scores.query("universe == 'full' and seasons == '2019-2021' and stat == 'so_rate'")
    by_system = pooled.set_index(["player_type", "system"])["rmse"]
    assert by_system["batter", "contextual"] < by_system["batter", "marcel"]


def test_second_run_writes_nothing(built: tuple[Store, Path]) -> None:
    store, folder = built
    version = store.delta("evaluation.scores").version()
    assert choose_weights(store, 2021).skipped
    assert build_backtest(store, 2021).skipped
    assert build_scores(store, hand_made.settings_for(folder)).skipped
    assert store.delta("evaluation.scores").version() == version


def test_compare_uses_the_players_of_both(built: tuple[Store, Path]) -> None:
    found = compare(built[0], ["contextual", "steamer"], "full").to_pandas()
    assert set(found["system"]) == {"contextual", "steamer"}
    assert found.groupby(["player_type", "stat"])["n"].nunique().max() == 1
    assert set(found["seasons"]) == {"2019-2021"}
    with pytest.raises(EvaluationError, match="pecota"):
        compare(built[0], ["contextual", "pecota"], "full")


def test_an_incomplete_system_is_an_error(tmp_path: Path) -> None:
    store = hand_made.full_store(tmp_path)
    rows = [
        row for row in hand_made.predictions(hand_made.season_lines(), 2019, "batter")
        if not (row["system"] == "contextual" and row["mlbam_id"] == 5)
    ]  # fmt: skip
    name = "models.predictions"
    store.write(name, {"player_type": "batter", "fold": 2019}, hand_made.table(store.contracts[name], rows))
    choose_weights(store, 2019)
    with pytest.raises(EvaluationError, match="must project the same players"):
        build_backtest(store, 2019)


def test_a_rate_that_is_no_number_is_an_error(tmp_path: Path) -> None:
    store = hand_made.full_store(tmp_path)
    choose_weights(store, 2019)
    rows = hand_made.predictions(hand_made.season_lines(), 2019, "batter")
    next(row for row in rows if row["split"] == "test")["rate"] = float("nan")
    name = "models.predictions"
    store.write(name, {"player_type": "batter", "fold": 2019}, hand_made.table(store.contracts[name], rows))
    with pytest.raises(EvaluationError, match="1 rates are not finite"):
        build_backtest(store, 2019)


def test_missing_inputs_name_the_next_step(tmp_path: Path) -> None:
    store = hand_made.full_store(tmp_path)
    with pytest.raises(EvaluationError, match=r"materialize evaluation.blend_weights for 2019"):
        build_backtest(store, 2019)
    with pytest.raises(EvaluationError, match=r"materialize models.predictions for 2020"):
        build_backtest(store, 2020)
    with pytest.raises(EvaluationError, match=r"materialize evaluation.backtest"):
        build_scores(store, hand_made.settings_for(tmp_path))
    choose_weights(store, 2022)
    with pytest.raises(EvaluationError, match="not been played"):
        build_backtest(store, 2022)


def test_figures_are_small_and_repeatable(built: tuple[Store, Path]) -> None:
    with session(built[0]) as connection:
        scores = connection.execute("from evaluation.scores").to_arrow_table()
        backtest = connection.execute("from evaluation.backtest").to_arrow_table()
    for draw in (
        lambda: figure_r_by_season(scores, "so_rate", "batter"),
        lambda: figure_calibration(backtest, "era", "pitcher"),
        lambda: figure_r_by_season(scores.slice(0, 0), "so_rate", "batter"),
        lambda: figure_calibration(backtest.slice(0, 0), "era", "pitcher"),
    ):
        png = draw()
        assert png[:4] == b"\x89PNG"
        assert len(png) < 100_000
        assert png == draw()
