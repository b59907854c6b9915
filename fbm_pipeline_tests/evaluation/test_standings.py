"""evaluation.scores of the registered comparisons, and the figures drawn from them."""

from pathlib import Path

import pandas as pd
import pytest

from fbm_pipeline.backtest.backtest import load_backtest
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.comparisons import CONTROLS
from fbm_pipeline.evaluation.figures import figure_calibration, figure_r_by_season, figure_reliability
from fbm_pipeline.evaluation.standings import comparison_figures, left_out, pooled_scores
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline_tests.evaluation import hand_made
from fbm_pipeline_tests.making import make_backtest, make_error_spread, make_scores

LARGEST_FIGURE = 100_000  # what the metadata of an asset may hold


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Settings]:
    return hand_made.evaluated_store(tmp_path_factory.mktemp("standings"))


def scores_of(store: Store) -> pd.DataFrame:
    with session(store) as connection:
        return connection.execute("from evaluation.scores").df()


def test_scores_name_data_comparisons_universes_and_seasons(built: tuple[Store, Settings]) -> None:
    scores = scores_of(built[0])
    assert set(scores["data"]) == {"simulated"}
    controls = scores[scores["comparison"] == "controls"]
    assert set(controls["seasons"]) == {"2017", "2018", "2017-2018", "2019", "2021", "2019-2021"}
    assert set(controls["universe"]) >= {"full", "500_1200", "over_1200", "top_300", "projected"}
    assert set(controls["system"]) == set(CONTROLS.systems)
    assert "er_rate" not in set(scores["stat"])
    network = scores[scores["comparison"] == "network"]
    assert set(network["seasons"]) == {"2019", "2021", "2019-2021"}


def test_a_system_that_knows_more_scores_better(built: tuple[Store, Settings]) -> None:
    scores = scores_of(built[0]).query("comparison == 'network' and universe == 'full' and seasons == '2019-2021'")
    by_system = scores[(scores["stat"] == "so_rate") & (scores["kind"] == "rate")].set_index(["player_type", "system"])
    assert by_system.loc[("batter", "contextual"), "rmse"] < by_system.loc[("batter", "marcel"), "rmse"]
    assert by_system.loc[("batter", "contextual"), "crps"] < by_system.loc[("batter", "marcel"), "crps"]


def test_pooled_scores_are_of_rates_in_the_own_universe(built: tuple[Store, Settings]) -> None:
    pooled = pooled_scores(built[0])
    assert set(pooled["kind"]) == {"rate"}
    assert set(pooled["universe"]) == {"full"}
    assert set(pooled["seasons"]) == {"2017-2018", "2019-2021"}


def test_seasons_left_out_are_told(built: tuple[Store, Settings]) -> None:
    found = {(name, season): systems for name, season, systems in left_out(*built)}
    assert found["network", 2017] == ["contextual", "ensemble"]
    assert found["public", 2021] == ["zips", "atc", "depthcharts"]
    assert not any(name == "controls" for name, _ in found)


def test_nothing_to_compare_is_an_error(tmp_path: Path) -> None:
    store, settings = hand_made.full_store(tmp_path), hand_made.settings_for(tmp_path)
    for player_type in ("batter", "pitcher"):
        store.drop("features.control_rates", {"player_type": player_type, "season": 2017})
    make_error_spread(store, settings, 2017)
    make_backtest(store, 2017)
    with pytest.raises(EvaluationError, match="no comparison can be scored"):
        make_scores(store, settings)


def test_figures_are_small_and_the_same_every_time(built: tuple[Store, Settings]) -> None:
    store, settings = built
    drawn = comparison_figures(store, settings)
    assert {"controls: r by season", "controls: calibration 2017-2018", "network: reliability 2019-2021"} <= set(drawn)
    assert not any(name.startswith("public") for name in drawn)  # no season has all of its systems
    for name, png in drawn.items():
        assert png[:4] == b"\x89PNG", name
        assert len(png) < LARGEST_FIGURE, name
    assert figure_r_by_season(scores_of(store), CONTROLS) == drawn["controls: r by season"]
    assert drawn["network: r by season"] != drawn["controls: r by season"]


def test_figures_of_nothing_are_empty_panels(built: tuple[Store, Settings]) -> None:
    nothing = scores_of(built[0]).iloc[:0]
    for png in (
        figure_r_by_season(nothing, CONTROLS),
        figure_reliability(nothing, CONTROLS, "2017-2018"),
        figure_calibration(load_backtest(built[0], [2017]).iloc[:0], CONTROLS, [2017]),
    ):
        assert png[:4] == b"\x89PNG"


def test_scores_follow_the_backtest(built: tuple[Store, Settings]) -> None:
    assert make_scores(*built).skipped
