"""Scores of a comparison: each cell against the metrics of its rows, and which seasons and players are in it."""

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.backtest.metrics import attainable_share, score
from fbm_pipeline.backtest.universes import eligible, shared, widen
from fbm_pipeline.evaluation.comparisons import Comparison
from fbm_pipeline.evaluation.counts import PROJECTED_TIME, REGULAR_TIME, TRUE_TIME, widen_counts
from fbm_pipeline.evaluation.scoring import (
    absent_seasons,
    comparison_scores,
    seasons_label,
    universes_of,
)
from fbm_pipeline.evaluation.sheets import KINDS
from fbm_pipeline_tests.evaluation.skilled_systems import LUCK, backtest

SEASONS = (2018, 2019, 2021)
BOTH = Comparison("both", ("marcel", "ridge"))


def scores_of(rows: pd.DataFrame, comparison: Comparison = BOTH, seasons: tuple[int, ...] = SEASONS) -> pd.DataFrame:
    return pd.DataFrame(comparison_scores(rows, comparison, seasons))


def with_time(rows: pd.DataFrame, seed: int = 5) -> pd.DataFrame:
    """`rows` and those of playing time: each system misses it by its own error."""
    rng = np.random.default_rng(seed)
    key = ["season", "player_type", "mlbam_id", "system"]
    time = rows.drop_duplicates(key).assign(statistic="opportunities", luck_variance=np.nan)
    time["actual"] = time["opportunities"].astype(float)
    time["projected"] = time["actual"] + rng.normal(10, 40, len(time))
    return pd.concat([rows, time], ignore_index=True)


def cell(scores: pd.DataFrame, **wanted: str) -> pd.Series:
    found = scores
    for name, value in wanted.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return found.iloc[0]


def test_a_cell_is_the_metrics_of_its_rows() -> None:
    rows = backtest({"marcel": 0.04, "ridge": 0.02})
    found = cell(
        scores_of(rows), universe="full", seasons="2018-2021", player_type="pitcher", stat="era", system="ridge"
    )
    players = shared(eligible(widen(rows, "pitcher", "era"), "full"), ["marcel", "ridge"])
    expected = score(players["ridge"], players["actual"], players["opportunities"], players["season"])
    for name in ("n", "r", "rmse", "rmse_raw", "slope", "sd_ratio"):
        assert found[name] == pytest.approx(getattr(expected, name), rel=1e-12), name
    assert found["kind"] == "rate"
    league = score(players["actual"] * 0, players["actual"], players["opportunities"], players["season"]).rmse ** 2
    assert found["attainable"] == pytest.approx(attainable_share(expected.rmse**2, league, LUCK**2).item(), rel=1e-9)


def test_seasons_stand_alone_and_pooled() -> None:
    scores = scores_of(backtest({"marcel": 0.04, "ridge": 0.02}))
    assert set(scores["seasons"]) == {"2018", "2019", "2021", "2018-2021"}
    full = scores[(scores["universe"] == "full") & (scores["stat"] == "so_rate") & (scores["system"] == "marcel")]
    sizes = full.groupby(["player_type", full["seasons"].str.contains("-")])["n"].sum().unstack()
    assert (sizes[True] == sizes[False]).all()
    assert set(scores_of(backtest({"marcel": 0.04, "ridge": 0.02}), seasons=(2019,))["seasons"]) == {"2019"}


def test_a_season_without_one_of_the_systems_is_left_out_and_named() -> None:
    rows = backtest({"marcel": 0.04, "ridge": {2018: 0.02, 2021: 0.02}})
    scores = scores_of(rows)
    assert set(scores["seasons"]) == {"2018", "2021", "2018-2021"}
    assert scores.query("seasons == '2018-2021' and universe == 'full' and stat == 'so_rate'")["n"].max() == 2 * 80
    assert absent_seasons(rows, BOTH, (*SEASONS, 2022)) == {2019: ["ridge"], 2022: ["marcel", "ridge"]}
    assert scores_of(rows, Comparison("x", ("marcel", "control"))).empty


def test_a_season_with_a_handful_of_a_system_s_players_is_left_out() -> None:
    rows = backtest({"marcel": 0.04, "ridge": 0.02})
    rows = rows[~((rows["system"] == "ridge") & (rows["season"] == 2019) & (rows["mlbam_id"] % 1000 > 30))]
    assert set(scores_of(rows).query("universe == 'full'")["seasons"]) == {"2018", "2021", "2018-2021"}


def test_systems_of_one_cell_share_their_players() -> None:
    rows = backtest({"marcel": 0.04, "steamer": 0.02})
    rows = rows[~((rows["system"] == "steamer") & (rows["mlbam_id"] % 5 == 0))]
    scores = scores_of(rows, Comparison("mixed", ("marcel", "steamer")))
    assert set(scores["universe"]) == {"common", "under_500", "500_1200", "over_1200", "top_300"}
    assert scores.groupby(["universe", "seasons", "player_type", "stat"])["n"].nunique().max() == 1
    assert scores.query("universe == 'common' and seasons == '2018'")["n"].max() == 64


