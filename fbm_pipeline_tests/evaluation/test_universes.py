"""Who is scored, which systems are compared, and what a cell's scores are."""

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.evaluation.metrics import score
from fbm_pipeline.evaluation.scoring import all_scores, compared_scores, seasons_label
from fbm_pipeline.evaluation.universes import comparable_seasons, eligible, present_systems, shared, widen

OWN = ("marcel_classic", "marcel", "contextual", "ensemble")


def rows(
    players: int = 40, seasons: tuple[int, ...] = (2019, 2021), public: dict[int, list[str]] | None = None
) -> pd.DataFrame:
    """A backtest of batters' strikeouts: every system near the truth by its own error."""
    rng = np.random.default_rng(1)
    found = []
    for season in seasons:
        for player in range(players):
            actual = rng.uniform(0.1, 0.3)
            known = {
                "season": season, "player_type": "batter", "mlbam_id": player, "statistic": "so_rate",
                "actual": actual, "opportunities": 150 + 10 * player, "prior_opportunities": 60 * player,
                "debut": player == 0,
            }  # fmt: skip
            systems = (*OWN, *(public or {}).get(season, []))
            found += [known | {"system": name, "projected": actual + rng.normal() * 0.03} for name in systems]
    return pd.DataFrame(found)


def test_full_asks_for_opportunities_history_and_marcel() -> None:
    backtest = rows()
    backtest = backtest[~((backtest["mlbam_id"] == 20) & (backtest["system"] == "marcel"))]
    players = eligible(widen(backtest, "batter", "so_rate"), "full")
    assert sorted(players["mlbam_id"].unique()) == [player for player in range(5, 40) if player != 20]


def test_tiers_split_full_without_rest() -> None:
    wide = widen(rows(), "batter", "so_rate")
    tiers = [eligible(wide, name) for name in ("under_500", "500_1200", "over_1200")]
    assert sum(len(tier) for tier in tiers) == len(eligible(wide, "full"))
    assert tiers[1]["prior_opportunities"].min() >= 500
    assert tiers[1]["prior_opportunities"].max() < 1200


def test_unknown_universe_is_an_error() -> None:
    with pytest.raises(ValueError, match="under_500"):
        eligible(widen(rows(), "batter", "so_rate"), "everybody")


def test_debuts_need_no_season_before() -> None:
    backtest = rows()
    backtest.loc[backtest["mlbam_id"] == 0, "opportunities"] = 300
    players = eligible(widen(backtest, "batter", "so_rate"), "debuts")
    assert players["mlbam_id"].tolist() == [0, 0]


def test_common_is_what_every_present_system_projects() -> None:
    backtest = rows(public={2019: ["steamer", "thebat"]})
    listed = backtest["mlbam_id"] < 10  # a system that lists only a handful is not compared
    backtest = backtest[(backtest["system"] != "thebat") | listed]
    backtest = backtest[~((backtest["system"] == "steamer") & (backtest["mlbam_id"] == 39))]
    players = eligible(widen(backtest, "batter", "so_rate"), "full")
    present = present_systems(players)
    assert present == {2019: [*OWN, "steamer"], 2021: list(OWN)}
    assert comparable_seasons(present) == [2019]
    assert 39 not in shared(players[players["season"] == 2019], present[2019])["mlbam_id"].tolist()


def test_scores_of_a_cell_are_the_metrics_of_its_rows() -> None:
    backtest = rows(public={2019: ["steamer"]})
    scores = pd.DataFrame(all_scores(backtest))
    cell = scores.query("universe == 'common' and seasons == '2019' and system == 'steamer'").iloc[0]
    players = eligible(widen(backtest, "batter", "so_rate"), "full")
    players = players[players["season"] == 2019]
    expected = score(players["steamer"], players["actual"], players["opportunities"], players["season"])
    assert (cell["n"], cell["r"], cell["rmse"]) == (expected.n, expected.r, expected.rmse)
    assert set(scores.query("universe == 'common'")["seasons"]) == {"2019", "2021"}  # one public season: no pool
    assert set(scores.query("universe == 'full'")["seasons"]) == {"2019", "2021", "2019-2021"}
    assert set(scores.query("universe == 'full'")["system"]) == set(OWN)


def test_systems_of_one_cell_share_their_players() -> None:
    scores = pd.DataFrame(all_scores(rows(public={2019: ["steamer"], 2021: ["steamer", "zips"]})))
    assert scores.groupby(["universe", "seasons", "stat"])["n"].nunique().max() == 1
    pooled = scores.query("universe == 'common' and seasons == '2019-2021'")
    assert set(pooled["system"]) == {*OWN, "steamer"}


def test_small_cells_are_not_written() -> None:
    assert all_scores(rows(players=22)) != []
    assert all(row["n"] >= 20 for row in all_scores(rows(players=22)))
    assert all_scores(rows(players=10)) == []


def test_comparison_drops_seasons_without_one_of_the_systems() -> None:
    found = compared_scores(rows(public={2019: ["steamer"]}), ["steamer", "marcel"], "full")
    assert [(row["system"], row["seasons"]) for row in found] == [("steamer", "2019"), ("marcel", "2019")]


def test_labels() -> None:
    assert seasons_label([2019]) == "2019"
    assert seasons_label([2019, 2021, 2023]) == "2019-2023"