def test_debuts_are_compared_by_the_systems_that_know_them() -> None:
    rows = backtest({"marcel": 0.04, "steamer": 0.02, "zips": 0.03})
    rows["debut"] = rows["mlbam_id"] % 1000 > 50
    rows = rows[~(rows["debut"] & (rows["system"] == "marcel"))]
    scores = scores_of(rows, Comparison("all", ("marcel", "steamer", "zips")))
    assert set(scores.loc[scores["universe"] == "debuts", "system"]) == {"steamer", "zips"}
    assert set(scores.loc[scores["universe"] == "common", "system"]) == {"marcel", "steamer", "zips"}


def test_small_cells_are_not_written() -> None:
    assert scores_of(backtest({"marcel": 0.04, "ridge": 0.02}, players=10)).query("seasons == '2018'").empty
    assert (scores_of(backtest({"marcel": 0.04, "ridge": 0.02}, players=30))["n"] >= 20).all()


def test_ranks_and_intervals_are_averaged_over_the_seasons_that_have_them() -> None:
    rows = backtest({"marcel": 0.04, "ridge": 0.02}, statistics=("so_rate",))
    known = rows["season"] != 2018
    rows.loc[known, "p10"] = rows.loc[known, "actual"] - 0.01
    rows.loc[known, "p90"] = rows.loc[known, "actual"] + 0.03
    rows.loc[known & (rows["mlbam_id"] % 4 == 0), "p90"] = 0.0
    rows.loc[known, "crps"] = np.where(rows.loc[known, "season"] == 2019, 0.02, 0.04)
    scores = scores_of(rows)
    wanted = {"universe": "full", "player_type": "batter", "system": "ridge", "stat": "so_rate"}
    first, pooled = (cell(scores, seasons=label, **wanted) for label in ("2018", "2018-2021"))
    assert first[["coverage", "width", "crps"]].isna().all()
    assert pooled["coverage"] == pytest.approx(60 / 80)
    assert pooled["crps"] == pytest.approx(0.03)
    parts = [cell(scores, seasons=str(year), **wanted) for year in SEASONS]
    assert pooled["rank_r"] == pytest.approx(np.mean([part["rank_r"] for part in parts]))
    assert pooled["top20"] == pytest.approx(np.mean([part["top20"] for part in parts]))
    assert 0 < pooled["top20"] < 1


def test_the_first_of_a_ranking_are_the_good_ones() -> None:
    rows = backtest({"marcel": 0.0, "ridge": 0.0}, statistics=("so_rate",), players=60)
    rows["projected"] = rows["actual"]
    worst = rows["actual"] > rows["actual"].quantile(0.6)
    rows.loc[worst, "projected"] = 1 - rows.loc[worst, "actual"]  # the order of the highest is lost
    scores = scores_of(rows)
    best = {}
    for name in ("batter", "pitcher"):
        wanted = {"universe": "full", "seasons": "2018-2021", "player_type": name, "kind": "rate"}
        best[name] = cell(scores, system="marcel", **wanted)["top20"]
    assert best["batter"] == 1 > best["pitcher"]  # few strikeouts are good for a batter, many for a pitcher


def with_innings(rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with outs of pitchers, two of three batters faced and projected a little above, and with one system's
    playing time of regulars: 30 above its other one.
    """
    faced = rows[(rows["statistic"] == "opportunities") & (rows["player_type"] == "pitcher")]
    outs = faced.assign(statistic="outs", actual=faced["actual"] * 2 / 3, projected=faced["projected"] * 0.7)
    own = rows[(rows["statistic"] == "opportunities") & (rows["system"] == "ridge")]
    regular = own.assign(statistic="opportunities_if_regular", projected=own["projected"] + 30)
    return pd.concat([rows, outs, regular], ignore_index=True)


def test_counts_are_rates_times_playing_time() -> None:
    rows = with_time(backtest({"marcel": 0.04, "ridge": 0.02}))
    own = widen_counts(rows[rows["player_type"] == "batter"], "batter", "hr", PROJECTED_TIME)
    true = widen_counts(rows[rows["player_type"] == "batter"], "batter", "hr", TRUE_TIME)
    one = rows[(rows["season"] == 2019) & (rows["mlbam_id"] == 7) & (rows["system"] == "ridge")].set_index("statistic")
    place = (own["season"] == 2019) & (own["mlbam_id"] == 7)
    rate, time = one.loc["hr_rate"], one.loc["opportunities"]
    assert own.loc[place, "ridge"].item() == pytest.approx(rate["projected"] * time["projected"])
    assert true.loc[place, "ridge"].item() == pytest.approx(rate["projected"] * rate["opportunities"])
    assert own.loc[place, "actual"].item() == pytest.approx(rate["actual"] * rate["opportunities"])
    assert own["zips"].isna().all()


def test_innings_are_outs_per_batter_times_batters() -> None:
    rows = with_innings(with_time(backtest({"marcel": 0.04, "ridge": 0.02})))
    pitchers = rows[rows["player_type"] == "pitcher"]
    one = pitchers[(pitchers["season"] == 2019) & (pitchers["mlbam_id"] == pitchers["mlbam_id"].iloc[0])]
    time = one[one["statistic"] == "opportunities"].set_index("system")
    found = {}
    for name in (PROJECTED_TIME, REGULAR_TIME, TRUE_TIME):
        wide = widen_counts(pitchers, "pitcher", "ip", name)
        found[name] = wide[(wide["season"] == 2019) & (wide["mlbam_id"] == one["mlbam_id"].iloc[0])].iloc[0]
        assert found[name]["actual"] == pytest.approx(time["actual"].iloc[0] * 2 / 9)
    for system in ("marcel", "ridge"):
        projected, actual = time.loc[system, "projected"], time.loc[system, "actual"]
        assert found[PROJECTED_TIME][system] == pytest.approx(0.7 * projected / 3)
        assert found[TRUE_TIME][system] == pytest.approx(0.7 * actual / 3)
        regular = projected + (30 if system == "ridge" else 0)
        assert found[REGULAR_TIME][system] == pytest.approx(0.7 * regular / 3)
    assert np.isnan(found[PROJECTED_TIME]["zips"])


def test_what_is_expected_of_regulars_is_asked_of_them_alone() -> None:
    scores = scores_of(with_innings(with_time(backtest({"marcel": 0.04, "ridge": 0.02}))))
    asked = scores[scores["kind"].isin(["playing_time_if_regular", "count_if_regular"])]
    assert asked["kind"].nunique() == 2
    assert set(asked["universe"]) == {"full"}
    pooled = scores.query("universe == 'full' and seasons == '2018-2021' and player_type == 'batter'")
    plain = {name: cell(pooled, kind="playing_time", system=name) for name in ("marcel", "ridge")}
    regular = {name: cell(pooled, kind="playing_time_if_regular", system=name) for name in ("marcel", "ridge")}
    assert regular["marcel"]["rmse_raw"] == plain["marcel"]["rmse_raw"]
    assert regular["ridge"]["rmse_raw"] > plain["ridge"]["rmse_raw"]  # its errors are 10 above already
    innings = scores.query("player_type == 'pitcher' and stat == 'ip'")
    assert set(innings["kind"]) == {"count", "count_if_regular", "count_true_playing_time"}
    assert set(scores.query("stat == 'outs'")["kind"]) == {"playing_time"}


def test_kinds_stand_apart_and_are_weighted_as_they_say() -> None:
    rows = with_time(backtest({"marcel": 0.04, "ridge": 0.02}))
    scores = scores_of(rows)
    assert set(scores["kind"]) == set(KINDS)
    pooled = scores.query("universe == 'full' and seasons == '2018-2021' and player_type == 'batter'")
    assert set(pooled.query("kind == 'count'")["stat"]) == {"so", "bb", "hr", "h"}
    time = cell(pooled, kind="playing_time", system="ridge")
    players = eligible(widen(rows, "batter", "opportunities"), "full")
    plain = score(players["ridge"], players["actual"], np.ones(len(players)), players["season"])
    assert time["r"] == pytest.approx(plain.r)
    assert time["rmse"] == pytest.approx(plain.rmse)
    assert pd.isna(time["attainable"])
    known = cell(pooled, kind="count_true_playing_time", stat="so", system="ridge")
    assert known["rmse"] < cell(pooled, kind="count", stat="so", system="ridge")["rmse"]


def test_playing_time_is_asked_of_those_who_did_not_play_too() -> None:
    rows = with_time(backtest({"marcel": 0.04, "ridge": 0.02}, statistics=("so_rate",)))
    absent = (rows["statistic"] == "opportunities") & (rows["mlbam_id"] % 10 == 0)
    rows.loc[absent, ["actual", "opportunities"]] = 0
    scores = scores_of(rows).query("kind == 'playing_time' and seasons == '2018-2021' and player_type == 'batter'")
    by_universe = scores[scores["system"] == "marcel"].set_index("universe")
    assert by_universe.loc["projected", "n"] == 240
    assert by_universe.loc["full", "n"] == 240 - 24
    assert by_universe.loc["projected", "rmse"] > 2 * by_universe.loc["full", "rmse"]
    assert "projected" not in universes_of(Comparison("public", ("marcel", "steamer")), "playing_time")


def test_labels() -> None:
    assert seasons_label([2019]) == "2019"
    assert seasons_label([2019, 2021, 2023]) == "2019-2023"
